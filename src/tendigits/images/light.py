"""What is ink and what is paper: ink is how far a pixel is from the paper, in gray levels, less the paper's noise.

Light falls unevenly: it slants, a shadow has an edge, a page curls, a lens darkens corners. So the paper is a level, or
a plane, or a surface, whichever explains the picture best.
"""

import numpy as np

from .._util.arrays import Array

NOISE = 2  # times the median difference of neighbours, which is about two standard deviations of the noise
CELLS = 16  # blocks along the longer side, of which the surface is made
AROUND = 3  # blocks on each side whose middle one is the paper: ink covers less than half of so large a square
LEAST = 48  # pixels of the shorter side; in smaller pictures strokes are as wide as the blocks are many


def ink_and_noise(gray: Array) -> tuple[Array, float]:
    """Compute ink >= 0, float (h, w), and the noise that was taken off it, both in gray levels.

    Ink is |gray - paper|. The paper is the median of the border; tilted, where that at least halves the border's
    summed distance from it (which an edge of ink, unlike light, does not do); or, unless the border is all one, a
    surface, where that at least halves the whole picture's. The noise is NOISE times the median difference of
    neighbours on the border.
    """
    flat = gray - median(border(gray))
    tilted = flat - tilt(flat)
    if 2 * np.abs(border(tilted)).sum() < np.abs(border(flat)).sum():
        flat = tilted
    if min(gray.shape) >= LEAST and np.any(border(flat)):
        smooth = flat - surface(flat)
        if 2 * np.abs(smooth).sum() < np.abs(flat).sum():
            flat = smooth
    walk = border(flat)
    noise = NOISE * median(np.abs(walk - np.roll(walk, 1)))
    return np.maximum(np.abs(flat) - noise, 0), noise


def border(picture: Array) -> Array:
    """List the outermost pixels, clockwise from the top left, so that neighbours follow each other."""
    return np.concatenate([picture[0], picture[1:-1, -1], picture[-1, ::-1], picture[1:-1, 0][::-1]])


def median(values: Array) -> float:
    """Compute the middle value, or the mean of the middle two."""
    values = np.sort(values, axis=None)
    return (float(values[(len(values) - 1) // 2]) + float(values[len(values) // 2])) / 2


def tilt(picture: Array) -> Array:
    """Compute the plane, zero at the centre, that rises across the picture as the medians of opposite sides do."""
    h, w = picture.shape
    down = (median(picture[-1]) - median(picture[0])) / max(h - 1, 1)
    right = (median(picture[:, -1]) - median(picture[:, 0])) / max(w - 1, 1)
    plane: Array = down * (np.arange(h)[:, None] - (h - 1) / 2) + right * (np.arange(w) - (w - 1) / 2)
    return plane


def surface(picture: Array) -> Array:
    """Compute the paper's level at each pixel: medians of square blocks, medians of those around each, joined linearly.

    A median follows a shadow's edge, and never sees a stroke that covers less than half of what it looks at.
    """
    cell = -(-max(picture.shape) // CELLS)
    rows, columns = (range(-(-side // cell)) for side in picture.shape)
    blocks = [[median(picture[i * cell : (i + 1) * cell, j * cell : (j + 1) * cell]) for j in columns] for i in rows]
    middles = np.array([[median(_around(np.array(blocks), i, j)) for j in columns] for i in rows])
    return _joined(_joined(middles, picture.shape[0], cell).T, picture.shape[1], cell).T


def _around(blocks: Array, i: int, j: int) -> Array:
    return blocks[max(i - AROUND, 0) : i + AROUND + 1, max(j - AROUND, 0) : j + AROUND + 1]


def _joined(rows: Array, n: int, cell: int) -> Array:
    """Stretch rows, `cell` pixels apart, to `n` rows by linear interpolation between their centres."""
    at = np.clip((np.arange(n) + 0.5) / cell - 0.5, 0, len(rows) - 1)
    low = np.floor(at).astype(np.intp)
    share = (at - low)[:, np.newaxis]
    joined: Array = rows[low] * (1 - share) + rows[np.minimum(low + 1, len(rows) - 1)] * share
    return joined
