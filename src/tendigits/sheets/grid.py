"""Forms that are not ours: a grid of boxes whose corners someone has looked up, described in a small JSON file.

    {
      "corners": [[112, 240], [1530, 236], [1541, 2080], [105, 2086]],
      "rows": 10,
      "columns": 8,
      "labels": ["00000000", "11111111", "22222222", "33333333", "44444444",
                 "55555555", "66666666", "77777777", "88888888", "99999999"]
    }

`corners` are pixels of the picture, clockwise from the upper left one of the whole grid; without them the grid is the
picture. `labels` has a text for each row, a character for each box, a space for a box that is not to be cut; a single
text counts for every row.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._util.arrays import Array
from ..errors import InputError
from .layout import Box
from .rectify import homography, warped

CELL = 15.0  # millimetres that a box is taken to measure, whatever it does
MOST = 100  # rows and columns
HOW = "it should hold rows and columns, labels (a text for each row) and may hold corners (four pairs of pixels)."
Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Grid:
    """A grid of boxes that touch each other.

    Parameters
    ----------
    rows, columns : int
        Boxes down and across.
    labels : tuple of str
        For each row a text, for each box a digit, or a space for a box to leave alone.
    corners : tuple of (float, float), or None
        The grid's corners in the picture, clockwise from the upper left; None for the picture's own.
    """

    rows: int
    columns: int
    labels: tuple[str, ...]
    corners: Corners | None = None

    def boxes(self) -> list[Box]:
        """List the boxes to cut, each `CELL` millimetres wide and high.

        Returns
        -------
        list of Box
            Row by row.
        """
        found = []
        for row, text in enumerate(self.labels):
            for column, label in enumerate(text):
                if label != " ":
                    left, top = column * CELL, row * CELL
                    found.append(Box(row, column, left, top, left + CELL, top + CELL, int(label)))
        return found

    def straighten(self, gray: Array) -> Array:
        """Straighten the grid in a picture.

        Parameters
        ----------
        gray : ndarray of uint8, shape (h, w)
            The picture.

        Returns
        -------
        ndarray of uint8, shape (h, w)
            The grid, for `cells.cut`.

        Raises
        ------
        InputError
            If a corner is not in the picture.
        """
        height, width = gray.shape
        corners = self.corners or ((0, 0), (width, 0), (width, height), (0, height))
        if any(not (0 <= x <= width and 0 <= y <= height) for x, y in corners):
            raise InputError(f"a corner of the grid is not in the picture, which has {width} × {height} pixels.")
        size = self.columns * CELL, self.rows * CELL
        paper = ((0.0, 0.0), (size[0], 0.0), size, (0.0, size[1]))
        return warped(gray, homography(paper, corners), size)


def read_grid(path: Path | str) -> Grid:
    """Read the description of a grid.

    Parameters
    ----------
    path : path-like
        The JSON file.

    Returns
    -------
    Grid
        The grid.

    Raises
    ------
    InputError
        If it cannot be read, or is not as described above.
    """
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(2**20)
        return _grid(json.loads(text))
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}).") from error
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise InputError(f"{path} describes no grid ({error}): {HOW}") from error


def _grid(values: dict[str, Any]) -> Grid:
    rows, columns, labels = values["rows"], values["columns"], values["labels"]
    if not all(type(n) is int and 1 <= n <= MOST for n in (rows, columns)):
        raise ValueError(f"rows and columns are whole numbers from 1 to {MOST}")
    labels = [labels] * rows if isinstance(labels, str) else labels
    if len(labels) != rows or any(len(text) != columns or not set(text) <= set("0123456789 ") for text in labels):
        raise ValueError(f"labels are {rows} texts of {columns} digits or spaces each")
    return Grid(rows, columns, tuple(labels), _corners(values["corners"]) if values.get("corners") else None)


def _corners(corners: Any) -> Corners:
    if len(corners) != 4 or any(len(corner) != 2 for corner in corners):
        raise ValueError("corners are four pairs")
    return tuple((float(x), float(y)) for x, y in corners)
