"""A reading as a table: rows of cells, including empty ones.

Printed lines separate the cells where there are any; otherwise numbers one below the other form a column.
"""

from bisect import bisect

import numpy as np

from .reading.results import Digit, Reading

ROOM = 0.8  # heights of a digit: a wider gap parts two columns


def cells(reading: Reading) -> list[list[str]]:
    """Arrange the digits of a reading in a table.

    Parameters
    ----------
    reading : Reading
        What was read.

    Returns
    -------
    list of list of str
        Rows of equal length: the number in each cell, "" for an empty one.
    """
    digits = [digit for line in reading.lines for digit in line.digits]
    ruled, across = _edges(reading.down), _edges(reading.across)
    down = ruled or _gaps([digit.box[::2] for digit in digits], ROOM * _height(digits))
    rows: dict[int, list[Digit]] = {}
    for i, line in enumerate(reading.lines):
        for digit in line.digits:
            rows.setdefault(bisect(across, _middle(digit.box[1::2])) if across else i, []).append(digit)
    ruled_rows = range(1, len(across)) if across else range(len(reading.lines))
    ruled_columns = range(1, len(down)) if ruled else range(len(down) + 1)
    return [[_number(rows.get(row, []), down, column) for column in ruled_columns] for row in ruled_rows]


def _edges(lines: tuple[float, ...]) -> list[float]:
    """Sort the positions of printed lines; fewer than two enclose no cell."""
    return sorted(lines) if len(lines) > 1 else []


def _gaps(spans: list[tuple[int, ...]], width: float) -> list[float]:
    """Find the middles of the gaps between spans that are wider than `width`."""
    gaps, end = [], np.inf
    for start, stop in sorted(spans):
        if start - end > width:
            gaps.append((start + end) / 2)
        end = stop if end == np.inf else max(end, stop)
    return gaps


def _height(digits: list[Digit]) -> float:
    return float(np.median([digit.box[3] - digit.box[1] for digit in digits]))


def _middle(span: tuple[int, ...]) -> float:
    return (span[0] + span[1]) / 2


def _number(row: list[Digit], down: list[float], column: int) -> str:
    """Join the digits of one cell of a row."""
    own = [digit for digit in row if bisect(down, _middle(digit.box[::2])) == column]
    return "".join(str(digit.digit) for digit in sorted(own, key=lambda digit: digit.box[0]))
