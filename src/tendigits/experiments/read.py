"""A picture of paper in, the numbers on it out.

    photo → page of pieces (`images.photo`) → each in MNIST's format → network → digits → numbers, line by line

What touches is cut where the network reads the parts best; what it has never seen the like of is left out, and said.
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
NO_DIGITS = "no digits were found on the picture."

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Digit:
    """A digit on the picture.

    `box` is (left, top, right, bottom) in the picture's own pixels; `probability` the network's; `unlike` whether it
    is unlike the digits that the network knows, None where the network does not know that.
    """

    box: Box
    digit: Any
    probability: float
    unlike: bool | None


@dataclass(frozen=True)
class Line:
    """A line of writing: its numbers, as text, and its digits, from left to right."""

    numbers: tuple[str, ...]
    digits: tuple[Digit, ...]

    @property
    def text(self) -> str:
        """The numbers, with a space between two."""
        return " ".join(self.numbers)


@dataclass(frozen=True)
class Reading:
    """What stands on a picture: lines from top to bottom, and what was left out, for it is no digit.

    `across` and `down` are the rows and columns, in the picture's own pixels, where printed lines lie.
    """

    lines: tuple[Line, ...]
    skipped: tuple[Digit, ...]
    across: tuple[float, ...] = ()
    down: tuple[float, ...] = ()

    @property
    def text(self) -> str:
        """The numbers, line by line."""
        return "\n".join(line.text for line in self.lines)


def read(picture: Path | str | Array, network: Network | None = None) -> Reading:
    """Read the numbers on a picture of paper.

    Parameters
    ----------
    picture
        A file, or a gray picture, uint8 of shape (h, w).
    network
        Reads the digits; the one that ships with the package where it is None.

    Raises
    ------
    InputError
        One sentence, where the file cannot be read or no digits are on it.

    """
    if not isinstance(picture, np.ndarray):
        gray = read_gray(picture)
        try:
            return read(gray, network)
        except InputError as error:
            raise InputError(f"{picture}: {error}") from error
    return _read_upright(picture, network or load_pretrained())


def _read_upright(gray: Array, network: Network) -> Reading:
    """Read a picture as it is or, where what is written lies on its side, turned by 90° or 270°, as it reads best."""
    page = find(gray)
    ways = [_read_page(page, network)]
    if lies(page):
        ways += [_read_turned(gray, quarters, network) for quarters in (1, 3)]
    reading = max(ways, key=_clearness)
    if not reading.lines:
        raise InputError(NO_DIGITS)
    return reading


def lies(page: Page) -> bool:
    """Whether what is written is, for the most part, wider than high."""
    wide = [piece.width > piece.height for row in page.rows for piece in row]
    return 2 * sum(wide) > len(wide)


def _clearness(reading: Reading) -> int:
    """Count the clear digits, less what is none."""
    clear = sum(not _is_doubtful(digit) for line in reading.lines for digit in line.digits)
    return 2 * clear - sum(len(line.digits) for line in reading.lines) - len(reading.skipped)


def _is_doubtful(digit: Digit) -> bool:
    return bool(digit.unlike) or digit.probability < CLEAR


def _read_turned(gray: Array, quarters: int, network: Network) -> Reading:
    """Read a picture turned anticlockwise by quarters; boxes stay in the picture as it was."""
    page = find(np.rot90(gray, quarters))
    reading = _read_page(page, network)
    lines = [replace(line, digits=_turned_back(line.digits, quarters, gray.shape)) for line in reading.lines]
    return Reading(tuple(lines), _turned_back(reading.skipped, quarters, gray.shape))


def _turned_back(digits: tuple[Digit, ...], quarters: int, shape: tuple[int, ...]) -> tuple[Digit, ...]:
    return tuple(replace(digit, box=turned_box(digit.box, quarters, shape)) for digit in digits)


def turned_box(box: Box, quarters: int, shape: tuple[int, ...]) -> Box:
    """Turn a box in a picture, that was turned anticlockwise by quarters, back into the picture of that shape."""
    left, top, right, bottom = box
    h, w = shape
    turned = [(left, top, right, bottom), (w - bottom, left, w - top, right)]
    turned += [(w - right, h - bottom, w - left, h - top), (top, h - right, bottom, h - left)]
    return turned[quarters]


def _read_page(page: Page, network: Network) -> Reading:
    """Read row by row; what no row keeps is left out."""
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
    """A piece of ink and what it was read as; `bad` where that is no digit."""

    piece: Piece
    digit: Digit
    sign: bool
    odd: bool  # larger or smaller than a digit

    @property
    def bad(self) -> bool:
        """Whether it can hardly be a digit."""
        return self.sign or self.odd or self.digit.probability < (SURE if self.digit.unlike else WEAK)

    @property
    def sure(self) -> bool:
        """Whether it is a digit like others, and clearly one of them."""
        return not self.bad and not self.digit.unlike and self.digit.probability > CLEAR

    @property
    def goodness(self) -> float:
        """How well it reads, as a log probability, less for what is unlike a digit."""
        return float(np.log(self.digit.probability)) - (0.7 if self.digit.unlike else 0)


class Judge:
    """Reads pieces of one page with one network, each only once."""

    def __init__(self, page: Page, network: Network) -> None:
        self.page, self.network = page, network
        self.known: dict[Piece, Mark] = {}

    def __call__(self, piece: Piece) -> Mark:
        """Read one piece as one digit."""
        if piece not in self.known:
            self.known[piece] = self._read(piece)
        return self.known[piece]

    def _read(self, piece: Piece) -> Mark:
        """Read a piece as it stands and with its slant taken off, and believe the better."""
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
        """Read a piece as one digit or, where it is wide and that reads better, as several that touch."""
        whole = self(piece)
        if whole.sign or piece.width < (WIDE if whole.bad or not whole.sure else TWICE) * piece.height:
            return [whole]
        parts = self._best_cuts(piece)
        better = parts and all(part.sure for part in parts) and _mean_goodness(parts) > whole.goodness
        return parts if better else [whole]

    def _best_cuts(self, piece: Piece) -> list[Mark]:
        """Find the cuts whose parts read best: dynamic programming over the columns where the ink is thin."""
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
        """Read what lies between two cuts; None where that is no digit's size."""
        part = between(piece, left, right, self.page.labels)
        if part is None or part.height < 0.5 * piece.height or part.width > 1.2 * piece.height:
            return None
        return self(part)


def chosen(marks: list[Mark], height: float, *, lonely: bool) -> tuple[list[Mark], list[Mark]]:
    """Sort a row's marks into digits and what is left out: whole words, and the row where most of it is no digits.

    Where a row by itself would be `lonely`, for there are others, it takes more to be one.
    """
    kept = [mark for word in words(marks, height) if not is_word(word) for mark in word if not mark.bad]
    sure = [mark for mark in kept if mark.sure]
    plain = sum(not mark.sign for mark in marks)
    alone = lonely and len(kept) == 1
    if 2 * len(sure) < plain or (alone and not (sure and kept[0].piece.width > 0.3 * kept[0].piece.height)):
        kept = []  # a thin stroke by itself is a crease or a paper's edge more often than a 1
    return kept, [mark for mark in marks if mark not in kept]


def words(marks: list[Mark], height: float) -> list[list[Mark]]:
    """Part a row's marks, from left to right, where there is room between them."""
    marks = sorted(marks, key=lambda mark: mark.piece.left)
    parts = [marks[:1]]
    for before, mark in pairwise(marks):
        if mark.piece.left - before.piece.right > ROOM * height:
            parts.append([])
        parts[-1].append(mark)
    return parts


def is_word(marks: list[Mark]) -> bool:
    """Whether marks side by side are letters, for the most part."""
    return len(marks) > 2 and sum(mark.sure for mark in marks) < 0.5 * len(marks)


def _box(piece: Piece, scale: float) -> Box:
    """Find a piece's box in the picture's own pixels."""
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
    """Put the digits of a row together into numbers: a gap that is much wider than the others parts two."""
    marks = sorted(marks, key=lambda mark: mark.piece.left)
    names = [str(mark.digit.digit) for mark in marks]
    numbers = [names[0]]
    for name, apart in zip(names[1:], _parted(marks), strict=True):
        numbers = [*numbers, name] if apart else [*numbers[:-1], numbers[-1] + name]
    return Line(tuple(numbers), tuple(mark.digit for mark in marks))


def _parted(marks: list[Mark]) -> list[bool]:
    """Say for each gap whether a new number begins after it."""
    pitches = np.array([b.piece.left + b.piece.right - a.piece.left - a.piece.right for a, b in pairwise(marks)]) / 2
    return list(pitches > GAP * np.quantile(pitches, 0.3)) if len(pitches) else []
