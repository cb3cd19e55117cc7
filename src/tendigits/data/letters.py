"""What is no digit: letters, scribbles, parts of digits and several at once, as people might write them.

Letters that look like digits (B b D g I i l O o q S s Z z) are left out. Places are written as in `glyphs`.
"""

from collections.abc import Callable

import numpy as np

from .._util.arrays import Array
from ..images.mnist_format import FIELD, fit_to_box
from .strokes import handwritten, write_path

LETTERS: dict[str, tuple[str, ...]] = {
    "A": ("20,95 50,5! 80,95 | 32,62 68,62", "18,95 46,8 54,8 82,95 | 30,60 74,60"),
    "C": ("78,20 56,6 28,24 22,54 34,86 58,94 80,80",),
    "E": ("76,6 24,6! 24,94! 78,94 | 24,50 66,50", "74,14 46,6 30,22 54,46 26,64 30,88 56,95 78,84"),
    "F": ("78,6 26,6! 26,95 | 26,48 68,48", "28,5 28,95 | 20,8 80,8 | 28,50 66,50"),
    "G": ("78,20 54,6 26,24 20,56 36,88 64,92 78,74 78,56! 54,56",),
    "H": ("22,5 22,95 | 78,5 78,95 | 22,50 78,50", "26,6 24,94 | 76,6 74,94 | 14,54 86,46"),
    "J": ("66,5 66,70 52,94 30,88 22,70", "34,6 86,6 | 62,6 62,72 46,94 24,82"),
    "K": ("24,5 24,95 | 78,6 26,54! 80,95", "26,5 24,95 | 76,8 34,46! 78,92"),
    "L": ("26,5 26,94! 78,94", "34,5 28,90 34,94! 80,90"),
    "M": ("16,95 20,5! 50,60! 80,5! 84,95", "14,95 28,8 50,70 72,8 86,95"),
    "N": ("22,95 22,5! 78,95! 78,5", "20,95 26,8! 74,92! 80,6"),
    "P": ("26,95 26,5 60,6 78,26 60,48 28,50", "30,5 28,95 | 28,8 66,8 76,30 58,48 28,48"),
    "Q": ("54,5 26,18 16,52 28,86 54,95 78,80 84,46 74,16 52,6 | 58,68 90,98",),
    "R": ("26,95 26,5 60,6 76,26 58,48 28,50! 80,95", "28,5 26,95 | 26,8 68,8 74,32 30,50! 82,94"),
    "T": ("16,6 84,6 | 50,6 50,95", "14,10 88,6 | 52,8 46,95"),
    "U": ("22,5 22,66 36,94 64,94 78,66 78,5", "20,6 24,80 50,95 74,78 78,6! 80,95"),
    "V": ("18,5 50,95! 82,5", "16,8 44,94 54,94 84,6"),
    "W": ("10,5 30,95! 50,30! 70,95! 90,5", "10,8 24,90 44,90 50,30 58,90 78,90 90,6"),
    "X": ("20,5 80,95 | 80,5 20,95", "22,8 78,92 | 76,6 26,96"),
    "Y": ("20,5 50,50! 80,5 | 50,50 50,95", "22,6 50,48! 78,6 | 50,48 44,95"),
    "a": ("72,30 48,22 26,44 28,78 52,90 72,64 74,26! 74,80 88,92", "70,24 40,22 24,56 40,90 66,76 74,24! 72,94"),
    "c": ("76,34 54,20 30,36 26,66 44,90 76,80",),
    "d": ("70,56 46,46 26,66 34,92 58,92 72,68 74,5! 74,80 88,94", "68,52 36,50 26,80 50,94 70,70 76,6! 74,95"),
    "e": ("26,58 74,52 68,30 44,22 24,48 34,84 58,92 80,78", "22,62 60,52 72,34 50,20 28,40 30,76 54,92 82,72"),
    "f": ("76,14 58,5 44,22 42,95 | 20,44 68,44", "80,20 66,6 50,20 48,70 34,95 | 22,48 74,44"),
    "h": ("26,5 26,95! 30,62 52,44 72,58 74,95", "30,5 24,95! 34,58 60,46 70,66 68,95"),
    "j": ("60,30 58,86 42,98 24,90 | 62,10 64,14", "58,32 60,82 40,98 | 56,12 60,12"),
    "k": ("26,5 26,95 | 72,42 28,68! 76,95", "30,5 26,95! 36,60 64,46 56,66 34,70! 78,94"),
    "m": ("14,95 16,30! 20,50 34,32 48,44 50,95! 52,50 70,32 84,44 86,95",),
    "n": ("24,95 26,30! 32,52 54,32 74,46 76,95", "22,28 26,95! 30,54 58,30 72,54 70,84 84,92"),
    "p": ("26,30 26,98! 28,48 52,30 74,50 60,78 28,74", "28,30 24,98 | 26,44 60,32 72,58 50,80 28,72"),
    "r": ("28,95 30,30! 36,56 56,34 78,38", "30,30 32,95! 34,56 60,34 76,44"),
    "t": ("48,5 46,78 58,94 76,86 | 22,32 78,32", "50,8 50,95 | 24,34 80,30"),
    "u": ("22,30 24,74 44,92 68,78 74,30! 74,80 88,94", "24,30 28,82 52,90 72,60 74,30! 76,95"),
    "v": ("20,30 48,94! 78,30", "18,32 44,92 56,92 80,28"),
    "w": ("12,30 30,92! 50,44! 68,92! 88,30", "12,30 22,84 42,86 50,40 58,86 78,84 88,28"),
    "x": ("22,30 78,95 | 78,30 22,95", "20,36 40,40 62,86 84,90 | 78,32 22,94"),
    "y": ("22,30 50,68! | 78,30 50,70 26,98", "22,30 26,58 50,66 74,30! 70,80 46,98 24,88"),
}  # fmt: skip


def letters(n: int, rng: np.random.Generator) -> Array:
    """Write letters, each as often, and in each of its shapes as likely.

    Parameters
    ----------
    n : int
        How many.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of uint8, shape (n, 28, 28)
        Light ink on black, in MNIST's format.
    """
    shapes = [shape for shapes in LETTERS.values() for shape in shapes]
    share = np.array([1 / len(shapes) for shapes in LETTERS.values() for _ in shapes])
    counts = rng.multinomial(n, share / share.sum())
    return rng.permutation(np.concatenate([write_path(s, k, rng) for s, k in zip(shapes, counts, strict=True)]))


def scribbles(n: int, rng: np.random.Generator) -> Array:
    """Draw lines that lead nowhere: one to three of them, through seven places or more in all.

    Parameters
    ----------
    n : int
        How many.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of uint8, shape (n, 28, 28)
        Light ink on black, in MNIST's format.
    """
    images = []
    for _ in range(n):
        lengths = rng.integers(7, 19) // np.arange(1, 1 + rng.integers(1, 4))
        marks = [" ".join(_place(rng) for _ in range(max(2, length))) for length in lengths]
        images.append(write_path(" | ".join(marks), 1, rng))
    return np.concatenate(images)


def _place(rng: np.random.Generator) -> str:
    x, y = rng.integers(0, 101, 2)
    return f"{x},{y}{'!' if rng.random() < 0.2 else ''}"


def pairs(n: int, rng: np.random.Generator) -> Array:
    """Write two or three digits beside each other.

    Parameters
    ----------
    n : int
        How many.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of uint8, shape (n, 28, 28)
        Light ink on black, in MNIST's format.
    """
    digits, _ = handwritten(3 * n, rng)
    return np.array([_beside(digits[3 * i : 3 * i + rng.integers(2, 4)], rng) for i in range(n)])


def _beside(images: Array, rng: np.random.Generator) -> Array:
    cut = [image[:, np.flatnonzero(image.any(axis=0))] for image in images]
    gap = np.zeros((FIELD, rng.integers(0, 6)), np.uint8)
    return fit_to_box(np.hstack([part for each in cut for part in (each, gap)][:-1]))


KINDS: dict[str, Callable[[int, np.random.Generator], Array]] = {
    "letters": letters,
    "scribbles": scribbles,
    "pairs": pairs,
}
