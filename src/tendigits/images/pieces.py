"""Pieces of connected ink, and which of them can belong to a digit.

strokes → pieces → (specks, edges, frames, blots left out) → broken ones joined
"""

from dataclasses import dataclass

import numpy as np

from .._util.arrays import Array

SLENDER = 3  # times as long as broad: a straight stroke
SPECK = 0.15  # of the usual height: smaller pieces are dust
TALLEST, SHORTEST = 2.2, 0.4  # of the usual height, for a digit
LONGEST = 8  # times as wide as high, for a chain of digits that touch
NEAR = 0.22  # of the usual height: a piece no farther away may be a part of the same digit


@dataclass(frozen=True)
class Piece:
    """Connected ink.

    Parameters
    ----------
    top, bottom, left, right : int
        Its box, in pixels; bottom and right are exclusive.
    labels : tuple of int
        The labels of its connected parts.
    area : int
        The number of its pixels.
    """

    top: int
    bottom: int
    left: int
    right: int
    labels: tuple[int, ...]
    area: int

    @property
    def height(self) -> int:
        """The height of its box, in pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """The width of its box, in pixels."""
        return self.right - self.left

    @property
    def middle(self) -> float:
        """The row halfway between its top and bottom."""
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        """The column halfway between its left and right."""
        return (self.left + self.right) / 2


def find_pieces(strokes: Array) -> tuple[list[Piece], Array]:
    """Find the connected parts of the strokes.

    Parameters
    ----------
    strokes : ndarray of bool, shape (h, w)
        Where the strokes are.

    Returns
    -------
    pieces : list of Piece
        The parts, without the tiniest.
    labels : ndarray of int, shape (h, w)
        Numbers all parts from 1; 0 is paper.
    """
    from scipy import ndimage

    labels, n = ndimage.label(strokes, np.ones((3, 3)))
    areas = np.bincount(labels.ravel(), minlength=n + 1)
    pieces = [
        Piece(rows.start, rows.stop, columns.start, columns.stop, (i,), int(areas[i]))
        for i, (rows, columns) in enumerate(ndimage.find_objects(labels), 1)
    ]
    return [piece for piece in pieces if piece.area >= 6], labels


def usual_height(pieces: list[Piece]) -> float:
    """Compute the median height of pieces, each weighted by its longer side.

    Parameters
    ----------
    pieces : list of Piece
        The pieces, at least one.

    Returns
    -------
    float
        The height in pixels.
    """
    heights = np.array([piece.height for piece in pieces], float)
    return weighted_median(heights, np.array([max(piece.height, piece.width) for piece in pieces], float))


def weighted_median(values: Array, weights: Array) -> float:
    """Compute the value below which, and above which, lies half of the weight.

    Parameters
    ----------
    values, weights : ndarray of float, shape (n,)
        The values, at least one, and the weight of each.

    Returns
    -------
    float
        Their weighted median.
    """
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def touches_edge(piece: Piece, shape: tuple[int, ...]) -> bool:
    """Tell whether a piece reaches the edge of the picture.

    Parameters
    ----------
    piece : Piece
        The piece.
    shape : tuple of int
        The height and width of the picture.

    Returns
    -------
    bool
        Whether it does.
    """
    margin = 1 + max(shape) // 1000
    far = piece.bottom >= shape[0] - margin or piece.right >= shape[1] - margin
    return far or piece.top <= margin or piece.left <= margin


def is_solid(piece: Piece) -> bool:
    """Tell whether a piece is a blot rather than a stroke.

    Parameters
    ----------
    piece : Piece
        The piece.

    Returns
    -------
    bool
        Whether it is large both ways, nearly fills its box, and is not as slender as a broad 1.
    """
    short, long = sorted((piece.height, piece.width))
    return short > 12 and long < SLENDER * short and piece.area > 0.75 * short * long


def joined(a: Piece, b: Piece) -> Piece:
    """Join two pieces into one.

    Parameters
    ----------
    a, b : Piece
        The pieces.

    Returns
    -------
    Piece
        Both together.
    """
    top, left = min(a.top, b.top), min(a.left, b.left)
    bottom, right = max(a.bottom, b.bottom), max(a.right, b.right)
    return Piece(top, bottom, left, right, a.labels + b.labels, a.area + b.area)


def distance(a: Piece, b: Piece) -> float:
    """Measure the gap between the boxes of two pieces.

    Parameters
    ----------
    a, b : Piece
        The pieces.

    Returns
    -------
    float
        The gap in pixels, 0 where they overlap.
    """
    across = max(a.left, b.left) - min(a.right, b.right)
    down = max(a.top, b.top) - min(a.bottom, b.bottom)
    return float(np.hypot(max(across, 0), max(down, 0)))


def shared_width(a: Piece, b: Piece) -> float:
    """Measure how much of the narrower piece's width lies above or below the other piece.

    Parameters
    ----------
    a, b : Piece
        The pieces.

    Returns
    -------
    float
        The share of its width, 0 to 1.
    """
    common = min(a.right, b.right) - max(a.left, b.left)
    return max(0, common) / max(1, min(a.width, b.width))


def join_broken(pieces: list[Piece], height: float) -> list[Piece]:
    """Join pieces that make up one digit: parts one above the other, and small parts beside a larger one.

    Pieces are not joined where the result would be much larger than a digit usually is.

    Parameters
    ----------
    pieces : list of Piece
        The pieces.
    height : float
        The usual height of a digit, in pixels.

    Returns
    -------
    list of Piece
        The joined pieces and the others.
    """
    pieces = sorted(pieces, key=lambda piece: -piece.area)
    whole: list[Piece] = []
    for piece in pieces:
        at = _home(piece, whole, height)
        if at is None:
            whole.append(piece)
        else:
            whole[at] = joined(whole[at], piece)
    return whole


def _home(piece: Piece, whole: list[Piece], height: float) -> int | None:
    """Find the nearest piece that this one can be part of."""
    fits = [(distance(each, piece), i) for i, each in enumerate(whole) if _belongs(piece, each, height)]
    return min(fits)[1] if fits else None


def _belongs(piece: Piece, other: Piece, height: float) -> bool:
    both = joined(piece, other)
    if both.height > 1.35 * height or both.width > 1.25 * max(height, other.width):
        return False
    if max(piece.height, piece.width) < SPECK * height:
        return distance(piece, other) == 0 and piece.area > 0
    gap, near = distance(piece, other), NEAR * min(height, both.height)
    over = shared_width(piece, other) > 0.4 and gap < 1.4 * near
    beside = piece.height < 0.6 * min(height, other.height) and gap < near
    return over or beside


def mask_of(piece: Piece, labels: Array) -> Array:
    """Mark a piece's own pixels within its box.

    Parameters
    ----------
    piece : Piece
        The piece.
    labels : ndarray of int, shape (h, w)
        The labels of all pieces.

    Returns
    -------
    ndarray of bool, shape (piece.height, piece.width)
        Its pixels.
    """
    mask: Array = np.isin(labels[piece.top : piece.bottom, piece.left : piece.right], piece.labels)
    return mask


def strokes_across(mask: Array) -> Array:
    """Count the strokes that each column crosses.

    Parameters
    ----------
    mask : ndarray of bool, shape (h, w)
        Where there is ink.

    Returns
    -------
    ndarray of int, shape (w,)
        The number of runs of ink in each column.
    """
    starts: Array = np.diff(mask.astype(np.int8), axis=0, prepend=0) == 1
    return np.asarray(starts.sum(axis=0))
