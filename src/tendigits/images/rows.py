"""Lines of writing: which pieces stand side by side, though the line climbs or falls."""

import numpy as np

from .pieces import Piece, distance

DRIFT = 0.6  # of the height: how far the next piece may lie above or below


def rows_of(pieces: list[Piece], height: float) -> list[list[Piece]]:
    """Sort pieces into lines, from top to bottom, each from left to right."""
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
    """Expect the middle of the next piece where the last few were."""
    return float(np.mean([piece.middle for piece in row[-3:]]))


def join_row(piece: Piece, rows: list[list[Piece]], height: float) -> bool:
    """Add a piece of another size to the line it stands in, right beside a digit; say whether there is one."""
    for row in rows:
        near = min(distance(piece, each) for each in row)
        if near < 0.5 * height and piece.top < expected(row) < piece.bottom:
            row.append(piece)
            return True
    return False
