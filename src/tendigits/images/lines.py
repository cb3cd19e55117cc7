"""Printed lines, ruled, squared or of a frame, are removed from the ink, and the strokes they crossed are mended.

A line is long and thin. It is also fainter than the digit, or apart from it, or extends past it on both sides, or
resembles a line that does. So the bar of a tightly cropped 7 is not a line, and neither is a lone 1.

    ink → (along the rows) gaps closed → only what is long kept → its parts → those that are lines
        → bridged by the straightest dark way across
    and the same along the columns
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .._util.arrays import Array
from .light import median
from .strokes import connected, digit, list_parts, otsu

LEAST = 20  # pixels of the shorter side; in smaller pictures every stroke is a long line
GAP = 1 / 48  # of the picture's side, on either side of a pixel: gaps in a line may be as wide as both
LONG = 1 / 8  # likewise: a line is made of straight pieces as long as both
LENGTH = 0.9  # of the picture's side: the least length of a line
THICKNESS = 1 / 9  # of the picture's shorter side: the most
FAINT = 10  # gray levels; fainter lines do no harm
CLEARER = 1.3  # times a line's own level: what stands out more is ink that crosses it
FAINTER = 0.6  # of the digit's middle level: no stroke of its own is as faint all along
ALIKE = 0.1  # of a line's level: other lines on the same paper differ by no more
EDGE = 1  # pixels between a line that runs past the digit and the picture's edge, at most
PAST = 1 / 32  # of the picture's side, and the line's own thickness: so far a line runs past the digit, at least
SLOPES = np.arange(-4, 5) / 2  # of the ways across a line, in columns for each row


@dataclass(frozen=True)
class Line:
    """A horizontal line.

    Parameters
    ----------
    mask : ndarray of bool, shape (h, w)
        Its pixels.
    level : float
        Its level of ink, in gray levels.
    thickness : float
        Its mean thickness, in pixels.
    top, bottom, left, right : int
        Its box, in pixels; bottom and right are exclusive.
    """

    mask: Array
    level: float
    thickness: float
    top: int
    bottom: int
    left: int
    right: int


def without_lines(ink: Array) -> Array:
    """Remove horizontal and vertical lines from ink.

    Parameters
    ----------
    ink : ndarray of float, shape (h, w)
        The ink in gray levels, at least 0.

    Returns
    -------
    ndarray of float, shape (h, w)
        The ink without them.
    """
    if min(ink.shape) < LEAST:
        return ink
    across, down = list(find_lines(ink)), list(find_lines(ink.T))
    if not across and not down:
        return ink
    rest = _digit_in(bridged(bridged(ink, across).T, down).T)
    if not rest.any():
        return ink
    true = [*true_lines(across, rest, ink), *true_lines(down, rest.T, ink.T)]
    across, down = like(across, true), like(down, true)
    return bridged(bridged(ink, across).T, down).T


def find_lines(ink: Array) -> Iterator[Line]:
    """Find what is long and thin enough to be a horizontal line.

    Parameters
    ----------
    ink : ndarray of float, shape (h, w)
        The ink in gray levels, at least 0.

    Yields
    ------
    Line
        Each such line.
    """
    h, w = ink.shape
    if not _is_wide(ink > FAINT):
        return
    long = long_pieces(ink > FAINT)
    labels = connected(long)
    for part in list_parts(labels, long):
        length = part.right - part.left
        thickness = part.weight / length - 2  # for every pixel took ink from above and below
        if length >= LENGTH * w and thickness <= THICKNESS * min(h, w):
            mask = labels == part.label
            darkest = np.where(mask, ink, 0).max(axis=0)
            level = np.sort(darkest[part.left : part.right])[(length - 1) // 5]
            columns = np.flatnonzero(darkest > FAINT)
            yield Line(mask, float(level), thickness, part.top, part.bottom, int(columns[0]), int(columns[-1]) + 1)


def _is_wide(mask: Array) -> bool:
    """Tell whether a mask is as wide as a line, once its gaps are closed: a shortcut for pictures without lines."""
    columns, gap = np.flatnonzero(mask.any(axis=0)), _share(GAP, mask)
    return columns.size > 0 and int(np.ptp(columns)) + 1 + 2 * gap >= LENGTH * mask.shape[1]


def _share(share: float, mask: Array) -> int:
    return max(1, int(share * mask.shape[1]))


def long_pieces(mask: Array) -> Array:
    """Keep what is part of a long horizontal piece.

    Every pixel is first extended by those above and below it, so that a line may slant; then gaps are closed, and the
    rows opened: a pixel stays only if a whole long piece surrounds it.

    Parameters
    ----------
    mask : ndarray of bool, shape (h, w)
        Where there is ink.

    Returns
    -------
    ndarray of bool, shape (h, w)
        What is kept.
    """
    gap, long = _share(GAP, mask), _share(LONG, mask)
    tall = any_near(mask.T, 1).T
    closed = all_near(any_near(tall, gap), gap)
    return any_near(all_near(closed, long), long)


def any_near(mask: Array, reach: int) -> Array:
    """Mark each pixel that has a marked pixel, or is one, within reach in its row.

    Parameters
    ----------
    mask : ndarray of bool, shape (h, w)
        The marked pixels.
    reach : int
        How far to look on either side, in pixels.

    Returns
    -------
    ndarray of bool, shape (h, w)
        The dilated mask.
    """
    from scipy import ndimage

    near: Array = ndimage.maximum_filter1d(mask.astype(np.uint8), 2 * reach + 1, axis=1, mode="nearest") > 0
    return near


def all_near(mask: Array, reach: int) -> Array:
    """Mark each pixel that has only marked pixels, and is one, within reach in its row.

    Parameters
    ----------
    mask : ndarray of bool, shape (h, w)
        The marked pixels.
    reach : int
        How far to look on either side, in pixels.

    Returns
    -------
    ndarray of bool, shape (h, w)
        The eroded mask.
    """
    return ~any_near(~mask, reach)


def _digit_in(ink: Array) -> Array:
    levels = np.floor(ink + 0.5).astype(np.intp)
    return digit(levels, otsu(levels)[0])[0]


def true_lines(lines: list[Line], rest: Array, ink: Array) -> list[Line]:
    """Choose the lines that are fainter than the digit, lie above or below it, or run past it from edge to edge.

    Parameters
    ----------
    lines : list of Line
        What may be horizontal lines.
    rest : ndarray of bool, shape (h, w)
        The digit without them.
    ink : ndarray of float, shape (h, w)
        The ink in gray levels.

    Returns
    -------
    list of Line
        Those that are certainly lines.
    """
    rows, columns = np.flatnonzero(rest.any(axis=1)), np.flatnonzero(rest.any(axis=0))
    (top, bottom), (left, right) = (rows[0], rows[-1] + 1), (columns[0], columns[-1] + 1)
    dark = median(ink[rest])

    def is_true(line: Line) -> bool:
        is_apart = line.bottom <= top - 2 or line.top >= bottom + 2
        margin = PAST * rest.shape[1] + line.thickness
        is_from_edge_to_edge = line.left <= EDGE and line.right >= rest.shape[1] - EDGE
        runs_past = is_from_edge_to_edge and left >= margin and right <= rest.shape[1] - margin
        return bool(line.level <= FAINTER * dark or is_apart or runs_past)

    return [line for line in lines if is_true(line)]


def like(lines: list[Line], true: list[Line]) -> list[Line]:
    """Choose the lines that are as dark as a true one, since all lines on one paper are printed alike.

    Parameters
    ----------
    lines : list of Line
        What may be lines.
    true : list of Line
        What certainly are lines.

    Returns
    -------
    list of Line
        The chosen ones of `lines`.
    """
    return [line for line in lines if any(abs(line.level - each.level) <= ALIKE * each.level for each in true)]


def bridged(ink: Array, lines: list[Line]) -> Array:
    """Remove the ink of lines, but leave that of strokes which cross them.

    Parameters
    ----------
    ink : ndarray of float, shape (h, w)
        The ink in gray levels.
    lines : list of Line
        What to remove.

    Returns
    -------
    ndarray of float, shape (h, w)
        The ink without the lines.
    """
    for line in lines:
        crossing = np.where(ink > CLEARER * line.level + FAINT, ink, ways_across(ink, line.mask))
        ink = np.where(line.mask, crossing, ink)
    return ink


def ways_across(ink: Array, line: Array) -> Array:
    """Compute for each pixel of a line how dark the darkest straight way across it is at both its ends.

    Parameters
    ----------
    ink : ndarray of float, shape (h, w)
        The ink in gray levels.
    line : ndarray of bool, shape (h, w)
        The pixels of the line.

    Returns
    -------
    ndarray of float, shape (h, w)
        The ink at the fainter end of the darkest way, in gray levels; 0 off the line.
    """
    paper = np.pad(np.where(line, 0, ink), ((1, 1), (0, 0)))
    free = ~np.pad(line, ((1, 1), (0, 0)))
    rows = np.arange(len(paper))[:, np.newaxis]
    above = np.maximum.accumulate(np.where(free, rows, 0), axis=0)
    below = np.minimum.accumulate(np.where(free, rows, len(paper) - 1)[::-1], axis=0)[::-1]
    y, x = np.nonzero(~free)
    above, below, last = above[y, x], below[y, x], ink.shape[1] - 1
    bridge = np.zeros(paper.shape)
    for slope in SLOPES:
        start = np.clip(x - np.floor(slope * (y - above) + 0.5).astype(np.intp), 0, last)
        end = np.clip(x + np.floor(slope * (below - y) + 0.5).astype(np.intp), 0, last)
        bridge[y, x] = np.maximum(bridge[y, x], np.minimum(paper[above, start], paper[below, end]))
    return bridge[1:-1]
