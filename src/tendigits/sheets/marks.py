"""The four corner marks of a sheet in a photo, whichever way it is turned: black rings around a black square.

photo → what is darker than its surroundings → connected parts → rings with a square in the middle
"""

from typing import NamedTuple

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from ..images.mnist_format import halve

WORKING_SIDE = 2000  # pixels; larger photos are halved
WINDOW = 1 / 12  # of the longer side: what a pixel is compared with
DARK = (0.8, 0.65, 0.9)  # of the mean of its surroundings, tried in this order
SMALLEST, LARGEST = 1 / 80, 1 / 6  # of the longer side: how large a mark may be
RING, CORE = (0.3, 0.66), (0.08, 0.32)  # of what the ring encloses, itself included: 24/49 and 9/49 where it is sharp
CENTRED = 0.12  # of its size: so far apart are the middles of ring and square, at most
ALIKE = 0.35  # the smallest over the largest mark of one sheet, in a steep perspective


class Mark(NamedTuple):
    """A mark in a photo.

    Parameters
    ----------
    x, y : float
        Its centre, in pixels.
    size : float
        The square root of its area, in pixels.
    """

    x: float
    y: float
    size: float


def find_marks(gray: Array) -> Array:
    """Find the marks of one sheet.

    Parameters
    ----------
    gray : ndarray of uint8, shape (h, w)
        The photo.

    Returns
    -------
    ndarray of float, shape (4, 2)
        Their centres, x and y, clockwise; which is the upper left one, they do not say.

    Raises
    ------
    InputError
        If there are not exactly four; the message says what that may mean.
    """
    best: list[Mark] = []
    for dark in DARK:
        found = _marks(gray, dark)
        if len(found) > 4 and len(found) > len(best):
            best = found
        if len(found) == 4:
            best = found
            break
        best = max(best, found, key=len)
    if len(best) != 4:
        raise InputError(_why_not(len(best)))
    return _clockwise(np.array([(mark.x, mark.y) for mark in best]))


def _why_not(n: int) -> str:
    if n > 4:
        return f"{n} corner marks are in the picture, and a sheet has four: photograph one sheet at a time."
    if n == 3:
        return "only three corner marks can be seen: the fourth is cut off, covered or blurred."
    if n:
        return f"only {n} of the four corner marks can be seen: the others are cut off, covered or blurred."
    return "no corner marks can be seen: it is not a page of `tendigits sheet`, or too dark, too blurred or too small."


def _marks(gray: Array, dark: float) -> list[Mark]:
    from scipy import ndimage

    small, scale = np.asarray(gray, np.float32), 1
    while max(small.shape) > WORKING_SIDE:
        small, scale = halve(small).astype(np.float32), 2 * scale
    small = ndimage.gaussian_filter(small, 0.7)
    around = ndimage.uniform_filter(small, int(WINDOW * max(small.shape)))
    labels, _ = ndimage.label(small < dark * around, np.ones((3, 3), bool))
    marks = [mark for i, box in enumerate(ndimage.find_objects(labels), 1) if (mark := _mark(labels, i, box))]
    largest = max((mark.size for mark in marks), default=0)
    same = [mark for mark in marks if mark.size >= ALIKE * largest]
    return [Mark((mark.x + 0.5) * scale, (mark.y + 0.5) * scale, mark.size * scale) for mark in same]


def _mark(labels: Array, label: int, box: tuple[slice, slice]) -> Mark | None:
    """Recognise a ring with a square in its middle; None if a part is none."""
    from scipy import ndimage

    height, width = (side.stop - side.start for side in box)
    long, short = max(height, width), min(height, width)
    if not (SMALLEST * max(labels.shape) <= long <= LARGEST * max(labels.shape) and short > 0.4 * long and short > 6):
        return None
    window = labels[box]
    ring = window == label
    whole = ndimage.binary_fill_holes(ring)
    area = int(whole.sum())
    inside = np.bincount(window[whole & ~ring], minlength=1)
    inside[0] = 0
    if not inside.any() or not RING[0] < ring.sum() / area < RING[1]:
        return None
    core = window == inside.argmax()
    if not CORE[0] < core.sum() / area < CORE[1]:
        return None
    middles = np.array([ndimage.center_of_mass(each) for each in (whole, core)])
    if np.abs(middles[0] - middles[1]).max() > CENTRED * long:
        return None
    y, x = middles.mean(axis=0)
    return Mark(float(x) + box[1].start, float(y) + box[0].start, float(area) ** 0.5)


def _clockwise(points: Array) -> Array:
    """Sort points around their middle, clockwise as the photo shows them."""
    x, y = (points - points.mean(axis=0)).T
    ordered: Array = points[np.argsort(np.arctan2(y, x))]
    return ordered
