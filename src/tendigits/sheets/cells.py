"""What is written in the boxes of a straightened sheet: which are empty, which share ink, and the digits of the others.

gray → ink = how much darker than the paper around → connected ink → empty boxes, ink through several boxes
     → each other box, cut within its frame → MNIST's format
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from ..images.mnist_format import fit_to_box, to_mnist
from .layout import Box
from .rectify import SCALE

INSET = 0.9  # millimetres within the frame's line: it may be printed, or straightened, so far beside its place
FRAME = 0.7  # millimetres to either side of that line which count as the frame's
PAPER = 5.0  # millimetres: what is narrower is ink, what is wider is paper or shadow
SMOOTH = 0.2  # millimetres: the standard deviation of the Gaussian that evens out grain
NEAR, ROOM = 3, 12  # pixels around ink: of its soft edge, and of paper
GRAIN = 5  # standard deviations that ink stands out from the paper's grain, at least
INK = 0.12  # how much darker than the paper ink is, at least: pencil is about 0.25
EDGE = 1.0  # millimetres along the border of a box where what lies there alone is no digit, but frame or a neighbour's
LEAST, SHORTEST = 0.5, 1.8  # square millimetres and millimetres of a digit's largest part
SHARED = 1.2  # square millimetres in each of two boxes that connected ink runs through
EMPTY, SHARES = "empty", "its ink runs into another box"


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
    flat = flattened(gray)
    smooth = _smooth(flat)
    shared = _shared(_is_ink(smooth), boxes)
    return [_cell(gray, flat, smooth, box, box in shared) for box in boxes]


def flattened(gray: Array) -> Array:
    """Take light and shadow off a sheet.

    Parameters
    ----------
    gray : ndarray of uint8, shape (h, w)
        The straightened sheet.

    Returns
    -------
    ndarray of float32, shape (h, w)
        Its gray levels over those of the paper around: 1 is paper, and 0 the blackest ink.
    """
    from scipy import ndimage

    paper = ndimage.grey_closing(_smooth(gray.astype(np.float32)), int(PAPER * SCALE))
    flat: Array = gray / np.maximum(ndimage.gaussian_filter(paper, 0.5 * SCALE), 1)
    return flat


def _smooth(picture: Array) -> Array:
    from scipy import ndimage

    smooth: Array = ndimage.gaussian_filter(picture, SMOOTH * SCALE)
    return smooth


def _window(box: Box, inset: float) -> tuple[slice, slice]:
    def side(low: float, high: float) -> slice:
        return slice(round((low + inset) * SCALE), round((high - inset) * SCALE))

    return side(box.top, box.bottom), side(box.left, box.right)


def _is_ink(levels: Array) -> Array:
    """Mark what stands out from paper, most of what there is, and from its grain."""
    paper = np.median(levels)
    grain = 1.4826 * np.median(np.abs(levels - paper))  # the standard deviation, were it normal
    ink: Array = levels < paper - max(INK, GRAIN * grain)
    return ink


def _cell(gray: Array, flat: Array, smooth: Array, box: Box, shared: bool) -> Cell:
    window = _window(box, INSET)
    written = _written(_is_ink(smooth[window]))
    cell = Cell(box, None, gray[window], SHARES if shared else EMPTY)
    if shared or not written.any():
        return cell
    return replace(cell, image=_image(flat[window], written), why="")


def _image(flat: Array, written: Array) -> Array:
    """Bring a digit into MNIST's format: its ink on clean paper, with room around it, as any picture.

    Where that is too faint for a picture, by its ink alone.
    """
    from scipy import ndimage

    near = ndimage.binary_dilation(written, iterations=NEAR)
    clean = np.pad(np.where(near, np.clip(flat, 0, 1), 1), ROOM, constant_values=1)
    try:
        return to_mnist(np.rint(255 * clean).astype(np.uint8))
    except InputError:
        return fit_to_box(np.where(written, 1 - np.minimum(flat, 1 - INK / 2), 0))


def _written(mask: Array) -> Array:
    """Keep the parts of ink that are no specks, nor a frame's line or a neighbour's stroke along the border."""
    from scipy import ndimage

    labels, n = ndimage.label(mask, np.ones((3, 3), bool))
    areas = ndimage.sum_labels(mask, labels, np.arange(1, n + 1)) / SCALE**2
    edge = EDGE * SCALE
    digit = np.zeros(n + 1, bool)
    for i, ((rows, columns), area) in enumerate(zip(ndimage.find_objects(labels), areas, strict=True), 1):
        within = rows.stop > edge and rows.start < mask.shape[0] - edge
        within = within and columns.stop > edge and columns.start < mask.shape[1] - edge
        long = max(rows.stop - rows.start, columns.stop - columns.start) / SCALE
        digit[i] = within and area >= LEAST and long >= SHORTEST
    written: Array = digit[labels]
    return written


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
