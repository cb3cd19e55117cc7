"""What people write that is neither digit nor letter: scribbles, doodles, parts of digits and several digits at once.

Places are written as in `glyphs`.
"""

from collections.abc import Callable

import numpy as np

from .._util.arrays import Array
from ..images.mnist_format import FIELD, fit_to_box
from .glyphs import SHAPES
from .letters import letters
from .strokes import USUAL, Hand, handwritten, write_path

LONG = 448  # points of a path that wanders all over the sheet

DOODLES: dict[str, tuple[str, ...]] = {
    "plus": ("50,8 50,92 | 8,50 92,50", "48,20 52,80 | 16,52 84,48"),
    "dash": ("8,50 92,50", "6,54 50,48 94,52", "10,56! 90,44"),
    "equals": ("10,36 90,34 | 10,66 92,66", "12,42 88,40 | 14,60 86,62"),
    "tick": ("10,56 36,90! 92,8", "20,50 40,84! 84,20"),
    "arrow": ("6,50 92,50 | 66,26 94,50! 66,76", "50,94 50,8 | 26,34 50,6! 74,34", "12,88 86,14 | 50,12 88,12! 86,52"),
    "triangle": ("50,8! 92,90! 8,90! 50,8", "10,14! 90,18! 46,92! 10,14"),
    "square": (
        "14,14! 86,14! 86,86! 14,86! 14,14",
        "16,20! 84,14! 88,84! 12,88! 15,18",
        "8,24! 92,24! 92,76! 8,76! 8,24",
        "24,6! 76,6! 76,94! 24,94! 24,6",
    ),
    "frame": (
        "10,10! 90,10! 90,90! 10,90",
        "10,10! 10,90! 90,90! 90,10",
        "90,10! 10,10! 10,90! 90,90",
        "10,10! 10,90! 90,90",
        "90,10! 10,10! 10,90",
        "8,4 8,96 | 92,4 92,96 | 4,10 96,10",
    ),
    "diamond": ("50,5! 88,50! 50,95! 12,50! 50,5",),
    "star": ("50,4! 78,92! 5,38! 95,38! 22,92! 50,4", "50,6 50,94 | 12,28 88,72 | 88,28 12,72"),
    "heart": ("50,32! 32,10 10,24 14,52 50,92! 86,52 90,24 68,10 50,32",),
    "smile": (
        "34,6 34,30 | 66,6 66,30 | 8,56 30,86 70,86 92,56",
        "50,5 14,26 8,62 36,94 74,90 94,56 82,20 50,5 | 36,34 36,44 | 64,34 64,44 | 30,62 50,76 70,62",
        "50,5 18,18 5,50 18,82 50,95 82,82 95,50 82,18 50,5 | 34,36 38,36 | 62,36 66,36 | 28,60 36,74 64,74 72,60",
    ),
    "house": ("14,46! 14,94! 86,94! 86,46! 14,46 | 6,50 50,8! 94,50", "12,94! 12,44! 50,8! 88,44! 88,94! 12,94"),
    "flower": (
        "50,38 38,50 50,62 62,50 50,38 | 50,38 34,20 50,6 66,20 50,38 | 62,50 80,34 94,50 80,66 62,50 "
        "| 50,62 66,80 50,94 34,80 50,62 | 38,50 20,66 6,50 20,34 38,50",
    ),
    "sun": (
        "50,28 28,50 50,72 72,50 50,28 | 50,4 50,18 | 96,50 82,50 | 50,96 50,82 | 4,50 18,50 "
        "| 18,18 28,28 | 82,18 72,28 | 82,82 72,72 | 18,82 28,72",
    ),
    "spiral": (
        "50,50 58,46 60,56 46,62 36,50 46,34 68,36 74,58 54,78 26,68 20,40 42,16 78,20 92,54 70,92",
        "54,52 44,46 42,60 62,64 68,42 46,28 24,46 30,76 66,84 88,54 72,14 34,8 8,36 12,76",
    ),
    "question mark": ("28,26 40,8 66,8 74,28 54,46 50,66 | 50,86 50,94", "30,22 50,5 70,22 52,48 50,68 | 48,90 52,92"),
    "exclamation mark": ("50,5 50,64 | 50,86 50,94", "56,5 48,62 | 46,88 48,92"),
    "ampersand": ("84,94 34,30 38,10 56,8 60,24 24,62 26,88 54,94 84,58",),
    "at sign": ("66,40 48,34 36,52 48,68 66,56 68,38! 68,62 84,66 94,44 78,12 40,6 10,34 12,76 46,96 80,88",),
    "hash": ("36,8 28,92 | 70,8 62,92 | 10,34 94,34 | 6,66 90,66",),
    "percent": ("24,8 12,22 24,38 36,22 24,8 | 82,6 18,94 | 76,62 64,78 76,94 88,78 76,62",),
    "wave": ("4,56 20,34 36,56 52,70 66,50 82,34 96,54", "4,50 16,30 28,50 40,70 52,50 64,30 76,50 88,70 96,54"),
    "zigzag": ("5,80 20,20! 35,80! 50,20! 65,80! 80,20! 95,80", "20,5 80,18! 20,34! 80,50! 20,66! 80,82! 20,95"),
    "hatching": (
        "10,10 90,20! 10,35! 90,45! 10,60! 90,70! 10,85! 90,95",
        "10,90 10,10! 30,90! 30,10! 50,90! 50,10! 70,90! 70,10! 90,90! 90,10",
        "10,30 90,30 | 10,50 90,50 | 10,70 90,70 | 30,10 30,90 | 50,10 50,90 | 70,10 70,90",
    ),
    "parallels": (
        "30,10 30,90 | 70,10 70,90",
        "24,8 18,92 | 52,8 48,92 | 82,8 76,92",
        "10,20 90,24 | 8,50 90,52 | 10,80 92,78",
    ),
    "crossing out": ("10,10 90,90 | 90,10 10,90 | 6,50 94,50", "6,50 94,44 | 8,60 92,56 | 14,34 86,70"),
    "spring": ("6,70 20,20 34,70 22,84 30,30 48,22 54,74 42,84 48,30 66,22 74,74 60,84 66,30 84,22 94,72",),
    "cloud": ("16,80 6,62 20,48 26,28 48,22 64,34 84,38 94,58 84,78 16,80",),
    "bracket": ("62,5! 34,5! 34,95! 62,95", "64,5 46,18 46,42 30,50! 46,58 46,82 64,95"),
}  # fmt: skip


def doodles(n: int, rng: np.random.Generator, hand: Hand = USUAL) -> Array:
    """Draw signs and little pictures, each as often.

    Parameters
    ----------
    n : int
        How many.
    rng : numpy.random.Generator
    hand : Hand, optional
        How much they differ.

    Returns
    -------
    ndarray of uint8, shape (n, 28, 28)
        Light ink on black, in MNIST's format.
    """
    names = list(DOODLES)
    shapes = [rng.choice(DOODLES[names[i % len(names)]]) for i in range(n)]
    return np.concatenate([write_path(str(shape), 1, rng, hand, LONG) for shape in shapes])


def scribbles(n: int, rng: np.random.Generator, hand: Hand = USUAL) -> Array:
    """Draw lines that lead nowhere: they jump about, wander, or coil.

    Parameters
    ----------
    n : int
        How many.
    rng : numpy.random.Generator
    hand : Hand, optional
        How much they differ.

    Returns
    -------
    ndarray of uint8, shape (n, 28, 28)
        Light ink on black, in MNIST's format.
    """
    ways = (_jumps, _jumps, _jumps, _walk, _coil)
    return np.concatenate([write_path(ways[i % len(ways)](rng), 1, rng, hand, LONG) for i in range(n)])


def _jumps(rng: np.random.Generator) -> str:
    """Go from place to place all over the sheet, in one to three lines."""
    lengths = rng.integers(8, 21) // np.arange(1, 1 + rng.integers(1, 4))
    return " | ".join(_line(rng.uniform(0, 100, (max(2, length), 2)), rng) for length in lengths)


def _walk(rng: np.random.Generator) -> str:
    """Wander on in short steps, now this way and now that."""
    turns = np.cumsum(rng.normal(0, rng.uniform(0.8, 1.6), rng.integers(16, 36)))
    return _line(50 + 20 * np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1), axis=0), rng)


def _coil(rng: np.random.Generator) -> str:
    """Go round and round, more or less, and along."""
    turns = np.arange(rng.integers(12, 36)) * rng.uniform(0.8, 1.6)
    rings = np.stack([np.cos(turns), np.sin(turns)], axis=1) * rng.uniform(10, 45, 2)
    return _line(50 + rings + np.outer(turns, rng.uniform(-4, 4, 2)) + rng.normal(0, 4, rings.shape), rng)


def _line(places: Array, rng: np.random.Generator) -> str:
    """Write places as in `glyphs`, some of them as corners, or none, or all."""
    corners = rng.choice([0.0, 0.2, 1.0])
    return " ".join(f"{x:.0f},{y:.0f}{'!' if rng.random() < corners else ''}" for x, y in places)


def fragments(n: int, rng: np.random.Generator, hand: Hand = USUAL) -> Array:
    """Write parts of digits: a third to two thirds of the places that the pen goes through.

    Parameters
    ----------
    n : int
        How many.
    rng : numpy.random.Generator
    hand : Hand, optional
        How much they differ.

    Returns
    -------
    ndarray of uint8, shape (n, 28, 28)
        Light ink on black, in MNIST's format. Some look like a digit nevertheless.
    """
    paths = [path.split(" | ")[0].split() for shapes in SHAPES.values() for path in shapes.values()]
    long = [path for path in paths if len(path) >= 6]
    parts = [_part(long[i], rng) for i in rng.integers(0, len(long), n)]
    return np.concatenate([write_path(part, 1, rng, hand) for part in parts])


def _part(path: list[str], rng: np.random.Generator) -> str:
    length = round(len(path) * rng.uniform(1 / 3, 2 / 3))
    start = rng.integers(0, len(path) - length + 1)
    return " ".join(path[start : start + length])


def digit_groups(n: int, rng: np.random.Generator, hand: Hand = USUAL) -> Array:
    """Write two or three digits beside each other.

    Parameters
    ----------
    n : int
        How many.
    rng : numpy.random.Generator
    hand : Hand, optional
        How much they differ.

    Returns
    -------
    ndarray of uint8, shape (n, 28, 28)
        Light ink on black, in MNIST's format.
    """
    digits, _ = handwritten(3 * n, rng, hand)
    return np.array([_beside(digits[3 * i : 3 * i + rng.integers(2, 4)], rng) for i in range(n)])


def _beside(images: Array, rng: np.random.Generator) -> Array:
    cut = [image[:, np.flatnonzero(image.any(axis=0))] for image in images]
    gap = np.zeros((FIELD, rng.integers(0, 6)), np.uint8)
    return fit_to_box(np.hstack([part for each in cut for part in (each, gap)][:-1]))


KINDS: dict[str, Callable[[int, np.random.Generator, Hand], Array]] = {
    "letters": letters,
    "scribbles": scribbles,
    "doodles": doodles,
    "fragments": fragments,
    "pairs": digit_groups,
}
