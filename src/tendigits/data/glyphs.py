"""The digits as people write them: for each, its shapes the world over, as the places a pen goes through.

A place is x,y on a square of side 100, x to the right and y down. The pen goes smoothly through them, but turns a
corner at a place marked !, and is lifted at |.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .._util.arrays import Array

SHAPES: dict[int, dict[str, str]] = {
    0: {
        "round": "54,5 26,18 16,52 28,86 54,95 78,80 84,46 74,16 52,6",
        "narrow": "56,5 34,22 28,56 38,90 56,94 70,74 73,40 64,10 54,6",
        "clockwise": "40,8 66,10 80,46 70,84 44,94 22,74 20,36 42,7",
        "open": "44,8 26,22 20,56 34,88 58,94 76,74 80,40 70,12",
        "overshot": "64,14 38,6 20,34 20,70 46,95 72,80 80,44 66,12 46,8 38,18",
        "knotted": "62,26 52,6 28,22 20,58 40,94 66,88 80,50 68,16 46,10 34,22",
        "slashed": "54,5 26,18 16,52 28,86 54,95 78,80 84,46 74,16 52,6 | 82,8 20,92",
    },
    1: {
        "stick": "50,5 50,95",
        "flag": "32,28 54,5! 54,95",
        "short flag": "40,17 53,5! 52,95",
        "upstroke": "16,52 54,5! 55,95",
        "long upstroke": "10,82 52,5! 60,95",
        "bent upstroke": "20,44 40,30 56,5! 53,95",
        "foot": "32,27 53,5! 53,95 | 24,95 82,95",
        "long foot": "26,40 52,5! 50,95 | 14,95 88,93",
        "foot of one stroke": "34,25 55,5! 50,94! 20,96! 84,92",
        "foot without flag": "50,5 50,95 | 28,95 74,95",
        "short flag, foot": "38,15 52,5! 52,95 | 30,95 74,95",
        "curved": "30,26 54,6! 50,78 58,94 72,86",
    },
    2: {
        "plain": "20,28 34,8 62,6 76,28 56,60 18,94! 84,94",
        "round": "18,34 26,12 52,4 76,18 72,42 44,70 18,94! 84,90",
        "hooked": "32,34 22,22 40,6 70,10 74,36 46,68 18,93! 50,90 86,94",
        "looped": "22,25 48,5 75,25 52,64 27,93 19,82 36,76 85,92",
        "wide loop": "26,30 42,6 70,14 60,50 32,88 15,86 26,71 52,84 88,94",
        "large loop": "22,30 34,8 68,8 80,44 60,86 26,92 16,72 38,60 88,92",
        "wavy": "22,24 48,5 74,22 60,55 18,91! 38,82 60,94 88,84",
        "swan": "28,26 50,5 68,22 52,56 16,94! 44,84 70,93 90,76",
        "flat": "20,12 60,7 76,20 62,48 20,92! 82,90",
        "long foot": "30,26 50,6 68,22 52,52 12,92! 96,92",
        "loose": "34,30 40,8 70,10 68,36 40,66 22,92 14,84 34,76 60,92 84,80",
    },
    3: {
        "round": "22,18 48,5 72,24 44,46! 78,70 50,95 20,82",
        "smooth": "24,14 56,4 70,24 50,44 70,58 70,84 40,96 18,86",
        "flat top": "22,8 74,8! 42,42! 76,60 68,90 22,90",
        "flat top, slanted": "28,10 82,6! 46,40! 72,54 66,86 30,98 12,86",
        "long nose": "24,14 54,5 70,22 30,48! 74,62 58,94 18,88",
        "looped": "24,16 50,4 70,22 50,46 38,50 46,42 74,60 60,94 20,86",
        "tail": "28,14 55,5 68,24 45,42! 72,58 62,85 22,98",
        "hooked": "30,27 28,11 56,4 72,20 46,44! 76,66 52,95 26,94 22,80",
        "small head": "34,14 54,5 64,18 46,34! 78,58 56,95 16,86",
        "pen strokes": "30,18 46,7 62,12 70,4! 46,38! 66,54 58,80 34,95 18,88",
    },
    4: {
        "open": "28,6 20,55! 84,55 | 68,25 66,95",
        "open, tall": "30,8 18,58! 86,58 | 68,6 64,95",
        "open, slanted": "46,5 15,62! 86,56 | 64,36 54,96",
        "open, short stem": "50,4 16,64! 86,60 | 66,40 62,92",
        "closed": "64,95 64,5! 16,64! 88,64",
        "closed, two strokes": "62,5 14,62! 88,62 | 63,5 62,95",
        "curved": "26,10 22,46 38,56 74,48 | 74,8 68,95",
        "of one stroke": "26,8 21,44 38,56 66,42 76,8! 66,95",
        "cornered": "24,8 22,52! 70,52 | 72,6 70,95",
        "curled": "54,4 24,44 16,62 36,64 88,54 | 68,34 60,96",
    },
    5: {
        "plain": "76,8 34,8! 28,46! 58,40 74,66 52,94 20,86",
        "two strokes": "33,10 28,44! 58,40 74,66 52,94 20,86 | 33,10 80,8",
        "detached top": "30,16 27,46! 58,42 72,68 50,94 20,88 | 42,6 84,4",
        "slanted top": "34,20 26,48! 56,44 66,68 44,94 14,88 | 33,19 90,6",
        "smooth": "76,10 42,8 30,36 60,46 70,70 46,94 20,88",
        "small belly": "72,8 36,8! 32,52! 60,54 66,76 46,94 22,90",
        "large belly": "70,8 36,10! 28,38! 66,34 80,64 54,94 16,86",
        "topless": "44,5 36,44! 66,46 74,70 48,94 14,82",
        "cornered": "84,10 38,18! 30,42! 70,60 58,88 14,92",
        "hooked": "32,12 28,46! 60,42 72,68 48,95 22,90 20,78 | 32,12 76,10",
    },
    6: {
        "plain": "66,5 36,34 24,68 46,95 72,76 54,54 28,70",
        "upright": "50,4 30,40 27,78 50,95 71,76 54,58 29,74",
        "round": "70,12 48,6 24,38 24,74 48,95 74,76 56,52 28,64",
        "hooked": "74,22 60,5 30,34 24,72 48,95 73,76 54,54 28,70",
        "curled": "70,30 66,9 40,6 25,38 27,78 49,95 70,78 58,58 32,62",
        "curled in": "62,30 70,16 54,5 32,18 24,56 32,88 56,94 72,76 58,58 30,64",
        "slanted": "84,4 32,58 28,86 54,95 68,76 50,62 30,76",
        "crossing": "64,6 30,42 26,80 54,94 72,72 48,56 20,76",
        "open": "66,6 34,30 22,66 40,94 70,84 66,60 44,62",
    },
    7: {
        "plain": "20,10 78,10! 42,94",
        "curved": "20,12 78,10! 54,48 47,94",
        "round": "20,16 56,6 77,14 56,50 48,94",
        "serif": "20,28 22,10! 78,10! 44,94",
        "crossed": "20,12 80,10! 40,94 | 32,52 78,50",
        "crossed, curved": "18,14 80,10! 56,46 46,94 | 34,52 80,48",
        "crossed, serif": "20,28 21,11! 78,10! 44,94 | 34,54 78,50",
        "crossed, wavy": "16,24 28,8 52,15 82,7! 56,48 44,94 | 30,54 78,46",
        "crossed, hooked": "20,32 22,10! 42,16 74,6! 52,48 44,95 | 28,52 76,50",
        "crossed, slanted bar": "18,16 80,8! 40,95 | 36,58 76,42",
        "crossed low": "24,14 74,10! 50,94 | 28,62 80,60",
        "crossed, cup": "24,9 28,32 46,30 76,6! 57,52 46,95 | 24,62 78,57",
        "crossed, deep serif": "24,36 25,8! 40,24 77,7! 56,52 46,95 | 28,60 80,54",
    },
    8: {
        "of one stroke": "68,18 46,6 30,22 50,46 72,72 50,95 28,74 50,46 70,24 64,12",
        "from the middle": "50,48 32,26 50,6 68,26 50,48 28,74 50,95 72,74 50,48",
        "two circles": "50,47 30,38 30,16 50,5 70,16 70,38 50,47 | 50,47 26,60 26,84 50,95 74,84 74,60 50,47",
        "two circles apart": "48,42 34,32 36,12 54,5 68,16 66,34 50,43 | 52,48 28,58 26,84 48,95 70,86 74,62 54,49",
        "open": "74,14 48,6 32,24 54,48 70,72 48,95 28,76 46,52 80,10",
        "slender": "62,14 46,6 36,22 52,46 64,74 48,95 36,76 52,44 64,20",
        "curled": "70,30 72,10 54,8 42,24 52,48 54,74 38,95 26,82 42,58 66,38 74,18",
        "large head": "72,16 46,5 24,24 48,52 66,76 48,95 34,78 52,50 76,26 66,10",
        "flourish": "50,46 30,66 36,94 58,88 56,60 42,34 54,10 80,8 88,24 70,36 46,40",
    },
    9: {
        "straight": "70,20 48,6 28,26 46,48 70,22! 68,60 62,95",
        "upright": "68,26 50,6 28,24 46,47 68,24! 68,95",
        "slanted": "70,18 48,7 32,28 50,44 73,14! 56,60 32,95",
        "curled": "70,22 50,6 30,28 50,50 72,24! 70,66 54,93 28,88",
        "curled, flat": "64,14 34,8 28,28 46,44 68,30 70,10! 71,74 52,95 22,84",
        "hooked": "72,20 48,5 26,28 48,50 72,22! 74,68 56,95 28,92 20,78",
        "smooth": "72,26 52,5 28,20 36,46 62,44 73,18 72,64 54,94 26,86",
        "two strokes": "66,26 48,6 28,16 30,42 52,46 67,24 | 70,10 64,95",
        "wide head": "80,22 52,5 18,20 22,42 52,42 78,18! 72,58 52,95",
        "open": "74,12 46,8 28,30 48,50 74,18! 66,60 60,95",
        "small head": "66,16 48,5 34,20 48,36 66,16! 66,58 60,95",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Glyph:
    """A shape as linear algebra: `spline` (p, k) times `places` (k, 2) are p points of its path, evenly far apart.

    Parameters
    ----------
    places : ndarray of float, shape (k, 2)
        Where the pen goes, from -0.5 to 0.5, to the right and down.
    ends : ndarray of bool, shape (k,)
        Which of them end a stroke.
    spline : ndarray of float, shape (p, k)
        Weights of the places in each point.
    """

    places: Array
    ends: Array
    spline: Array


@lru_cache(1000)
def glyph(shape: str, n_points: int) -> Glyph:
    """Read a shape.

    Parameters
    ----------
    shape : str
        Places, as SHAPES has them.
    n_points : int
        How many points its path is divided into.

    Returns
    -------
    Glyph
    """
    strokes = [text.split() for text in shape.split("|")]
    marks = [mark for stroke in strokes for mark in stroke]
    places = np.array([mark.rstrip("!").split(",") for mark in marks], float) / 100 - 0.5
    splines, ends, first = [], np.zeros(len(marks), bool), 0
    for stroke in strokes:
        through = [first + i for i, mark in enumerate(stroke) for _ in range(1 + mark.endswith("!"))]
        splines.append(_catmull_rom(np.eye(len(marks))[through]))
        ends[[through[0], through[-1]]] = True
        first += len(stroke)
    return Glyph(places, ends, _evenly(splines, places, n_points))


def _catmull_rom(places: Array, per_piece: int = 100) -> Array:
    """Go smoothly through places (k, d): points, (per_piece · (k - 1) + 1, d); straight between two corners.

    E. Catmull and R. Rom, "A class of local interpolating splines", 1974.
    """
    p = np.concatenate([places[:1], places, places[-1:]])
    t = np.linspace(0, 1, per_piece, endpoint=False)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate([*pieces, places[-1:]])


def _evenly(splines: list[Array], places: Array, n_points: int) -> Array:
    """Pick `n_points` rows of the splines, evenly far apart on the path that they make of the places."""
    steps = [np.linalg.norm(np.diff(spline @ places, axis=0, prepend=0), axis=1) for spline in splines]
    for step in steps:
        step[0] = 0  # the way through the air
    way = np.cumsum(np.concatenate(steps))
    rows = np.searchsorted(way, np.linspace(0, way[-1], n_points)).clip(0, len(way) - 1)
    picked: Array = np.concatenate(splines)[rows]
    return picked
