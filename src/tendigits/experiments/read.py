"""From a picture of paper to the numbers on it.

    photo → page of pieces (`images.photo`) → each in MNIST's format → network → digits → numbers, line by line

Digits that touch are cut where the network reads the parts best; what is unlike any digit is left out and reported.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from .._util.arrays import Array
from ..analysis.novelty import is_unlike
from ..errors import InputError
from ..images.decode import read_gray
from ..images.ink import breadth, to_field
from ..images.photo import Page, find, is_digit_sized
from ..images.pieces import Piece, between, columns_of_cuts, mask_of
from ..images.signs import is_dash, is_sign
from ..models.pretrained import load_pretrained
from ..nn.network import Network

WIDE, TWICE = 0.9, 1.5  # times as wide as high: a piece may be several digits, where it reads badly; at all
CUT = 0.05  # what a cut costs, in log probability
SURE, CLEAR, WEAK = 0.8, 0.85, 0.4  # probabilities: of one that is unlike a digit and yet is one; clear; hardly one
ROOM = 0.5  # heights between two words
GAP = 1.8  # times the usual pitch: a new number
LONGEST = 30_000  # pixels of a side: what is one or two pixels high does not get smaller by halving
NO_DIGITS = "no digits were found on the picture."

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Digit:
    """A digit in the picture.

    Parameters
    ----------
    box : tuple of int
        Its left, top, right and bottom, in the picture's own pixels.
    digit : object
        The class that the network found most probable.
    probability : float
        The network's probability for it.
    unlike : bool or None
        Whether it is unlike the digits that the network knows; None if the network cannot tell.
    """

    box: Box
    digit: Any
    probability: float
    unlike: bool | None


@dataclass(frozen=True)
class Line:
    """A line of writing.

    Parameters
    ----------
    numbers : tuple of str
        Its numbers, from left to right.
    digits : tuple of Digit
        Its digits, from left to right.
    """

    numbers: tuple[str, ...]
    digits: tuple[Digit, ...]

    @property
    def text(self) -> str:
        """The numbers, separated by spaces."""
        return " ".join(self.numbers)


@dataclass(frozen=True)
class Reading:
    """What is written in a picture.

    Parameters
    ----------
    lines : tuple of Line
        The lines of writing, from top to bottom.
    skipped : tuple of Digit
        What was left out as not being a digit.
    across, down : tuple of float, optional
        The rows and columns of printed lines, in the picture's own pixels.
    """

    lines: tuple[Line, ...]
    skipped: tuple[Digit, ...]
    across: tuple[float, ...] = ()
    down: tuple[float, ...] = ()

    @property
    def text(self) -> str:
        """The numbers, one line of text for each line of writing."""
        return "\n".join(line.text for line in self.lines)


def read(picture: Path | str | Array, network: Network | None = None) -> Reading:
    """Read the numbers in a picture of paper.

    Parameters
    ----------
    picture : Path, str or ndarray of uint8, shape (h, w)
        A picture file, or gray levels.
    network : Network, optional
        Reads the digits; by default, the pretrained network.

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
    return _read_upright(picture, network or load_pretrained())


def _read_upright(gray: Array, network: Network) -> Reading:
    """Read a picture as it is or, if the writing lies on its side, turned by 90° or 270°, whichever reads best."""
    if max(gray.shape) > LONGEST:
        raise InputError(f"The picture is {max(gray.shape):,} pixels long, more than {LONGEST:,}: cut or shrink it.")
    page = find(gray)
    ways = [_read_page(page, network)]
    if lies(page):
        ways += [_read_turned(gray, quarters, network) for quarters in (1, 3)]
    reading = max(ways, key=_clearness)
    if not reading.lines:
        raise InputError(NO_DIGITS)
    return reading


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


def _clearness(reading: Reading) -> int:
    """Score a reading: clear digits count for it, doubtful ones and what was left out against it."""
    clear = sum(not _is_doubtful(digit) for line in reading.lines for digit in line.digits)
    return 2 * clear - sum(len(line.digits) for line in reading.lines) - len(reading.skipped)


def _is_doubtful(digit: Digit) -> bool:
    return bool(digit.unlike) or digit.probability < CLEAR


def _read_turned(gray: Array, quarters: int, network: Network) -> Reading:
    """Read a picture turned anticlockwise by quarter turns; boxes refer to the picture as it was."""
    page = find(np.rot90(gray, quarters))
    reading = _read_page(page, network)
    lines = [replace(line, digits=_turned_back(line.digits, quarters, gray.shape)) for line in reading.lines]
    return Reading(tuple(lines), _turned_back(reading.skipped, quarters, gray.shape))


def _turned_back(digits: tuple[Digit, ...], quarters: int, shape: tuple[int, ...]) -> tuple[Digit, ...]:
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


def _read_page(page: Page, network: Network) -> Reading:
    """Read a page row by row; pieces that no row keeps are left out."""
    judge = Judge(page, network)
    lines, skipped = [], [judge(piece) for piece in page.left_out if _is_sizeable(piece, page)]
    rows = [[part for piece in row for part in judge.parted(piece)] for row in page.rows]
    for marks in rows:
        kept, dropped = chosen(marks, page.height, lonely=len(rows) > 1)
        skipped += dropped
        if kept:
            lines.append(_line(kept))
    across, down = (
        tuple(float(np.mean(line.places)) * page.sheet.scale for line in printed)
        for printed in (page.sheet.across, page.sheet.down)
    )
    return Reading(tuple(lines), tuple(mark.digit for mark in skipped), across, down)


@dataclass(frozen=True)
class Mark:
    """A piece of ink and what it was read as.

    Parameters
    ----------
    piece : Piece
        The piece.
    digit : Digit
        What the network read it as.
    sign : bool
        Whether it looks like a sign: minus, plus or times.
    odd : bool
        Whether it is larger or smaller than a digit.
    """

    piece: Piece
    digit: Digit
    sign: bool
    odd: bool  # larger or smaller than a digit

    @property
    def bad(self) -> bool:
        """Whether it is unlikely to be a digit."""
        return self.sign or self.odd or self.digit.probability < (SURE if self.digit.unlike else WEAK)

    @property
    def sure(self) -> bool:
        """Whether it looks like a digit, and clearly like one in particular."""
        return not self.bad and not self.digit.unlike and self.digit.probability > CLEAR

    @property
    def goodness(self) -> float:
        """How well it reads: a log probability, lowered for what is unlike a digit."""
        return float(np.log(self.digit.probability)) - (0.7 if self.digit.unlike else 0)


class Judge:
    """Reads pieces of one page with one network, each only once.

    Parameters
    ----------
    page : Page
        The page.
    network : Network
        Reads the pieces.
    """

    def __init__(self, page: Page, network: Network) -> None:
        self.page, self.network = page, network
        self.known: dict[Piece, Mark] = {}

    def __repr__(self) -> str:
        return f"Judge({self.network})"

    def __call__(self, piece: Piece) -> Mark:
        """Read one piece as one digit."""
        if piece not in self.known:
            self.known[piece] = self._read(piece)
        return self.known[piece]

    def _read(self, piece: Piece) -> Mark:
        """Read a piece as it is and with its slant removed, and keep the better reading."""
        sheet, labels = self.page.sheet, self.page.labels
        images = np.stack([to_field(piece, sheet.ink, labels, upright=upright) for upright in (False, True)])
        mask = mask_of(piece, labels)
        sign = is_dash(piece) or is_sign(mask, breadth(mask))
        odd = not is_digit_sized(piece, self.page.height)
        marks = [Mark(piece, digit, sign, odd) for digit in self._digits(images, _box(piece, sheet.scale))]
        return max(marks, key=lambda mark: mark.goodness)

    def _digits(self, images: Array, box: Box) -> list[Digit]:
        probabilities, unlike = self.network.predict_proba(images), is_unlike(self.network, images)
        best = probabilities.argmax(axis=1)
        return [
            Digit(box, self.network.classes[k].item(), float(p[k]), None if unlike is None else bool(unlike[i]))
            for i, (k, p) in enumerate(zip(best, probabilities, strict=True))
        ]

    def parted(self, piece: Piece) -> list[Mark]:
        """Read a piece as one digit or, if it is wide and that reads better, as several that touch.

        Parameters
        ----------
        piece : Piece
            The piece.

        Returns
        -------
        list of Mark
            One mark, or several from left to right.
        """
        whole = self(piece)
        if whole.sign or piece.width < (WIDE if whole.bad or not whole.sure else TWICE) * piece.height:
            return [whole]
        parts = self._best_cuts(piece)
        better = parts and all(part.sure for part in parts) and _mean_goodness(parts) > whole.goodness
        return parts if better else [whole]

    def _best_cuts(self, piece: Piece) -> list[Mark]:
        """Find the cuts whose parts read best, by dynamic programming over the columns where the ink is thin."""
        cuts = columns_of_cuts(piece, self.page.labels, self.page.height)
        best: list[tuple[float, list[Mark]]] = [(0.0, [])]
        for end, cut in enumerate(cuts[1:], 1):
            ways = [(-np.inf, list[Mark]())]
            for start, (score, marks) in zip(cuts[:end], best, strict=True):
                if score > -np.inf and (mark := self._part(piece, start, cut)):
                    ways.append((score + mark.goodness - CUT, [*marks, mark]))
            best.append(max(ways, key=lambda way: way[0]))
        return best[-1][1]

    def _part(self, piece: Piece, left: int, right: int) -> Mark | None:
        """Read what lies between two cuts; None if it is not of a digit's size."""
        part = between(piece, left, right, self.page.labels)
        if part is None or part.height < 0.5 * piece.height or part.width > 1.2 * piece.height:
            return None
        return self(part)


def chosen(marks: list[Mark], height: float, *, lonely: bool) -> tuple[list[Mark], list[Mark]]:
    """Separate the digits of a row from what is left out.

    Words are left out, and so is the whole row if most of it is not digits.

    Parameters
    ----------
    marks : list of Mark
        The row.
    height : float
        The usual height of a digit, in pixels.
    lonely : bool
        Whether there are other rows; then a single mark must be a clear digit, and not thin, to make a row of its own.

    Returns
    -------
    kept, left_out : list of Mark
        The digits and the rest.
    """
    kept = [mark for word in words(marks, height) if not is_word(word) for mark in word if not mark.bad]
    sure = [mark for mark in kept if mark.sure]
    plain = sum(not mark.sign for mark in marks)
    alone = lonely and len(kept) == 1
    if 2 * len(sure) < plain or (alone and not (sure and kept[0].piece.width > 0.3 * kept[0].piece.height)):
        kept = []  # a thin stroke by itself is a crease or a paper's edge more often than a 1
    return kept, [mark for mark in marks if mark not in kept]


def words(marks: list[Mark], height: float) -> list[list[Mark]]:
    """Split a row where there is a space between marks.

    Parameters
    ----------
    marks : list of Mark
        The row.
    height : float
        The usual height of a digit, in pixels.

    Returns
    -------
    list of list of Mark
        The words, and the marks of each, from left to right.
    """
    marks = sorted(marks, key=lambda mark: mark.piece.left)
    parts = [marks[:1]]
    for before, mark in pairwise(marks):
        if mark.piece.left - before.piece.right > ROOM * height:
            parts.append([])
        parts[-1].append(mark)
    return parts


def is_word(marks: list[Mark]) -> bool:
    """Tell whether marks side by side are mostly letters.

    Parameters
    ----------
    marks : list of Mark
        The marks.

    Returns
    -------
    bool
        Whether there are at least three, and fewer than half of them are clear digits.
    """
    return len(marks) > 2 and sum(mark.sure for mark in marks) < 0.5 * len(marks)


def _box(piece: Piece, scale: float) -> Box:
    """Convert a piece's box to the picture's own pixels."""
    return (
        round(piece.left * scale),
        round(piece.top * scale),
        round(piece.right * scale),
        round(piece.bottom * scale),
    )


def _mean_goodness(marks: list[Mark]) -> float:
    return float(np.mean([mark.goodness for mark in marks]))


def _is_sizeable(piece: Piece, page: Page) -> bool:
    return max(piece.height, piece.width) > 0.5 * page.height and piece.area < page.labels.size / 50


def _line(marks: list[Mark]) -> Line:
    """Join the digits of a row into numbers, split at gaps that are much wider than the others."""
    marks = sorted(marks, key=lambda mark: mark.piece.left)
    names = [str(mark.digit.digit) for mark in marks]
    numbers = [names[0]]
    for name, apart in zip(names[1:], _parted(marks), strict=True):
        numbers = [*numbers, name] if apart else [*numbers[:-1], numbers[-1] + name]
    return Line(tuple(numbers), tuple(mark.digit for mark in marks))


def _parted(marks: list[Mark]) -> list[bool]:
    """Tell for each gap whether a new number begins after it."""
    pitches = np.array([b.piece.left + b.piece.right - a.piece.left - a.piece.right for a, b in pairwise(marks)]) / 2
    return list(pitches > GAP * np.quantile(pitches, 0.3)) if len(pitches) else []
