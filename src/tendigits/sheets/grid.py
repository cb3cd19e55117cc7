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
text counts for every row. Where there is paper between the boxes, `"margin": 0.07` says how far within its place, a
row's height and a column's width, the frame of each box lies; without it they share their lines.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from .layout import Box
from .rectify import homography, warped

CELL = 15.0  # millimetres that the longer side of a box is taken to measure, whatever it does
MOST_OBLONG = 5  # times as long as wide
MOST = 100  # rows and columns
HOW = "it should hold rows, columns and labels (a text for each row), and may hold corners (four pairs) and margin."
Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Grid:
    """A grid of boxes.

    Parameters
    ----------
    rows, columns : int
        Boxes down and across.
    labels : tuple of str
        For each row a text, for each box a digit, or a space for a box to leave alone.
    corners : tuple of (float, float), or None
        The grid's corners in the picture, clockwise from the upper left; None for the picture's own.
    margin : float
        How far a box's frame lies within its place, in widths and heights of the place, 0 to 0.3.
    """

    rows: int
    columns: int
    labels: tuple[str, ...]
    corners: Corners | None = None
    margin: float = 0.0

    def straighten(self, gray: Array) -> tuple[Array, list[Box]]:
        """Straighten the grid in a picture.

        Parameters
        ----------
        gray : ndarray of uint8, shape (h, w)
            The picture.

        Returns
        -------
        sheet : ndarray of uint8, shape (h, w)
            The grid, for `cells.cut`.
        boxes : list of Box
            The boxes to cut, row by row.

        Raises
        ------
        InputError
            If a corner is not in the picture.
        """
        height, width = gray.shape
        corners = np.array(self.corners or ((0, 0), (width, 0), (width, height), (0, height)))
        if (corners < 0).any() or (corners > (width, height)).any():
            raise InputError(f"a corner of the grid is not in the picture, which has {width} × {height} pixels.")
        wide, high = self._box_size(corners)
        size = self.columns * wide, self.rows * high
        paper = ((0.0, 0.0), (size[0], 0.0), size, (0.0, size[1]))
        return warped(gray, homography(paper, corners), size), self._boxes(wide, high)

    def _box_size(self, corners: Array) -> tuple[float, float]:
        """Width and height of a box in millimetres, in the proportion that it has in the picture."""
        top, right, bottom, left = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
        ratio = (left + right) / self.rows / max((top + bottom) / self.columns, 1e-9)
        if not 1 / MOST_OBLONG < ratio < MOST_OBLONG:
            raise InputError(
                "its boxes are much longer than wide, or wider than long: look at corners, rows and columns."
            )
        return CELL / max(ratio, 1), CELL * min(ratio, 1)

    def _boxes(self, wide: float, high: float) -> list[Box]:
        x, y = self.margin * wide, self.margin * high
        return [
            Box(
                row,
                column,
                column * wide + x,
                row * high + y,
                (column + 1) * wide - x,
                (row + 1) * high - y,
                int(label),
            )
            for row, text in enumerate(self.labels)
            for column, label in enumerate(text)
            if label != " "
        ]


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
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InputError(f"{path} describes no grid ({error}): {HOW}") from error


def _grid(values: dict[str, Any]) -> Grid:
    rows, columns, labels = values["rows"], values["columns"], values["labels"]
    if not all(type(n) is int and 1 <= n <= MOST for n in (rows, columns)):
        raise ValueError(f"rows and columns are whole numbers from 1 to {MOST}")
    labels = [labels] * rows if isinstance(labels, str) else labels
    if len(labels) != rows or any(len(text) != columns or not set(text) <= set("0123456789 ") for text in labels):
        raise ValueError(f"labels are {rows} texts of {columns} digits or spaces each")
    margin = values.get("margin", 0.0)
    if not (type(margin) in (int, float) and 0 <= margin <= 0.3):
        raise ValueError("a margin is a number from 0 to 0.3")
    return Grid(rows, columns, tuple(labels), _corners(values["corners"]) if values.get("corners") else None, margin)


def _corners(corners: Any) -> Corners:
    if len(corners) != 4 or any(len(corner) != 2 for corner in corners):
        raise ValueError("corners are four pairs")
    points = np.array([(float(x), float(y)) for x, y in corners])
    before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
    if not (before[:, 0] * after[:, 1] > before[:, 1] * after[:, 0]).all():  # it turns right at each: y goes down
        raise ValueError("corners go clockwise from the upper left, around a shape without dents")
    return tuple((x, y) for x, y in points.tolist())
