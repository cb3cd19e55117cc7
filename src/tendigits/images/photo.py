"""From a photo of paper to the digits on it: where they are, and in which lines.

photo → `paper` (what is ink?) → `pieces` (what belongs together?) → `rows` (what stands on one line?)
      → pieces of ink in their places, one digit each or several that touch
"""

from dataclasses import dataclass

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from .paper import Sheet, take_off_paper
from .pieces import (
    LONGEST,
    SHORTEST,
    SPECK,
    TALLEST,
    Piece,
    find_pieces,
    is_solid,
    join_broken,
    mask_of,
    touches_edge,
    usual_height,
    weighted_median,
)
from .rows import join_row, rows_of

MOST_PARTS = 6  # of a broken digit; more are grain
LARGE = 1 / 20  # of the longer side: a larger piece tells no more of what the usual ink is
FAINT = 0.5  # of the usual ink
NOTHING = "nothing on the picture looks like writing."


@dataclass(frozen=True, eq=False)
class Page:
    """What is written in a photo.

    Parameters
    ----------
    sheet : Sheet
        The ink.
    labels : ndarray of int, shape (h, w)
        Numbers its connected parts; 0 is paper.
    height : float
        The usual height of a piece, in pixels.
    rows : list of list of Piece
        The lines of writing from top to bottom, and the pieces of each from left to right.
    left_out : list of Piece
        The pieces that cannot be digits.
    """

    sheet: Sheet
    labels: Array
    height: float
    rows: list[list[Piece]]
    left_out: list[Piece]


def find(gray: Array) -> Page:
    """Find what is written in a photo.

    Parameters
    ----------
    gray : ndarray of uint8, shape (h, w)
        The photo.

    Returns
    -------
    Page
        Its pieces, in lines.

    Raises
    ------
    InputError
        If the picture is of another shape or dtype, or nothing in it looks like writing.
    """
    if gray.ndim != 2 or gray.size == 0 or gray.dtype != np.uint8:
        raise InputError(f"a gray picture is uint8 of shape (h, w), not {gray.dtype} of shape {gray.shape}.")
    sheet = take_off_paper(gray)
    pieces, labels = find_pieces(sheet.strokes)
    written = [piece for piece in pieces if may_be_written(piece, sheet.ink.shape)]
    if not written:
        raise InputError(NOTHING)
    written = without_faint(written, sheet.ink, labels)
    height = usual_height(written)
    written = [piece for piece in written if max(piece.height, piece.width) >= SPECK * height]
    whole = [piece for piece in join_broken(written, height) if len(piece.labels) <= MOST_PARTS]
    inner = [piece for piece in whole if not touches_edge(piece, sheet.ink.shape)]
    tight = height > 0.4 * sheet.ink.shape[0] or not inner  # then digits may reach the edge; else they are cut off
    good = [piece for piece in (whole if tight else inner) if is_digit_sized(piece, height)]
    rows = rows_of(good, height)
    left_out = [piece for piece in whole if piece not in good and not join_row(piece, rows, height)]
    return Page(sheet, labels, height, rows, left_out)


def without_faint(pieces: list[Piece], ink: Array, labels: Array) -> list[Piece]:
    """Drop pieces whose ink is much fainter than usual: creases, and the grain of a desk.

    Parameters
    ----------
    pieces : list of Piece
        The pieces.
    ink : ndarray of float, shape (h, w)
        The ink, 0 to 1.
    labels : ndarray of int, shape (h, w)
        The labels of its connected parts.

    Returns
    -------
    list of Piece
        The others.
    """
    levels = np.array([mean_ink(piece, ink, labels) for piece in pieces])
    sizes = np.array([min(max(piece.height, piece.width), LARGE * max(ink.shape)) for piece in pieces])
    usual = weighted_median(levels, (levels * sizes) ** 2)  # for grain is of more, but smaller and fainter pieces
    return [piece for piece, level in zip(pieces, levels, strict=True) if level > FAINT * usual]


def mean_ink(piece: Piece, ink: Array, labels: Array) -> float:
    """Compute the mean ink of a piece's strokes.

    Parameters
    ----------
    piece : Piece
        The piece.
    ink : ndarray of float, shape (h, w)
        The ink, 0 to 1.
    labels : ndarray of int, shape (h, w)
        The labels of its connected parts.

    Returns
    -------
    float
        The mean, 0 to 1.
    """
    window = np.s_[piece.top : piece.bottom, piece.left : piece.right]
    return float(ink[window][mask_of(piece, labels)].mean())


def may_be_written(piece: Piece, shape: tuple[int, ...]) -> bool:
    """Tell whether a piece can be writing, rather than dust, a blot, the edge of the paper or the desk.

    Parameters
    ----------
    piece : Piece
        The piece.
    shape : tuple of int
        The height and width of the picture.

    Returns
    -------
    bool
        Whether it can.
    """
    long = max(piece.height / shape[0], piece.width / shape[1]) > 0.5 and touches_edge(piece, shape)
    return max(piece.height, piece.width) >= 8 and not is_solid(piece) and not long


def is_digit_sized(piece: Piece, height: float) -> bool:
    """Tell whether a piece is as large as a digit, or as several that touch.

    Parameters
    ----------
    piece : Piece
        The piece.
    height : float
        The usual height of a digit, in pixels.

    Returns
    -------
    bool
        Whether it is.
    """
    return SHORTEST * height <= piece.height <= TALLEST * height and piece.width <= LONGEST * piece.height
