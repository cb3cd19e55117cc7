"""What is ink and what is paper: ink is a pixel's distance from the paper, in gray levels, less the paper's noise.

Light falls unevenly: it fades from one side to the other, a shadow has an edge, a page curls, a lens darkens corners.
So the paper is modelled as a constant, a plane or a surface, whichever explains the picture best.
"""

import numpy as np

from .._util.arrays import Array

NOISE = 2  # times the median difference of neighbours, which is about two standard deviations of the noise
CELLS = 16  # blocks along the longer side, of which the surface is made
AROUND = 3  # blocks on each side whose middle one is the paper: ink covers less than half of so large a square
LEAST = 48  # pixels of the shorter side; in smaller pictures strokes are as wide as the blocks are many


def ink_and_noise(gray: Array) -> tuple[Array, float]:
    """Compute the ink of a picture, and the noise of its paper.

    Ink is ``|gray - paper|`` less the noise. The paper is the median of the border. It becomes a plane if that at least
    halves the border's summed distance from the paper, which an edge of ink, unlike light, does not do; then, unless
    the border is all one level, a surface if that at least halves the distance of the whole picture. The noise is
    `NOISE` times the median difference of neighbours on the border.

    Parameters
    ----------
    gray : ndarray of float, shape (h, w)
        The gray levels, 0 to 255.

    Returns
    -------
    ink : ndarray of float, shape (h, w)
        The ink in gray levels, at least 0.
    noise : float
        The noise that was subtracted, in gray levels.
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
    """List the outermost pixels clockwise from the top left, so that neighbours follow each other.

    Parameters
    ----------
    picture : ndarray, shape (h, w)
        The picture.

    Returns
    -------
    ndarray, shape (2 * (h + w) - 4,)
        The pixels, for h and w of at least 2.
    """
    return np.concatenate([picture[0], picture[1:-1, -1], picture[-1, ::-1], picture[1:-1, 0][::-1]])


def median(values: Array) -> float:
    """Compute the middle value, or the mean of the middle two.

    Parameters
    ----------
    values : ndarray
        The values, of any shape.

    Returns
    -------
    float
        Their median.
    """
    values = np.sort(values, axis=None)
    return (float(values[(len(values) - 1) // 2]) + float(values[len(values) // 2])) / 2


def tilt(picture: Array) -> Array:
    """Compute a plane that rises across the picture as the medians of opposite sides do.

    Parameters
    ----------
    picture : ndarray of float, shape (h, w)
        The picture.

    Returns
    -------
    ndarray of float, shape (h, w)
        The plane, zero at the centre.
    """
    h, w = picture.shape
    down = (median(picture[-1]) - median(picture[0])) / max(h - 1, 1)
    right = (median(picture[:, -1]) - median(picture[:, 0])) / max(w - 1, 1)
    plane: Array = down * (np.arange(h)[:, None] - (h - 1) / 2) + right * (np.arange(w) - (w - 1) / 2)
    return plane


def surface(picture: Array) -> Array:
    """Compute the level of the paper at each pixel.

    It interpolates linearly between medians: of square blocks, and then of the blocks around each. A median follows the
    edge of a shadow, and ignores any stroke that covers less than half of its blocks.

    Parameters
    ----------
    picture : ndarray of float, shape (h, w)
        The picture.

    Returns
    -------
    ndarray of float, shape (h, w)
        The level of the paper.
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
