"""Lines of writing: which pieces stand side by side, even where the line climbs or falls."""

import numpy as np

from .pieces import Piece, distance

DRIFT = 0.6  # of the height: how far the next piece may lie above or below


def rows_of(pieces: list[Piece], height: float) -> list[list[Piece]]:
    """Sort pieces into lines of writing.

    Parameters
    ----------
    pieces : list of Piece
        The pieces.
    height : float
        The usual height of a digit, in pixels.

    Returns
    -------
    list of list of Piece
        The lines from top to bottom, each from left to right.
    """
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.left):
        fits = [(abs(piece.middle - expected(row)), i) for i, row in enumerate(rows)]
        best = min(fits, default=(np.inf, -1))
        if best[0] < DRIFT * height:
            rows[best[1]].append(piece)
        else:
            rows.append([piece])
    return sorted(rows, key=lambda row: float(np.mean([piece.middle for piece in row])))


def expected(row: list[Piece]) -> float:
    """Predict the middle of the next piece of a line from its last three.

    Parameters
    ----------
    row : list of Piece
        The line so far, from left to right.

    Returns
    -------
    float
        The row, in pixels, where the middle should be.
    """
    return float(np.mean([piece.middle for piece in row[-3:]]))


def join_row(piece: Piece, rows: list[list[Piece]], height: float) -> bool:
    """Add a piece of another size to the line in which it stands right beside a digit, if there is one.

    Parameters
    ----------
    piece : Piece
        The piece.
    rows : list of list of Piece
        The lines; the piece is appended to one of them.
    height : float
        The usual height of a digit, in pixels.

    Returns
    -------
    bool
        Whether there is such a line.
    """
    for row in rows:
        near = min(distance(piece, each) for each in row)
        if near < 0.5 * height and piece.top < expected(row) < piece.bottom:
            row.append(piece)
            return True
    return False
