"""The answers on a blank sheet: one digit in each box, to be read rather than to be learned from."""

from collections.abc import Callable

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from .cells import cut
from .rectify import straighten


def read_answers(gray: Array, predict: Callable[[Array], Array]) -> list[list[str]] | None:
    """Read a photographed blank sheet.

    Parameters
    ----------
    gray : ndarray of uint8, shape (h, w)
        The photo.
    predict : callable
        Names the class of each image, as `Network.predict` does.

    Returns
    -------
    list of list of str, or None
        The rows of boxes, "" for an empty one; None if the photo shows no blank sheet.
    """
    try:
        sheet = straighten(gray)
    except InputError:
        return None
    if sheet.layout.digits:
        return None
    rows = [[""] * sheet.layout.columns for _ in range(sheet.layout.rows)]
    written = [cell for cell in cut(sheet.gray, list(sheet.layout.boxes())) if cell.image is not None]
    if written:
        for cell, name in zip(written, predict(np.stack([np.asarray(cell.image) for cell in written])), strict=True):
            rows[cell.box.row][cell.box.column] = str(name)
    return rows
