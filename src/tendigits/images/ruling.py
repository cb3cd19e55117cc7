"""Lines printed on paper, ruled, squared or the frames of a form: found, and removed without cutting the digits."""

from dataclasses import dataclass

import numpy as np

from .._util.arrays import Array

SPAN = 0.3  # of the longer side of the picture, at least, for a line
RUN = 1 / 20  # of the longer side: what a line is made of are runs of ink, at least so long
WHOLE = 0.8  # of a line's length is ink
THICK = 1 / 60  # of the picture's side, at most
BEYOND = 0.012  # of the longer side: how far off where a line leads its crumbs may lie
DARKER = 1.6  # times a line's own ink: what is darker is the pen


@dataclass(frozen=True, eq=False)
class Line:
    """A line across the picture.

    Parameters
    ----------
    start : int
        The column where it starts.
    places : ndarray of float, shape (n,)
        The row where it lies, for each column from there on.
    thickness : float
        Its thickness, in pixels.
    """

    start: int
    places: Array
    thickness: float


def find_lines(mask: Array) -> list[Line]:
    """Find lines that run from left to right over much of a picture; they may climb, fall and bend.

    Parameters
    ----------
    mask : ndarray of bool, shape (h, w)
        Where there is ink.

    Returns
    -------
    list of Line
        The lines.
    """
    from scipy import ndimage

    h, w = mask.shape
    run = max(15, round(RUN * max(h, w)))
    thick = ndimage.binary_dilation(mask, np.ones((3, 1)))
    runs = _opened(thick, run)
    labels, _ = ndimage.label(_closed(runs, run), np.ones((3, 3)))
    lines = []
    for i, box in enumerate(ndimage.find_objects(labels), 1):
        if box[1].stop - box[1].start >= SPAN * max(h, w):
            lines += _fitted((labels[box] == i) & runs[box] & mask[box], box, max(h, w))
    return lines


def take_off_lines(ink: Array, mask: Array) -> tuple[Array, list[Line], list[Line]]:
    """Remove printed lines from ink, both horizontal and vertical.

    Parameters
    ----------
    ink : ndarray of float, shape (h, w)
        The ink, 0 to 1.
    mask : ndarray of bool, shape (h, w)
        Where it stands out.

    Returns
    -------
    ink : ndarray of float, shape (h, w)
        The ink without the lines.
    across, down : list of Line
        The lines; for those down the picture, rows and columns are exchanged.
    """
    across, down = find_lines(mask), find_lines(mask.T)
    ink = _without(_without(ink, mask, across).T, mask.T, down).T
    return ink, across, down


def _opened(mask: Array, length: int) -> Array:
    from scipy import ndimage

    return np.asarray(ndimage.maximum_filter1d(ndimage.minimum_filter1d(mask.view(np.uint8), length), length) > 0)


def _closed(mask: Array, length: int) -> Array:
    from scipy import ndimage

    return np.asarray(ndimage.minimum_filter1d(ndimage.maximum_filter1d(mask.view(np.uint8), length), length) > 0)


def _fitted(part: Array, box: tuple[slice, slice], side: int) -> list[Line]:
    """Fit a cubic to a part of the mask; return no line if it is not a thin one."""
    columns = np.flatnonzero(part.any(axis=0))
    if len(columns) < WHOLE * part.shape[1]:
        return []
    rows = np.arange(part.shape[0])[:, np.newaxis]
    heights = part[:, columns].sum(axis=0)
    middles = (part[:, columns] * rows).sum(axis=0) / heights
    x = 2 * columns / part.shape[1] - 1
    near = np.ones(len(x), bool)
    for _ in range(3):
        curve = np.polynomial.Polynomial.fit(x[near], middles[near], 3, domain=[-1, 1])
        off = np.abs(middles - curve(x))
        near = off <= max(1.0, 2 * float(np.median(off)))
    thickness = float(np.median(heights[near]))
    if thickness > max(4, THICK * side) or np.median(off) > max(1.5, thickness):
        return []
    return [Line(box[1].start, box[0].start + curve(np.linspace(-1, 1, part.shape[1])), thickness)]


def _without(ink: Array, mask: Array, lines: list[Line]) -> Array:
    """Remove lines, but keep the pen's ink: what is darker, and what continues on either side."""
    from scipy import ndimage

    ink, faint = ink.copy(), 0.0
    for line in lines:
        reach = line.thickness / 2 + 1.5
        margin = int(3 * reach) + 3
        top = max(0, int(line.places.min()) - margin)
        window = np.s_[top : int(line.places.max()) + margin + 1, line.start : line.start + len(line.places)]
        rows = np.arange(top, top + ink[window].shape[0])[:, np.newaxis]
        band = np.abs(rows - line.places) <= reach
        level = float(np.median(ink[window][band & mask[window]])) if (band & mask[window]).any() else 0.0
        faint = max(faint, DARKER * level)
        beside = ndimage.distance_transform_edt(~(mask[window] & ~band)) <= reach + 0.5
        pen = (ink[window] > DARKER * level) | beside
        ink[window] = np.where(band & ~pen, 0, ink[window])
    if lines:
        ink[_crumbs(mask & (ink > 0), lines) & (ndimage.maximum_filter(ink, 5) < faint)] = 0
    return ink


def _crumbs(mask: Array, lines: list[Line]) -> Array:
    """Mark what is left of lines: parts of the mask that lie mostly close to a line or to its continuation."""
    from scipy import ndimage

    h, w = mask.shape
    near = np.zeros((h, w), bool)
    columns, rows = np.arange(w), np.arange(h)[:, np.newaxis]
    for line in lines:
        own = np.arange(line.start, line.start + len(line.places))
        beyond = np.polynomial.Polynomial.fit(own, line.places, 1)(columns)
        reach = np.full(w, BEYOND * max(h, w))
        beyond[own], reach[own] = line.places, line.thickness + 5
        top, bottom = max(0, int((beyond - reach).min())), max(0, int((beyond + reach).max()) + 1)
        near[top:bottom] |= np.abs(rows[top:bottom] - beyond) <= reach
    labels, n = ndimage.label(mask, np.ones((3, 3)))
    inside, area = np.bincount(labels[near], minlength=n + 1), np.bincount(labels.ravel(), minlength=n + 1)
    crumbs: Array = (inside > 0.7 * area)[labels] & mask
    return crumbs
