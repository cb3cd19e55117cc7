"""The identity that is printed on a sheet: its layout, page and writer as a strip of black and white squares.

Twenty-five bytes and their CRC-32, in 4 rows of 58 squares between the upper marks, and again between the lower ones,
so that either may be covered. A QR code would need a heavy library to be read; here the marks have told already where
the squares are.

| bytes | what |
|---|---|
| 1 | version |
| 1 | paper: 0 for a4, 1 for letter |
| 2 | rows, columns |
| 2 | page, of how many |
| 2 | a bit for each digit to write |
| 1 | how often each |
| 16 | the writer, UTF-8, zeros after it |
| 4 | CRC-32 of all these |
"""

import struct
import zlib
from collections.abc import Iterator

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from .layout import MARK, PAPERS, WRITER_BYTES, Layout

VERSION = 1
ROWS, COLUMNS = 4, 58
FORMAT = f">BBBBBBHB{WRITER_BYTES}s"
BESIDE = 13.0  # millimetres from the centre of a mark to the strip


def encode(layout: Layout, version: int = VERSION) -> Array:
    """Turn a layout into squares.

    Parameters
    ----------
    layout : Layout
        The page.
    version : int, optional
        The version of the form.

    Returns
    -------
    ndarray of bool, shape (4, 58)
        True for black.
    """
    mask = sum(1 << digit for digit in layout.digits)
    values = version, list(PAPERS).index(layout.paper), layout.rows, layout.columns, layout.page, layout.pages
    content = struct.pack(FORMAT, *values, mask, layout.repeat, layout.writer.encode())
    content += zlib.crc32(content).to_bytes(4, "big")
    bits: Array = np.unpackbits(np.frombuffer(content, np.uint8)).astype(bool)
    return bits.reshape(ROWS, COLUMNS) ^ _even()


def decode(squares: Array) -> Layout | None:
    """Turn squares back into a layout.

    Parameters
    ----------
    squares : ndarray of bool, shape (4, 58)
        True for black.

    Returns
    -------
    Layout or None
        The page; None if the squares are no such code.

    Raises
    ------
    InputError
        If they are the code of another version, or of a layout that this one does not know.
    """
    content = np.packbits((squares ^ _even()).ravel()).tobytes()
    if zlib.crc32(content[:-4]).to_bytes(4, "big") != content[-4:]:
        return None
    version, paper, rows, columns, page, pages, mask, repeat, writer = struct.unpack(FORMAT, content[:-4])
    if version != VERSION:
        raise InputError(
            f"the sheet is of version {version}, and this tendigits reads version {VERSION}; print it anew."
        )
    try:
        digits = tuple(digit for digit in range(16) if mask >> digit & 1)
        name = writer.rstrip(b"\0").decode()
        return Layout(rows, columns, digits, repeat, name, list(PAPERS)[paper], page, pages)
    except (IndexError, UnicodeDecodeError, InputError) as error:
        raise InputError(f"the sheet has a layout that this tendigits does not know ({error}).") from error


def centres(layout: Layout) -> Iterator[Array]:
    """Go through the strips: the centres of their squares.

    Parameters
    ----------
    layout : Layout
        Any page on the same paper.

    Yields
    ------
    ndarray of float, shape (4, 58, 2)
        x and y of each, in millimetres.
    """
    _, height = layout.size
    side = square(layout)
    x = MARK + BESIDE + (np.arange(COLUMNS) + 0.5) * side
    for middle in (MARK, height - MARK):
        y = middle + (np.arange(ROWS) - (ROWS - 1) / 2) * side
        yield np.stack(np.meshgrid(x, y), axis=-1)


def square(layout: Layout) -> float:
    """Compute the side of a square of the strip, in millimetres.

    Parameters
    ----------
    layout : Layout
        The page.

    Returns
    -------
    float
        The side.
    """
    return (layout.size[0] - 2 * (MARK + BESIDE)) / COLUMNS


def _even() -> Array:
    """Draw a fixed pattern that is added, so that there is black and white everywhere, whatever the content."""
    return np.random.default_rng(0).random((ROWS, COLUMNS)) < 0.5
