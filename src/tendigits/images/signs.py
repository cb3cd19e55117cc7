"""Signs between numbers: minus, plus, times, brackets. They look enough like digits to be mistaken for them."""

import numpy as np

from .._util.arrays import Array
from .pieces import Piece

ANGLES = np.radians(np.arange(0, 180, 3))
NORMALS = np.stack([np.sin(ANGLES), np.cos(ANGLES)])  # of lines at these angles, as (row, column)
ENOUGH = 1500  # pixels of a piece to look at
SLIM, THIN = 0.6, 0.35  # of the height: a bracket's width, and that of its line
INNER = 0.2  # strokes that cross do so at least this share of their length away from their ends


def is_sign(mask: Array, breadth: float) -> bool:
    """Tell whether a piece is a plus or a times sign.

    Parameters
    ----------
    mask : ndarray of bool, shape (h, w)
        Its pixels.
    breadth : float
        The breadth of its strokes, in pixels.

    Returns
    -------
    bool
        Whether it is one of these signs.
    """
    h, w = mask.shape
    return 0.4 < w / h < 2.2 and is_cross(mask, breadth)


def is_dash(piece: Piece) -> bool:
    """Tell whether a piece is much wider than high, as no digit is.

    Parameters
    ----------
    piece : Piece
        The piece.

    Returns
    -------
    bool
        Whether it is a dash.
    """
    return piece.width > 2.2 * piece.height and piece.area > 0.3 * piece.width * piece.height


def bend(mask: Array) -> float:
    """Measure how far a single upright line is bent, as brackets are.

    Parameters
    ----------
    mask : ndarray of bool, shape (h, w)
        Its pixels.

    Returns
    -------
    float
        How far the middle lies to the right of the straight way between its ends, in heights: below 0 for (, above 0
        for ), and 0 for what is no such line.
    """
    h, w = mask.shape
    ink = mask.sum(axis=1)
    extent = w - mask.argmax(axis=1) - mask[:, ::-1].argmax(axis=1)
    if w > SLIM * h or not ink.all() or ink.max() > THIN * h or np.mean(extent > ink) > 0.1:
        return 0.0
    columns = (mask * np.arange(w)).sum(axis=1) / ink
    ends, middle = np.r_[0 : h // 8 + 1, h - h // 8 - 1 : h], np.r_[h // 3 : 2 * h // 3 + 1]
    return float((columns[middle].mean() - columns[ends].mean()) / h)


def is_cross(mask: Array, breadth: float) -> bool:
    """Tell whether a piece consists of two straight strokes that cross well inside both.

    Parameters
    ----------
    mask : ndarray of bool, shape (h, w)
        Its pixels.
    breadth : float
        The breadth of its strokes, in pixels.

    Returns
    -------
    bool
        Whether it is a cross.
    """
    points = np.argwhere(mask).astype(float)
    points = points[:: -(-len(points) // ENOUGH)]
    first, rest = without_line(points, 0.8 * breadth + 0.5)
    second, left = without_line(rest, 0.8 * breadth + 0.5)
    if len(left) > 0.1 * len(points) or min(len(first), len(second)) < 0.2 * len(points):
        return False
    return _crosses(first, second) and _crosses(second, first)


def without_line(points: Array, half: float) -> tuple[Array, Array]:
    """Separate points on the strongest straight line from the others.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        Rows and columns.
    half : float
        How far from the line its points may lie, in pixels.

    Returns
    -------
    on_line, others : ndarray of float, shape (m, 2)
        The points of the two groups.
    """
    if not len(points):
        return points, points
    offsets = points @ NORMALS
    ordered = np.sort(offsets, axis=0)
    ends = [np.searchsorted(column, column + 2 * half) for column in ordered.T]
    counts = np.stack(ends, axis=1) - np.arange(len(points))[:, np.newaxis]
    start, angle = np.unravel_index(counts.argmax(), counts.shape)
    on_line = np.abs(offsets[:, angle] - ordered[start, angle] - half) <= half
    return points[on_line], points[~on_line]


def _crosses(stroke: Array, other: Array) -> bool:
    """Tell whether the other stroke extends to both sides of this one."""
    middle, (_, direction) = stroke.mean(axis=0), np.linalg.eigh(np.cov(stroke.T))[1].T
    normal = np.array([-direction[1], direction[0]])
    sides = (other - middle) @ normal
    return bool(-sides.min() > INNER * np.ptp(sides) and sides.max() > INNER * np.ptp(sides))
