"""What is written in the boxes of a straightened sheet: which are empty, which share ink, and the digits of the others.

gray → ink = how much darker than the paper around → connected ink → empty boxes, ink through several boxes
     → each other box, cut within its frame → MNIST's format
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from ..images.mnist_format import to_mnist
from .layout import Box
from .rectify import SCALE

INSET = 0.9  # millimetres within the frame's line: it may be printed, or straightened, so far beside its place
FRAME = 0.7  # millimetres to either side of that line which count as the frame's
PAPER = 5.0  # millimetres: what is narrower is ink, what is wider is paper or shadow
INK = 0.13  # how much darker than the paper ink is, at least: pencil is about 0.25
EDGE = 1.0  # millimetres along the border of a box where what lies there alone is no digit, but frame or a neighbour's
LEAST, SHORTEST = 0.5, 1.8  # square millimetres and millimetres of a digit's largest part
SHARED = 1.2  # square millimetres in each of two boxes that connected ink runs through
EMPTY, SHARES, BLANK = "empty", "its ink runs into another box", "nothing in it stands out from the paper"


@dataclass(frozen=True, eq=False)
class Cell:
    """What is in a box.

    Parameters
    ----------
    box : Box
        Where it is, and which digit belongs there.
    image : ndarray of uint8, shape (28, 28), or None
        The digit in MNIST's format; None if there is none.
    crop : ndarray of uint8, shape (h, w)
        The box as it was photographed.
    why : str
        Why there is no image; "" if there is one.
    """

    box: Box
    image: Array | None
    crop: Array
    why: str = ""


def cut(gray: Array, boxes: Sequence[Box]) -> list[Cell]:
    """Cut boxes out of a straightened sheet.

    Parameters
    ----------
    gray : ndarray of uint8, shape (h, w)
        The sheet, `SCALE` pixels for each millimetre.
    boxes : sequence of Box
        Its boxes.

    Returns
    -------
    list of Cell
        What is in each.
    """
    ink = ink_of(gray) > INK
    shared = _shared(ink, boxes)
    return [_cell(gray, ink, box, box in shared) for box in boxes]


def ink_of(gray: Array) -> Array:
    """Compute how much darker than the paper around a sheet is, from 0 to 1.

    Parameters
    ----------
    gray : ndarray of uint8, shape (h, w)
        The straightened sheet.

    Returns
    -------
    ndarray of float32, shape (h, w)
        The ink.
    """
    from scipy import ndimage

    smooth = ndimage.gaussian_filter(gray.astype(np.float32), 0.12 * SCALE)
    paper = ndimage.grey_closing(smooth, int(PAPER * SCALE))
    ink: Array = 1 - smooth / np.maximum(ndimage.uniform_filter(paper, int(PAPER * SCALE)), 1)
    return ink


def _window(box: Box, inset: float) -> tuple[slice, slice]:
    def side(low: float, high: float) -> slice:
        return slice(round((low + inset) * SCALE), round((high - inset) * SCALE))

    return side(box.top, box.bottom), side(box.left, box.right)


def _cell(gray: Array, ink: Array, box: Box, shared: bool) -> Cell:
    crop, mask = gray[_window(box, INSET)], ink[_window(box, INSET)]
    cell = Cell(box, None, crop, SHARES if shared else EMPTY)
    if shared or not _is_written(mask):
        return cell
    try:
        return replace(cell, image=to_mnist(crop), why="")
    except InputError:
        return replace(cell, why=BLANK)


def _is_written(mask: Array) -> bool:
    """Tell whether ink is more than specks, and more than a frame's line or a neighbour's stroke along the border."""
    from scipy import ndimage

    labels, n = ndimage.label(mask, np.ones((3, 3), bool))
    areas = ndimage.sum_labels(mask, labels, np.arange(1, n + 1)) / SCALE**2
    edge = EDGE * SCALE
    for (rows, columns), area in zip(ndimage.find_objects(labels), areas, strict=True):
        within = rows.stop > edge and rows.start < mask.shape[0] - edge
        within = within and columns.stop > edge and columns.start < mask.shape[1] - edge
        long = max(rows.stop - rows.start, columns.stop - columns.start) / SCALE
        if within and area >= LEAST and long >= SHORTEST:
            return True
    return False


def _shared(ink: Array, boxes: Sequence[Box]) -> set[Box]:
    """Find boxes whose ink is connected to ink of another one.

    Frames would connect everything, so the rows and columns of pixels that hold their lines are taken out first.
    """
    from scipy import ndimage

    rows, columns = (_without(ink.shape[i], _lines(boxes, i)) for i in (0, 1))
    labels, n = ndimage.label(ink[np.ix_(rows, columns)], np.ones((3, 3), bool))
    place = [np.cumsum(kept) for kept in (rows, columns)]
    found = np.zeros((len(boxes), n + 1))
    for i, box in enumerate(boxes):
        inner = tuple(slice(at[s.start], at[s.stop]) for at, s in zip(place, _window(box, INSET), strict=True))
        found[i] = np.bincount(labels[inner].ravel(), minlength=n + 1)
    through = found[:, 1:] >= SHARED * SCALE**2
    return {boxes[int(i)] for i in np.flatnonzero(through[:, through.sum(axis=0) > 1].any(axis=1))}


def _lines(boxes: Sequence[Box], axis: int) -> set[float]:
    sides = [(box.top, box.bottom) if axis == 0 else (box.left, box.right) for box in boxes]
    return {round(side, 3) for pair in sides for side in pair}


def _without(n: int, lines: set[float]) -> Array:
    kept = np.ones(n, bool)
    for line in lines:
        kept[max(0, round((line - FRAME) * SCALE)) : round((line + FRAME) * SCALE)] = False
    return kept
