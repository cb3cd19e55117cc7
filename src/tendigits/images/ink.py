"""The ink of one piece, made as dark and as broad as MNIST's own strokes."""

import numpy as np

from .._util.arrays import Array
from .mnist_format import fit_to_box
from .pieces import Piece

BROAD = 1 / 9  # of the digit's height: the breadth of MNIST's strokes, about
FULL = 0.6  # of a stroke's usual ink counts as full: the pen presses unevenly


def to_field(piece: Piece, ink: Array, labels: Array, *, upright: bool = False) -> Array:
    """Redraw a piece in MNIST's format.

    Parameters
    ----------
    piece : Piece
        The piece.
    ink : ndarray of float, shape (h, w)
        The ink of the whole page, 0 to 1.
    labels : ndarray of int, shape (h, w)
        The labels of its connected parts.
    upright : bool, optional
        Whether to remove the slant.

    Returns
    -------
    ndarray of uint8, shape (28, 28)
        The piece alone, light on black.
    """
    margin = max(piece.height, piece.width) // 12 + 2
    own = np.pad(np.isin(_window(labels, piece), piece.labels), margin)
    level = np.pad(_window(ink, piece), margin)
    full = broadened(np.where(own, level, 0), own)
    return fit_to_box(sheared(full, slant(full)) if upright else full)


def slant(ink: Array) -> float:
    """Measure how far ink leans.

    Parameters
    ----------
    ink : ndarray of float, shape (h, w)
        Ink, 0 to 1; what is above 0.5 counts.

    Returns
    -------
    float
        Columns to the right per row downwards, between -0.8 and 0.8.
    """
    rows, columns = np.nonzero(ink > 0.5)
    down = rows - rows.mean()
    return float(np.clip((down * columns).sum() / max(1.0, (down**2).sum()), -0.8, 0.8))


def sheared(ink: Array, lean: float) -> Array:
    """Shift rows so that slanted ink stands upright.

    Parameters
    ----------
    ink : ndarray of float, shape (h, w)
        The ink.
    lean : float
        Its slant, in columns to the right per row downwards.

    Returns
    -------
    ndarray of float, shape (h, w + 2 * room)
        The upright ink, with room for the shift on both sides.
    """
    from scipy import ndimage

    h, w = ink.shape
    room = int(abs(lean) * h / 2) + 1
    matrix, shift = [[1, 0], [lean, 1]], [0, -room - lean * h / 2]
    upright: Array = ndimage.affine_transform(ink, matrix, shift, (h, w + 2 * room), order=1)
    return upright * (upright > 0.05)


def broadened(ink: Array, mask: Array) -> Array:
    """Even out the ink of strokes, and broaden thin ones.

    Parameters
    ----------
    ink : ndarray of float, shape (h, w)
        The ink, 0 to 1.
    mask : ndarray of bool, shape (h, w)
        Where the strokes are.

    Returns
    -------
    ndarray of float, shape (h, w)
        The ink, 0 to 1.
    """
    from scipy import ndimage

    even = np.minimum(1, ink / (FULL * np.median(ink[mask])))
    missing = BROAD * max(np.ptp(np.flatnonzero(mask.any(axis=axis))) for axis in (0, 1)) - breadth(mask)
    radius = max(0.0, missing / 2)
    soft = even if radius < 0.5 else np.clip(radius + 0.5 - ndimage.distance_transform_edt(~mask), 0, 1)
    full: Array = np.maximum(even, soft)
    return full


def breadth(mask: Array) -> float:
    """Measure how broad strokes are.

    The breadth is estimated as four times the mean distance of a stroke's pixels from the paper.

    Parameters
    ----------
    mask : ndarray of bool, shape (h, w)
        Where the strokes are.

    Returns
    -------
    float
        Their breadth in pixels.
    """
    from scipy import ndimage

    return 4 * float(ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1][mask].mean()) - 2


def _window(picture: Array, piece: Piece) -> Array:
    return picture[piece.top : piece.bottom, piece.left : piece.right]
