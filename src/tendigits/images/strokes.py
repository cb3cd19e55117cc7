"""Which ink is the digit: its strokes, and not dust, a frame, a neighbour cut off by the edge, or a dark desk."""

from dataclasses import dataclass

import numpy as np

from .._util.arrays import Array
from ..errors import InputError

MIN_CONTRAST = 25  # gray levels between ink and paper, a tenth of the range; below it there is no ink
MIN_STROKE = 0.04  # of the heaviest stroke's ink; what has less is dust or noise
SIZEABLE = 0.35  # of the picture's shorter side: a part as long as this may be the digit
RINGED = 0.25  # of a frame's longer side: the least that what it frames measures
ALONG = 0.8  # of each side of what it frames: the least that a frame runs along
REACH = 0.03  # of the picture's longer side: so far faint ink may lead on from a stroke
MOST = 100  # parts; a digit has a few, and comparing thousands of specks with one another would take minutes
FAINT = 0.5  # of the threshold: what is fainter than this is no ink even there
BLANK = "the picture is blank: nothing on it stands out from its paper."


@dataclass(frozen=True)
class Part:
    """A connected part of the ink.

    Parameters
    ----------
    label : int
        Its number among the labels.
    weight : float
        The sum of its ink, in gray levels.
    top, bottom, left, right : int
        Its box, in pixels; bottom and right are exclusive.
    """

    label: int
    weight: float
    top: int
    bottom: int
    left: int
    right: int

    @property
    def size(self) -> int:
        """The longer side of its box, in pixels."""
        return max(self.bottom - self.top, self.right - self.left)


def strokes(ink: Array, noise: float) -> Array:
    """Keep the ink of the digit's strokes, and of the pixels that touch them, so that soft edges survive.

    A stroke continues a short way into fainter ink, where the pen was pressed less.

    Parameters
    ----------
    ink : ndarray of float, shape (h, w)
        The ink in gray levels, at least 0.
    noise : float
        The noise of the paper, in gray levels.

    Returns
    -------
    ndarray of float, shape (h, w)
        The ink, 0 elsewhere.

    Raises
    ------
    InputError
        If the ink stands out too little, in itself or from the noise of the paper.
    """
    levels = np.floor(ink + 0.5).astype(np.intp)
    threshold, contrast = otsu(levels)
    if contrast + noise < MIN_CONTRAST or contrast < noise:
        raise InputError(BLANK)
    mask, others = digit(levels, threshold)
    faint = (levels > FAINT * threshold) & ~_grow(others)
    for _ in range(int(REACH * max(ink.shape))):
        mask = _grow(mask) & faint
    return np.where(_grow(mask) & ~others, ink, 0)


def otsu(levels: Array) -> tuple[int, float]:
    """Find the threshold that best separates levels into two groups.

    It is the first t that maximises n₀ n₁ (m₁ - m₀)², where n₀ pixels of mean m₀ are <= t and n₁ of mean m₁ are above.

    Parameters
    ----------
    levels : ndarray of int
        The levels, at least 0, of any shape.

    Returns
    -------
    threshold : int
        The threshold t.
    contrast : float
        The difference m₁ - m₀; 0 where all levels are equal.

    References
    ----------
    N. Otsu, "A threshold selection method from gray-level histograms", 1979.
    """
    counts = np.bincount(levels.ravel(), minlength=256)
    n, total = np.cumsum(counts), np.cumsum(counts * np.arange(len(counts)))  # above 255 where the light slants
    n0, n1 = n, n[-1] - n
    means_differ = (total[-1] - total) / np.maximum(n1, 1) - total / np.maximum(n0, 1)
    contrast = np.where((n0 > 0) & (n1 > 0), means_differ, 0.0)
    t = int(np.argmax(n0 * n1 * contrast**2))
    return t, float(contrast[t])


def digit(levels: Array, threshold: int) -> tuple[Array, Array]:
    """Separate the digit from all else that is above the threshold.

    Parameters
    ----------
    levels : ndarray of int, shape (h, w)
        The ink in gray levels.
    threshold : int
        What is above is ink.

    Returns
    -------
    digit, others : ndarray of bool, shape (h, w)
        The pixels of the digit, and of all else.
    """
    labels = connected(levels > threshold)
    all_parts = list_parts(labels, levels)
    parts = heaviest(all_parts)
    chosen = np.zeros(len(all_parts) + 1, bool)
    chosen[[part.label for part in digit_parts(parts, labels)]] = True
    return chosen[labels], (labels > 0) & ~chosen[labels]


def connected(mask: Array) -> Array:
    """Number the connected parts of a mask; pixels touch in 8 directions.

    Parameters
    ----------
    mask : ndarray of bool, shape (h, w)
        The pixels.

    Returns
    -------
    ndarray of int, shape (h, w)
        The labels, from 1 on; 0 outside the mask.
    """
    from scipy import ndimage

    labels: Array = ndimage.label(mask, np.ones((3, 3), bool))[0]
    return labels


def list_parts(labels: Array, levels: Array) -> list[Part]:
    """Measure each connected part.

    Parameters
    ----------
    labels : ndarray of int, shape (h, w)
        The labels, from 1 on; 0 is paper.
    levels : ndarray, shape (h, w)
        The ink, whose sum over a part is its weight.

    Returns
    -------
    list of Part
        The parts, in the order of their labels.
    """
    from scipy import ndimage

    weights = np.bincount(labels.ravel(), weights=levels.ravel())
    boxes = enumerate(ndimage.find_objects(labels), 1)
    return [Part(i, float(weights[i]), rows.start, rows.stop, cols.start, cols.stop) for i, (rows, cols) in boxes]


def heaviest(parts: list[Part]) -> list[Part]:
    """Leave out the lightest parts where there are very many.

    Parameters
    ----------
    parts : list of Part
        All parts.

    Returns
    -------
    list of Part
        The `MOST` heaviest, in the order of their labels.
    """
    by_weight = sorted(parts, key=lambda part: -part.weight)
    return sorted(by_weight[:MOST], key=lambda part: part.label)


def digit_parts(parts: list[Part], labels: Array) -> list[Part]:
    """Choose the parts that are the digit: no frames, no dust, nothing cut off by the edge beside something whole.

    Parameters
    ----------
    parts : list of Part
        All parts.
    labels : ndarray of int, shape (h, w)
        Their labels.

    Returns
    -------
    list of Part
        The chosen ones.
    """
    parts = [part for part in parts if not any(rings(part, other, labels) for other in parts)]
    parts = whole(parts, *labels.shape)
    most = max((part.weight for part in parts), default=0)
    return [part for part in parts if part.weight >= MIN_STROKE * most]


def rings(frame: Part, part: Part, labels: Array) -> bool:
    """Tell whether a part is a frame around another, sizeable one, along most of each side of its box.

    Parameters
    ----------
    frame : Part
        What may be the frame.
    part : Part
        What it may frame.
    labels : ndarray of int, shape (h, w)
        The labels of the parts.

    Returns
    -------
    bool
        Whether it is one.
    """
    if part.size < RINGED * frame.size or not _surrounds(frame, part):
        return False
    ink = labels[frame.top : frame.bottom, frame.left : frame.right] == frame.label
    rows = slice(part.top - frame.top, part.bottom - frame.top)
    columns = slice(part.left - frame.left, part.right - frame.left)
    above, below = ink[: rows.start, columns].any(axis=0), ink[rows.stop :, columns].any(axis=0)
    left, right = ink[rows, : columns.start].any(axis=1), ink[rows, columns.stop :].any(axis=1)
    return not ink[rows, columns].any() and all(side.mean() >= ALONG for side in (above, below, left, right))


def _surrounds(outer: Part, inner: Part) -> bool:
    is_within_rows = outer.top < inner.top and inner.bottom < outer.bottom
    return is_within_rows and outer.left < inner.left and inner.right < outer.right


def whole(parts: list[Part], h: int, w: int) -> list[Part]:
    """Drop parts cut off by the edge.

    A part that touches the edge is dropped if the heaviest part that does not is sizeable.

    Parameters
    ----------
    parts : list of Part
        The parts.
    h, w : int
        The height and width of the picture.

    Returns
    -------
    list of Part
        The others.
    """
    inner = [part for part in parts if part.top > 0 and part.bottom < h and part.left > 0 and part.right < w]
    if not inner:
        return parts
    best = max(inner, key=lambda part: part.weight)

    def may_stay(part: Part) -> bool:
        is_sizeable = best.size >= SIZEABLE * min(h, w) or 2 * best.weight >= part.weight
        return part in inner or not is_sizeable

    return [part for part in parts if may_stay(part)]


def _grow(mask: Array) -> Array:
    """Mark every pixel whose 3×3 neighbourhood holds a marked one."""
    h, w = mask.shape
    padded = np.pad(mask, 1)
    grown: Array = np.logical_or.reduce([padded[i : i + h, j : j + w] for i in range(3) for j in range(3)])
    return grown
