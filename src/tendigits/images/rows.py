"""Lines of writing: which pieces stand side by side, even where the line climbs or falls."""

import numpy as np

from .._util.arrays import Array
from .pieces import Piece, distance

NEXT = 3  # heights: how far off the next piece of a line may be, to tell how the line climbs
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
    slope = climb(pieces, height)
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.left):
        fits = [(abs(piece.middle - expected(row, slope, piece.centre)), i) for i, row in enumerate(rows)]
        best = min(fits, default=(np.inf, -1))
        if best[0] < DRIFT * height:
            rows[best[1]].append(piece)
        else:
            rows.append([piece])
    return sorted(rows, key=lambda row: float(np.mean([piece.middle for piece in row])))


def climb(pieces: list[Piece], height: float) -> float:
    """Measure how steeply the lines of writing climb or fall, from each piece to the next on its right.

    Parameters
    ----------
    pieces : list of Piece
        The pieces.
    height : float
        The usual height of a digit, in pixels.

    Returns
    -------
    float
        Rows downwards per column to the right: the median; 0 where there are no neighbours.
    """
    places = np.array([(piece.middle, piece.centre) for piece in pieces]).reshape(-1, 2)
    steps = [_step(places - place, NEXT * height) for place in places]
    slopes = [down / right for down, right in steps if right > 0]
    return float(np.median(slopes)) if slopes else 0.0


def _step(ways: Array, farthest: float) -> Array:
    """Choose the shortest way (down, right) that goes more right than down; (0, 0) if none is short enough."""
    length = np.hypot(*ways.T)
    length[(ways[:, 1] <= np.abs(ways[:, 0])) | (length > farthest)] = np.inf
    shortest = int(length.argmin())
    return ways[shortest] if length[shortest] < np.inf else np.zeros(2)


def expected(row: list[Piece], slope: float = 0.0, at: float | None = None) -> float:
    """Predict the middle of the next piece of a line from its last three.

    Parameters
    ----------
    row : list of Piece
        The line so far, from left to right.
    slope : float, optional
        How steeply lines fall, in rows per column.
    at : float, optional
        The column of the next piece; None means that of the last three.

    Returns
    -------
    float
        The row, in pixels, where the middle should be.
    """
    middle, centre = (float(np.mean(each)) for each in zip(*((p.middle, p.centre) for p in row[-3:]), strict=True))
    return middle + slope * (0.0 if at is None else at - centre)


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
