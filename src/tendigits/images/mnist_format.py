"""Any picture of a digit, redrawn as MNIST's digits were.

LeCun, Cortes and Burges describe it: the ink is fitted into a 20×20 box, keeping its aspect ratio, and placed in a
28×28 field so that its centre of mass lies at the centre of the field. A network that has learned from such pictures
can read no others.

    picture → gray → (halved while large) → ink = distance from the paper, less its noise (`light`)
            → printed lines removed (`lines`) → the digit's strokes (`strokes`)
            → cropped, resized into the box, placed in the field

Every step is a small function of plain arithmetic, which the draw page repeats line by line in JavaScript.
round(x) stands for floor(x + 0.5). Gray levels, halved or not, are exact in float64, so a picture and its negative
give exactly the same digit.
"""

from functools import lru_cache

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from .light import ink_and_noise
from .lines import without_lines
from .strokes import BLANK, strokes

FIELD, BOX = 28, 20  # sides of the finished picture and of the box the ink is fitted into
CENTRE = 14  # row and column of the rounded centre of mass: so it is in all 70,000 of MNIST
WORKING_SIDE = 512  # larger pictures are halved: noise averages out, and time is bounded
ROUND_UP = 0.5 + 1e-6  # the same half goes up everywhere, although the last bit of a sum depends on who adds it up


def to_mnist(gray: Array) -> Array:
    """Redraw a picture of a digit in MNIST's format.

    Parameters
    ----------
    gray : ndarray of uint8, shape (h, w)
        The picture, dark on light or light on dark.

    Returns
    -------
    ndarray of uint8, shape (28, 28)
        The digit, light on black.

    Raises
    ------
    InputError
        If the picture is of another shape or dtype, or there is nothing on it.
    """
    if gray.ndim != 2 or gray.size == 0 or gray.dtype != np.uint8:
        raise InputError(f"a gray picture is uint8 of shape (h, w), not {gray.dtype} of shape {gray.shape}.")
    while max(gray.shape) > WORKING_SIDE:
        gray = halve(gray)
    ink, noise = ink_and_noise(gray.astype(np.float64))
    return fit_to_box(strokes(without_lines(ink), noise))


# ---------------------------------------------------------------------- gray


def gray_from_rgba(rgba: Array) -> Array:
    """Convert colours to gray, on paper where the picture is transparent.

    The gray is the luma of ITU-R BT.601 in 16-bit fixed point, rounded as Pillow does, and blended in integers:
    round(x / 255).

    Parameters
    ----------
    rgba : ndarray of uint8, shape (h, w, 4)
        Red, green, blue and opacity.

    Returns
    -------
    ndarray of uint8, shape (h, w)
        The gray levels.
    """
    red, green, blue, alpha = (rgba[..., i] for i in range(4))
    luma = red * np.uint32(19595)
    luma += green * np.uint32(38470)
    luma += blue * np.uint32(7471)
    luma += np.uint32(32768)
    luma >>= np.uint32(16)
    if alpha.min() < 255:
        luma = (luma * alpha + _paper(luma, alpha) * (255 - alpha.astype(np.uint32)) + 127) // 255
    return luma.astype(np.uint8)


def _paper(luma: Array, alpha: Array) -> int:
    """Choose the gray, 0 or 255, to lay under a transparent picture: the one that its ink stands out against.

    A picture that is mostly opaque is instead a sheet with transparent corners, and the paper takes the sheet's colour.
    """
    opaque = int(alpha.sum(dtype=np.uint64))
    is_light = 2 * int((luma * alpha).sum(dtype=np.uint64)) >= 255 * opaque
    is_sheet = 2 * opaque > 255 * alpha.size
    return 255 if is_light == is_sheet else 0


def halve(gray: Array) -> Array:
    """Halve a picture by averaging blocks of 2×2 pixels.

    An odd last row or column is dropped. A picture one pixel high or wide is halved along its length.

    Parameters
    ----------
    gray : ndarray, shape (h, w)
        The picture.

    Returns
    -------
    ndarray of float, shape (h // 2, w // 2)
        The smaller picture; no side is shorter than 1.
    """
    h, w = (side // 2 * 2 if side > 1 else 2 for side in gray.shape)
    gray = gray.repeat(2 if len(gray) == 1 else 1, axis=0).repeat(2 if gray.shape[1] == 1 else 1, axis=1)
    mean = np.zeros((h // 2, w // 2))
    for i, j in (0, 0), (0, 1), (1, 0), (1, 1):
        mean += gray[i:h:2, j:w:2]
    mean /= 4
    return mean


# ---------------------------------------------------------------------- box and field


def fit_to_box(ink: Array) -> Array:
    """Fit ink into a 20×20 box, and place that in the field.

    The ink is cropped to where it is not zero, and its longer side becomes 20 pixels; the other follows, at least 1.

    Parameters
    ----------
    ink : ndarray of float, shape (h, w)
        The ink, at least 0.

    Returns
    -------
    ndarray of uint8, shape (28, 28)
        The digit, its brightest pixel 255.

    Raises
    ------
    InputError
        If there is no ink.
    """
    if not np.any(ink > 0):
        raise InputError(BLANK)
    ink = _crop(ink)
    height, width = (max(1, (2 * BOX * side + max(ink.shape)) // (2 * max(ink.shape))) for side in ink.shape)
    small = resize_matrix(ink.shape[0], height) @ ink @ resize_matrix(ink.shape[1], width).T
    return place(np.floor(small * (255 / small.max()) + ROUND_UP).astype(np.uint8))


def _crop(ink: Array) -> Array:
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0), np.flatnonzero(ink.max(axis=0) > 0)
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@lru_cache(maxsize=64)  # the pictures of a data set are all of a few sizes
def resize_matrix(n_in: int, n_out: int) -> Array:
    """Build the matrix that resizes one side of a picture.

    Row i weights the input pixels by a triangle around its own centre, as wide as an output pixel when shrinking and as
    an input pixel when enlarging: what Pillow calls BILINEAR.

    Parameters
    ----------
    n_in, n_out : int
        The side before and after, in pixels.

    Returns
    -------
    ndarray of float, shape (n_out, n_in), read-only
        The matrix; its rows sum to one.
    """
    scale = n_in / n_out
    distance = np.arange(n_in) + 0.5 - (np.arange(n_out)[:, None] + 0.5) * scale
    weights: Array = np.maximum(0, 1 - np.abs(distance) / max(scale, 1))
    weights /= weights.sum(axis=1, keepdims=True)
    weights.flags.writeable = False
    return weights


def place(box: Array) -> Array:
    """Place a picture in the field, its rounded centre of mass at (14, 14) or as near as it fits.

    Parameters
    ----------
    box : ndarray of uint8, shape (h, w)
        The picture; neither side is longer than 28.

    Returns
    -------
    ndarray of uint8, shape (28, 28)
        The field.
    """
    row = min(max(CENTRE - _centre(box.sum(axis=1, dtype=np.int64)), 0), FIELD - box.shape[0])
    column = min(max(CENTRE - _centre(box.sum(axis=0, dtype=np.int64)), 0), FIELD - box.shape[1])
    field = np.zeros((FIELD, FIELD), np.uint8)
    field[row : row + box.shape[0], column : column + box.shape[1]] = box
    return field


def _centre(mass: Array) -> int:
    """round(Σ i m_i / Σ m_i), in integers."""
    total, moment = int(mass.sum()), int((np.arange(len(mass)) * mass).sum())
    return (2 * moment + total) // (2 * total)
