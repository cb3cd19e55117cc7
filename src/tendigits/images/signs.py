"""Signs between numbers: plus, times, minus, division. They look enough like digits to be read as such."""

import numpy as np

from .._util.arrays import Array


def is_sign(mask: Array) -> bool:
    """Whether a piece, bool (h, w), is a dash, a plus or a times sign."""
    h, w = mask.shape
    return w > 2.2 * h or (0.5 < w / h < 2 and not has_hole(mask) and (is_plus(mask) or is_times(mask)))


def has_hole(mask: Array) -> bool:
    """Whether paper is enclosed by ink."""
    from scipy import ndimage

    filled = ndimage.binary_fill_holes(mask)
    return bool((filled & ~mask).sum() > 0.01 * mask.size)


def is_plus(mask: Array) -> bool:
    """Whether there is one stroke above, below, left and right, and all four point at the middle."""
    return all(_ends(side) == 1 and 0.2 < _place(side) < 0.8 for side in _sides(mask)) and _corners_are_empty(mask)


def is_times(mask: Array) -> bool:
    """Whether there are two strokes above, below, left and right, and one in the middle."""
    middle = mask[2 * len(mask) // 5 : 3 * len(mask) // 5 + 1]
    return all(_ends(side) == 2 for side in _sides(mask)) and min(_runs(row) for row in middle) == 1


def _sides(mask: Array) -> list[Array]:
    """List the strips a quarter of the way in from the four sides, each laid along the side: bool (rows, side)."""
    return [_strip(turned) for turned in (mask, mask[::-1], mask.T, mask.T[::-1])]


def _strip(mask: Array) -> Array:
    n = len(mask)
    return mask[n // 8 : max(n // 4, n // 8 + 1)]


def _ends(strip: Array) -> int:
    """Count the strokes that most rows of a strip cross."""
    return int(np.median([_runs(row) for row in strip]))


def _place(strip: Array) -> float:
    """Find where along its side the ink of a strip lies, from 0 to 1."""
    return float(np.nonzero(strip)[1].mean() / strip.shape[1]) if strip.any() else 0.0


def _runs(row: Array) -> int:
    """Count the runs of ink in a row of pixels."""
    return int((np.diff(row.astype(np.int8), prepend=0) == 1).sum())


def _corners_are_empty(mask: Array) -> bool:
    h, w = (max(1, int(0.3 * side)) for side in mask.shape)
    corners = (mask[:h, :w], mask[:h, -w:], mask[-h:, :w], mask[-h:, -w:])
    return all(corner.mean() < 0.1 for corner in corners)
