"""The ink of one piece, made as black and as broad as MNIST's own strokes."""

import numpy as np

from .._util.arrays import Array
from .mnist_format import fit_to_box
from .pieces import Piece

BROAD = 1 / 9  # of the digit's height: the breadth of MNIST's strokes, about
FULL = 0.6  # of a stroke's usual ink counts as full: the pen presses unevenly


def to_field(piece: Piece, ink: Array, labels: Array) -> Array:
    """Redraw a piece in MNIST's format, uint8 (28, 28)."""
    margin = max(piece.height, piece.width) // 12 + 2
    own = np.pad(np.isin(_window(labels, piece), piece.labels), margin)
    level = np.pad(_window(ink, piece), margin)
    return fit_to_box(broadened(np.where(own, level, 0), own))


def broadened(ink: Array, mask: Array) -> Array:
    """Even out the ink of strokes and make thin ones broader: float (h, w), at most 1."""
    from scipy import ndimage

    even = np.minimum(1, ink / (FULL * np.median(ink[mask])))
    missing = BROAD * max(np.ptp(np.flatnonzero(mask.any(axis=axis))) for axis in (0, 1)) - breadth(mask)
    radius = max(0.0, missing / 2)
    soft = even if radius < 0.5 else np.clip(radius + 0.5 - ndimage.distance_transform_edt(~mask), 0, 1)
    full: Array = np.maximum(even, soft)
    return full


def breadth(mask: Array) -> float:
    """Measure how broad the strokes of a mask are, in pixels: four times a pixel's mean distance from the paper."""
    from scipy import ndimage

    return 4 * float(ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1][mask].mean()) - 2


def _window(picture: Array, piece: Piece) -> Array:
    return picture[piece.top : piece.bottom, piece.left : piece.right]
