"""Where digits that touch come apart: along seams, ways from top to bottom that cross as little ink as possible.

piece → candidate seams → the piece in segments, whose neighbours together may be a digit
"""

from dataclasses import dataclass

import numpy as np

from .._util.arrays import Array
from .ink import breadth
from .pieces import Piece, mask_of, strokes_across

STEP = 0.08  # of the digit's height: the distance of the columns about which seams are sought
REACH = 0.15  # likewise: how far from its column a seam may go
ASIDE = 0.3  # what a step to the side costs, in pixels of ink
MOST = 2.6  # breadths of a stroke: so much ink a seam may cross


@dataclass(frozen=True, eq=False)
class Seam:
    """A way from the top of a piece to its bottom.

    Parameters
    ----------
    columns : ndarray of int, shape (h,)
        Where it is in each row; the pixel there lies right of it.
    crosses : int
        How many strokes it crosses.
    """

    columns: Array
    crosses: int


def find_seams(mask: Array, height: float) -> list[Seam]:
    """Find the seams along which a piece may be cut.

    Parameters
    ----------
    mask : ndarray of bool, shape (h, w)
        The piece.
    height : float
        The height of a digit, in pixels.

    Returns
    -------
    list of Seam
        The seams from left to right.
    """
    reach, step = max(2, round(REACH * height)), max(1, round(STEP * height))
    lefts = np.arange(reach, mask.shape[1] - 3 * reach, step)
    if not len(lefts):
        return []
    ways = least_ways(mask[:, lefts[:, np.newaxis] + np.arange(2 * reach + 1)].swapaxes(0, 1))
    seams, most = list[Seam](), MOST * breadth(mask)
    for columns in lefts[:, np.newaxis] + ways:
        ink = mask[np.arange(len(mask)), columns]
        if ink.sum() <= most and not (seams and np.abs(columns - seams[-1].columns).mean() < step / 2):
            seams.append(Seam(columns, int(strokes_across(ink[:, np.newaxis])[0])))
    return seams


def least_ways(strips: Array) -> Array:
    """Find the way through each strip that crosses least ink, by dynamic programming from top to bottom.

    Parameters
    ----------
    strips : ndarray of bool, shape (n, h, w)
        Where there is ink.

    Returns
    -------
    ndarray of int, shape (n, h)
        The column in each row; it changes by one at most from row to row.
    """
    n, h, w = strips.shape
    cost, steps = strips[:, 0].astype(float), np.zeros((h, n, w), np.intp)
    for i in range(1, h):
        beside = np.pad(cost, ((0, 0), (1, 1)), constant_values=np.inf)
        options = np.stack([beside[:, :-2] + ASIDE, cost, beside[:, 2:] + ASIDE])
        steps[i] = options.argmin(axis=0) - 1
        cost = options.min(axis=0) + strips[:, i]
    ways = np.empty((h, n), np.intp)
    ways[-1] = cost.argmin(axis=1)
    for i in range(h - 1, 0, -1):
        ways[i - 1] = ways[i] + steps[i, np.arange(n), ways[i]]
    return ways.T


def cut(piece: Piece, seams: list[Seam], labels: Array) -> list[Piece]:
    """Cut a piece along seams; its segments get labels of their own.

    Parameters
    ----------
    piece : Piece
        The piece.
    seams : list of Seam
        Where to cut it.
    labels : ndarray of int, shape (h, w)
        The labels of all pieces; those of this one are changed.

    Returns
    -------
    list of Piece
        The segments from left to right; one may have no ink, its area being 0.
    """
    window = labels[piece.top : piece.bottom, piece.left : piece.right]
    mask, columns = mask_of(piece, labels), np.arange(piece.width)
    nth = np.sum([columns >= seam.columns[:, np.newaxis] for seam in seams], axis=0)
    first = int(labels.max()) + 1
    window[mask] = (first + nth)[mask]
    return [_segment(piece, window, first + i) for i in range(len(seams) + 1)]


def _segment(piece: Piece, window: Array, label: int) -> Piece:
    own = window == label
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    if not len(rows):
        return Piece(piece.top, piece.top, piece.left, piece.left, (label,), 0)
    top, left = piece.top + int(rows[0]), piece.left + int(columns[0])
    bottom, right = piece.top + int(rows[-1]) + 1, piece.left + int(columns[-1]) + 1
    return Piece(top, bottom, left, right, (label,), int(own.sum()))
