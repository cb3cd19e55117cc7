"""From a picture of paper to the numbers on it.

    photo → page of pieces (`images.photo`) → each in MNIST's format → network → digits → numbers, line by line

Digits that touch are cut where the network reads the parts best; what is unlike any digit is left out and reported.
"""

from pathlib import Path

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from ..images.decode import read_gray
from ..images.photo import Page, find
from ..images.pieces import Piece
from ..models.pretrained import load_pretrained
from ..nn.network import Network
from .reading.choice import chosen
from .reading.judge import Judge
from .reading.numbers import join_numbers
from .reading.results import Reading
from .reading.splitting import parted
from .reading.turning import lies, turned_back

LONGEST = 30_000  # pixels of a side: what is a few pixels high does not get smaller by halving
NO_DIGITS = "no digits were found on the picture."


def read(picture: Path | str | Array, network: Network | None = None) -> Reading:
    """Read the numbers in a picture of paper.

    Parameters
    ----------
    picture : Path, str or ndarray of uint8, shape (h, w)
        A picture file, or gray levels.
    network : Network, optional
        Reads the digits; by default, `load_pretrained("reader")`.

    Returns
    -------
    Reading
        What is written there.

    Raises
    ------
    InputError
        If the file cannot be read, the array is of another shape or dtype, or there are no digits in the picture.
    """
    if not isinstance(picture, np.ndarray):
        gray = read_gray(picture)
        try:
            return read(gray, network)
        except InputError as error:
            raise InputError(f"{picture}: {error}") from error
    return _read_upright(picture, network or load_pretrained("reader"))


def _read_upright(gray: Array, network: Network) -> Reading:
    """Read a picture as it is or, if the writing lies on its side, turned by 90° or 270°, whichever reads best."""
    if max(gray.shape) > LONGEST:
        raise InputError(f"the picture is {max(gray.shape):,} pixels long, more than {LONGEST:,}: cut or shrink it.")
    judges = {0: Judge(find(gray), network)}
    if lies(judges[0].page):
        judges |= {quarters: Judge(find(np.rot90(gray, quarters)), network) for quarters in (1, 3)}
    quarters = max(judges, key=lambda each: _clearness(judges[each]))
    reading = turned_back(_read_page(judges[quarters]), quarters, gray.shape)
    if not reading.lines:
        raise InputError(NO_DIGITS)
    return reading


def _clearness(judge: Judge) -> int:
    """Score a page: pieces that clearly are digits count for it, others against it."""
    marks = [judge(piece) for row in judge.page.rows for piece in row]
    return 2 * sum(mark.sure for mark in marks) - len(marks)


def _read_page(judge: Judge) -> Reading:
    """Read a page row by row; pieces that no row keeps are left out."""
    page = judge.page
    lines, skipped = [], [judge(piece) for piece in page.left_out if _is_sizeable(piece, page)]
    rows = [[part for piece in row for part in parted(piece, judge)] for row in page.rows]
    for marks in rows:
        kept, dropped = chosen(marks, page.height, lonely=len(rows) > 1)
        skipped += dropped
        if kept:
            lines.append(join_numbers(kept))
    across, down = (
        tuple(float(np.mean(line.places)) * page.sheet.scale for line in printed)
        for printed in (page.sheet.across, page.sheet.down)
    )
    return Reading(tuple(lines), tuple(mark.digit for mark in skipped), across, down)


def _is_sizeable(piece: Piece, page: Page) -> bool:
    return max(piece.height, piece.width) > 0.5 * page.height and piece.area < page.labels.size / 50
