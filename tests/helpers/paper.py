"""Sheets of paper with numbers on them, written by code and photographed by code."""

import numpy as np
from handwriting import DIGITS, NOT_DIGITS, drawn
from PIL import Image, ImageDraw

BRACKETS = {"(": [[(0.58, 0.02), (0.4, 0.5), (0.58, 0.98)]], ")": [[(0.42, 0.02), (0.6, 0.5), (0.42, 0.98)]]}


def written(lines, *, height=60, pitch=1.1, pen=6, ink=40, paper=235, seed=0, margin=50):
    """A sheet, uint8 (h, w): each line a string of digits, letters of NOT_DIGITS, and spaces."""
    rng = np.random.default_rng(seed)
    size = (int(max(map(len, lines)) * pitch * height) + 2 * margin, int(len(lines) * 1.8 * height) + 2 * margin)
    image = Image.new("L", size, paper)
    pencil = ImageDraw.Draw(image)
    for i, line in enumerate(lines):
        for j, name in enumerate(line):
            if name != " ":
                at = (margin + j * pitch * height, margin + i * 1.8 * height)
                _write(pencil, _strokes(name, rng), at, height, pen, ink)
    return np.asarray(image)


def _strokes(name, rng):
    shapes = {"+": NOT_DIGITS["plus"], "x": NOT_DIGITS["X"], "-": NOT_DIGITS["dash"], **BRACKETS}
    variants = DIGITS[int(name)] if name.isdigit() else None
    strokes = variants[0] if variants else shapes.get(name) or NOT_DIGITS[name]
    return drawn(strokes, rng, size=0.96, hand=0.5)


def _write(pencil, strokes, at, height, pen, ink):
    for stroke in strokes:
        points = [(at[0] + height * x, at[1] + height * y) for x, y in stroke]
        pencil.line(points, fill=ink, width=pen, joint="curve")


def photographed(sheet, *, shade=0.5, grain=2.0, seed=0):
    """Light that falls off to a corner, a shadow's edge across the sheet, and the grain of a camera."""
    rng = np.random.default_rng(seed)
    h, w = sheet.shape
    rows, columns = np.mgrid[:h, :w] / (h, w)[0]
    light = 1 - shade * (rows**2 + (columns * h / w) ** 2) / 2
    light = np.where(rows * 0.4 + columns * h / w > 0.9, 0.8 * light, light)
    return np.clip(sheet * light + rng.normal(0, grain, sheet.shape), 0, 255).astype(np.uint8)


def ruled(sheet, *, pitch=44, gray=170, squared=False):
    """Lines printed on the paper, below the ink."""
    lines = np.full_like(sheet, 255)
    lines[20::pitch] = lines[21::pitch] = gray
    if squared:
        lines[:, 15::pitch] = lines[:, 16::pitch] = gray
    return np.minimum(sheet, lines)


def tilted(sheet, corners, desk=90):
    """The sheet on a desk, seen at an angle: its corners, clockwise from the top left, in shares of its width."""
    h, w = sheet.shape
    to, own = w * np.array(corners), np.array([(0, 0), (w, 0), (w, h), (0, h)])
    rows = [
        [(x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y)]
        for (x, y), (u, v) in zip(to, own, strict=True)
    ]
    back = np.linalg.solve(np.concatenate(rows), own.ravel())
    size = tuple((to.max(axis=0) + 60).astype(int))
    photo = Image.fromarray(sheet).transform(size, Image.Transform.PERSPECTIVE, back, Image.Resampling.BICUBIC, 1, desk)
    return np.asarray(photo)
