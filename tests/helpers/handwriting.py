"""Digits, letters and scribbles drawn the way people draw them: strokes of points on a sheet of side 1.

Each shape is a few strokes through control points, which a Catmull-Rom spline joins; corners are control points
given twice. `drawn` gives it a hand: slant, turn, stretch and a tremble, then a size and a place on the sheet.
"""

from math import cos, sin

import numpy as np


def ring(x, y, rx, ry, start=-90, turn=-360):
    """A round stroke about (x, y): it begins at `start` degrees, clockwise from the right, and goes `turn` degrees."""
    angles = np.radians(np.linspace(start, start + turn, 13))
    return [(x + rx * cos(a), y + ry * sin(a)) for a in angles]


def corner(*points):
    """Control points that are corners."""
    return [point for point in points for _ in range(2)]


DIGITS = {
    0: [
        [ring(0.5, 0.5, 0.28, 0.42)],
        [ring(0.5, 0.5, 0.4, 0.42, turn=-375)],
        [ring(0.5, 0.5, 0.26, 0.44, start=-60, turn=-345)],
    ],
    1: [
        [corner((0.5, 0.05), (0.5, 0.95))],
        [corner((0.62, 0.05), (0.42, 0.95))],
        [corner((0.32, 0.28), (0.55, 0.05), (0.55, 0.95))],
    ],
    2: [
        [[(0.2, 0.28), (0.32, 0.08), (0.62, 0.06), (0.76, 0.28), (0.55, 0.6), *corner((0.18, 0.94), (0.84, 0.94))]],
        [[(0.22, 0.25), (0.5, 0.05), (0.76, 0.25), (0.5, 0.66), (0.25, 0.93), (0.2, 0.8), (0.4, 0.78), (0.85, 0.92)]],
        [[*corner((0.2, 0.12)), (0.6, 0.06), (0.76, 0.24), (0.6, 0.52), *corner((0.2, 0.92), (0.82, 0.88))]],
    ],
    3: [
        [[(0.22, 0.16), (0.5, 0.05), (0.74, 0.24), *corner((0.44, 0.47)), (0.78, 0.7), (0.5, 0.95), (0.2, 0.84)]],
        [[(0.25, 0.1), (0.6, 0.07), (0.7, 0.28), *corner((0.42, 0.45)), (0.7, 0.55), (0.72, 0.82), (0.22, 0.92)]],
        [[(0.26, 0.2), (0.5, 0.05), (0.7, 0.25), *corner((0.5, 0.46)), (0.74, 0.66), (0.56, 0.94), (0.24, 0.86)]],
    ],
    4: [
        [corner((0.3, 0.06), (0.2, 0.55), (0.8, 0.55)), corner((0.68, 0.08), (0.66, 0.95))],
        [corner((0.64, 0.95), (0.64, 0.05), (0.16, 0.64), (0.86, 0.64))],
        [[*corner((0.26, 0.1)), (0.22, 0.5), (0.4, 0.56), *corner((0.72, 0.5))], corner((0.74, 0.1), (0.7, 0.95))],
    ],
    5: [
        [[*corner((0.3, 0.08), (0.28, 0.44)), (0.6, 0.42), (0.74, 0.68), (0.52, 0.94), (0.2, 0.88)],
         corner((0.3, 0.08), (0.78, 0.08))],
        [[*corner((0.76, 0.08), (0.34, 0.08), (0.28, 0.46)), (0.62, 0.46), (0.72, 0.72), (0.5, 0.94), (0.2, 0.88)]],
        [[*corner((0.74, 0.1), (0.36, 0.1), (0.3, 0.42)), (0.56, 0.44), (0.66, 0.7), (0.46, 0.92), (0.22, 0.84)]],
    ],
    6: [
        [[(0.66, 0.06), (0.36, 0.32), (0.24, 0.68), (0.46, 0.95), (0.72, 0.76), (0.54, 0.54), (0.28, 0.7)]],
        [[(0.56, 0.05), (0.32, 0.4), (0.28, 0.78), (0.52, 0.94), (0.7, 0.74), (0.5, 0.58), (0.3, 0.74)]],
        [[(0.72, 0.12), (0.5, 0.06), (0.26, 0.4), (0.26, 0.76), (0.5, 0.94), (0.74, 0.74), (0.52, 0.54), (0.28, 0.7)]],
    ],
    7: [
        [corner((0.2, 0.1), (0.78, 0.1), (0.42, 0.94))],
        [corner((0.2, 0.12), (0.8, 0.1), (0.4, 0.94)), corner((0.38, 0.52), (0.74, 0.52))],
        [[*corner((0.2, 0.24), (0.22, 0.12), (0.76, 0.1)), (0.56, 0.5), *corner((0.48, 0.94))]],
    ],
    8: [
        [[(0.68, 0.18), (0.46, 0.06), (0.3, 0.22), (0.5, 0.46), (0.72, 0.72), (0.5, 0.95), (0.28, 0.74), (0.5, 0.46),
          (0.7, 0.24), (0.66, 0.14)]],
        [ring(0.5, 0.27, 0.19, 0.21, start=90), ring(0.5, 0.72, 0.24, 0.23)],
        [[(0.5, 0.48), (0.32, 0.26), (0.5, 0.06), (0.68, 0.26), (0.5, 0.48), (0.28, 0.74), (0.5, 0.95), (0.72, 0.74),
          (0.5, 0.48)]],
    ],
    9: [
        [[(0.7, 0.2), (0.48, 0.06), (0.28, 0.26), (0.46, 0.48), (0.7, 0.24), *corner((0.7, 0.24)), (0.68, 0.6),
          (0.62, 0.95)]],
        [[(0.7, 0.22), (0.5, 0.06), (0.3, 0.28), (0.5, 0.5), (0.72, 0.26), (0.7, 0.66), (0.54, 0.92), (0.3, 0.88)]],
        [ring(0.48, 0.28, 0.2, 0.21, start=0), corner((0.68, 0.26), (0.6, 0.95))],
    ],
}  # fmt: skip

NOT_DIGITS = {
    "A": [corner((0.15, 0.95), (0.5, 0.05), (0.85, 0.95)), corner((0.3, 0.62), (0.7, 0.62))],
    "E": [corner((0.8, 0.06), (0.25, 0.06), (0.25, 0.94), (0.8, 0.94)), corner((0.25, 0.5), (0.7, 0.5))],
    "F": [corner((0.8, 0.06), (0.28, 0.06), (0.28, 0.95)), corner((0.28, 0.48), (0.7, 0.48))],
    "H": [corner((0.22, 0.05), (0.22, 0.95)), corner((0.78, 0.05), (0.78, 0.95)), corner((0.22, 0.5), (0.78, 0.5))],
    "K": [corner((0.25, 0.05), (0.25, 0.95)), corner((0.78, 0.08), (0.25, 0.52), (0.8, 0.95))],
    "M": [corner((0.12, 0.95), (0.2, 0.06), (0.5, 0.6), (0.8, 0.06), (0.88, 0.95))],
    "N": [corner((0.2, 0.95), (0.2, 0.06), (0.8, 0.94), (0.8, 0.05))],
    "R": [[*corner((0.28, 0.95), (0.28, 0.06)), (0.7, 0.14), (0.66, 0.42), *corner((0.28, 0.5), (0.76, 0.95))]],
    "T": [corner((0.14, 0.08), (0.86, 0.08)), corner((0.5, 0.08), (0.5, 0.95))],
    "W": [corner((0.1, 0.06), (0.3, 0.94), (0.5, 0.3), (0.7, 0.94), (0.9, 0.06))],
    "X": [corner((0.15, 0.06), (0.85, 0.94)), corner((0.85, 0.06), (0.15, 0.94))],
    "plus": [corner((0.5, 0.1), (0.5, 0.9)), corner((0.1, 0.5), (0.9, 0.5))],
    "smile": [ring(0.5, 0.5, 0.45, 0.45), corner((0.35, 0.35), (0.35, 0.45)), corner((0.65, 0.35), (0.65, 0.45)),
              [(0.3, 0.62), (0.5, 0.75), (0.7, 0.62)]],
    "star": [corner((0.5, 0.04), (0.78, 0.92), (0.05, 0.38), (0.95, 0.38), (0.22, 0.92), (0.5, 0.04))],
    "square": [corner((0.15, 0.15), (0.85, 0.15), (0.85, 0.85), (0.15, 0.85), (0.15, 0.15))],
    "hatching": [corner((0.1, 0.1), (0.9, 0.2), (0.1, 0.35), (0.9, 0.45), (0.1, 0.6), (0.9, 0.7), (0.1, 0.85),
                        (0.9, 0.95))],
    "zigzag": [corner((0.05, 0.8), (0.2, 0.2), (0.35, 0.8), (0.5, 0.2), (0.65, 0.8), (0.8, 0.2), (0.95, 0.8))],
    "dash": [corner((0.1, 0.5), (0.9, 0.5))],
}  # fmt: skip


def scribble(rng):
    """One stroke that wanders all over the sheet."""
    return [list(map(tuple, rng.uniform(0.05, 0.95, (14, 2))))]


def spline(points, per_piece=3):
    """Points along the Catmull-Rom spline through control points; a straight line stays straight."""
    p = np.array([points[0], *points, points[-1]])
    t = np.linspace(0, 1, per_piece, endpoint=False)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate([*pieces, p[-1:]])


def drawn(strokes, rng, *, size=0.75, at=(0.5, 0.5), hand=1.0):
    """Draw a shape: arrays (n, 2) of x and y, from 0 to 1. `hand` scales how much it differs from the template."""
    turn, slant = hand * rng.normal(0, np.radians(5)), hand * rng.normal(0, 0.1)
    stretch = np.exp(hand * rng.normal(0, 0.08, 2))
    matrix = np.array([[cos(turn), -sin(turn)], [sin(turn), cos(turn)]]) @ [[1, -slant], [0, 1]] * stretch
    paths = []
    for stroke in strokes:
        control = np.array(stroke) - 0.5 + hand * rng.normal(0, 0.006, (len(stroke), 2))
        paths.append(np.clip(size * spline(control @ matrix.T) + at, 0.02, 0.98))
    return paths


def written_digits(per_digit=8, seed=0):
    """(digit, strokes) for all ten: every variant in turn, large, small, off-centre."""
    rng = np.random.default_rng(seed)
    for digit, variants in DIGITS.items():
        for i in range(per_digit):
            size = (0.8, 0.6, 0.4, 0.7)[i % 4]
            room = (1 - size) / 2
            at = 0.5 + rng.uniform(-room, room, 2) if i % 2 else (0.5, 0.5)
            yield digit, drawn(variants[i % len(variants)], rng, size=size, at=at)
