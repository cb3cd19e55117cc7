"""Writing that lies on its side: noticed, and its boxes turned back."""

from dataclasses import replace

from ...images.photo import Page
from .results import Box, Digit, Reading


def lies(page: Page) -> bool:
    """Tell whether the writing lies on its side: most of its pieces are wider than high.

    Parameters
    ----------
    page : Page
        What was found in the picture.

    Returns
    -------
    bool
        Whether it lies.
    """
    wide = [piece.width > piece.height for row in page.rows for piece in row]
    return 2 * sum(wide) > len(wide)


def turned_back(reading: Reading, quarters: int, shape: tuple[int, ...]) -> Reading:
    """Map what was read in a turned picture back to the original picture.

    Parameters
    ----------
    reading : Reading
        What was read in the turned picture.
    quarters : int
        By how many quarter turns it was turned anticlockwise, 0 to 3.
    shape : tuple of int
        The height and width of the original picture.

    Returns
    -------
    Reading
        The same, its boxes in the original picture; without printed lines if it was turned.
    """
    if quarters == 0:
        return reading
    lines = [replace(line, digits=_turned(line.digits, quarters, shape)) for line in reading.lines]
    return Reading(tuple(lines), _turned(reading.skipped, quarters, shape))


def _turned(digits: tuple[Digit, ...], quarters: int, shape: tuple[int, ...]) -> tuple[Digit, ...]:
    return tuple(replace(digit, box=turned_box(digit.box, quarters, shape)) for digit in digits)


def turned_box(box: Box, quarters: int, shape: tuple[int, ...]) -> Box:
    """Map a box in a turned picture back to the original picture.

    Parameters
    ----------
    box : tuple of int
        Left, top, right and bottom in the turned picture, in pixels.
    quarters : int
        By how many quarter turns it was turned anticlockwise, 0 to 3.
    shape : tuple of int
        The height and width of the original picture.

    Returns
    -------
    tuple of int
        Left, top, right and bottom in the original picture.
    """
    left, top, right, bottom = box
    h, w = shape
    turned = [(left, top, right, bottom), (w - bottom, left, w - top, right)]
    turned += [(w - right, h - bottom, w - left, h - top), (top, h - right, bottom, h - left)]
    return turned[quarters]
