"""Printed lines, ruled, squared or a frame's, taken off the ink; what they crossed is closed again.

A line is long and thin, runs past the digit on both sides, and the digit is left without it: so the bar of a tightly
cropped 7 is none, and neither is a lone 1.

    ink → (along the rows) gaps closed → only what is long kept → parts → those that are lines
        → their pixels filled in from what lies on both sides
"""

import numpy as np

from .._util.arrays import Array
from .parts import boxes, connected

REACH = 0.7  # of the picture's side: a line is at least as long
LONG = 1 / 4  # of the picture's side: what is not a part of a straight piece as long as this is no line
GAP = 1 / 24  # of the picture's side: broken and dotted lines have gaps as wide as this
THIN = 1 / 9  # of the picture's shorter side: a line is at most as thick
FAINT = 10  # gray levels: fainter lines do no harm
CLEARER = 1.3  # times the line's own level: what stands out more is ink that crosses it
PAST = 1 / 32
SMALL = 20
SLANT = 2


def without_lines(ink: Array, find_digit) -> Array:
    """Take horizontal lines, then vertical ones, off ink >= 0, float (h, w)."""
    across, down = lines(ink), lines(ink.T)
    if not across and not down:
        return ink
    clean = filled(filled(ink, across).T, down).T
    box = find_digit(clean)
    if box is None:
        return ink
    top, bottom, left, right = box
    across = [line for line in across if apart(line, top, bottom) or passes(line, left, right, ink.shape[1])]
    down = [line for line in down if apart(line, left, right) or passes(line, top, bottom, ink.shape[0])]
    return filled(filled(ink, across).T, down).T


def apart(line, first, last):
    return line.bottom <= first - 2 or line.top >= last + 2


def passes(line, first, last, side):
    margin = PAST * side + line.thick
    return line.left <= first - margin and line.right >= last + margin


def lines(ink):
    if min(ink.shape) < SMALL:
        return []
    return list(find_lines(ink, shared_by_long(ink)))


def shared_by_long(ink: Array) -> Array:
    """Keep of each pixel the ink that it shares with a long horizontal piece through it: float (h, w).

    Rows are closed over gaps, and opened with a long piece (a minimum and a maximum along the row). Before, each
    pixel takes the most of itself and those above and below, so that a line may slant.
    """
    width = ink.shape[1]
    gap, long = max(1, int(width * GAP)), max(3, int(width * LONG))
    tall = np.pad(ink, ((1, 1), (0, 0)))
    tall = np.maximum(np.maximum(tall[:-2], tall[1:-1]), tall[2:])
    closed = eroded(dilated(tall, gap), gap)
    return dilated(eroded(closed, long), long)


def dilated(rows: Array, n: int) -> Array:
    """Take the most of n pixels about each, along the rows."""
    return _extreme(rows, n, np.maximum)


def eroded(rows, n):
    return _extreme(rows, n, np.minimum)


def _extreme(rows, n, choose):
    from scipy import ndimage

    if choose is np.maximum:
        return ndimage.maximum_filter1d(rows, n, axis=1, mode="nearest", origin=0 if n % 2 else -1)
    return ndimage.minimum_filter1d(rows, n, axis=1, mode="nearest", origin=0)

from dataclasses import dataclass
@dataclass
class Line:
    mask: Array
    level: float
    left: int
    right: int
    thick: float
    top: int
    bottom: int

def find_lines(ink, level):
    h, w = ink.shape
    labels = connected(level > FAINT)
    for label, (top, bottom, left, right) in enumerate(boxes(labels), 1):
        part = labels[top:bottom, left:right] == label
        thick = part.sum() / (right - left) - 2
        if right - left >= REACH * w and thick <= THIN * min(h, w):
            yield Line(labels == label, np.quantile(level[top:bottom,left:right].max(axis=0), 0.2, method='lower'), left, right, thick, top, bottom)


SLOPES = np.arange(-4, 5) / 2


def filled(ink, lines):
    for line in lines:
        ink = filled1(ink, line.mask, line.level)
    return ink


def filled1(ink, mask, level):
    """Bridge a line: a pixel is as dark as the darkest straight way across through it is at both its ends."""
    base = np.pad(np.where(mask, 0, ink), ((1, 1), (0, 0)))
    free = ~np.pad(mask, ((1, 1), (0, 0)))
    row = np.arange(len(base))[:, np.newaxis]
    above = np.maximum.accumulate(np.where(free, row, 0), axis=0)
    below = np.minimum.accumulate(np.where(free, row, len(base) - 1)[::-1], axis=0)[::-1]
    ys, xs = np.nonzero(~free)
    above, below = above[ys, xs], below[ys, xs]
    fill = np.zeros(len(ys))
    for slope in SLOPES:
        start = np.clip(xs - np.floor(slope * (ys - above) + 0.5).astype(int), 0, ink.shape[1] - 1)
        end = np.clip(xs + np.floor(slope * (below - ys) + 0.5).astype(int), 0, ink.shape[1] - 1)
        fill = np.maximum(fill, np.minimum(base[above, start], base[below, end]))
    out = ink.copy()
    own = ink[mask]
    out[mask] = np.where(own > CLEARER * level + FAINT, own, fill)
    return out
