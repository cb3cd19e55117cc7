"""A piece of ink, read by the network as one digit, and how far that can be believed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..._util.arrays import Array
from ...analysis.novelty import is_unlike
from ...images.ink import breadth, to_field
from ...images.photo import Page, is_digit_sized
from ...images.pieces import Piece, mask_of
from ...images.signs import bend, is_dash, is_sign
from ...nn.network import Network
from ..image_size import in_size_of
from .results import Box, Digit

SURE, CLEAR, WEAK = 0.8, 0.85, 0.4  # probabilities: of one that is unlike a digit and yet is one; clear; hardly one

CROSSED_OUT = 2.0  # times the usual breadth of a line: a pen has one, and only what is written over has more
ENOUGH = 5  # pieces that tell what is usual


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
        Whether it is larger or smaller than a digit, or crossed out.
    bend : float
        How far it is bent to the right, in heights, if it is a single upright line.
    """

    piece: Piece
    digit: Digit
    sign: bool
    odd: bool
    bend: float = 0.0

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

    @cached_property
    def usual_breadth(self) -> float:
        """The median breadth of the lines that the pieces are made of, in pixels; infinite where there are too few."""
        pieces = [piece for row in self.page.rows for piece in row]
        known = [breadth(mask_of(piece, self.page.labels)) for piece in pieces]
        return float(np.median(known)) if len(known) >= ENOUGH else np.inf

    def _read(self, piece: Piece) -> Mark:
        """Read a piece as it is and with its slant removed, and keep the better reading."""
        sheet, labels = self.page.sheet, self.page.labels
        images = np.stack([to_field(piece, sheet.ink, labels, upright=upright) for upright in (False, True)])
        mask = mask_of(piece, labels)
        sign = is_dash(piece) or is_sign(mask, breadth(mask))
        odd = not is_digit_sized(piece, self.page.height) or breadth(mask) > CROSSED_OUT * self.usual_breadth
        own = (sign, odd, bend(mask))
        marks = [Mark(piece, digit, *own) for digit in self._digits(images, _box(piece, sheet.scale))]
        return max(marks, key=lambda mark: mark.goodness)

    def _digits(self, images: Array, box: Box) -> list[Digit]:
        probabilities = self.network.predict_proba(in_size_of(self.network, images))
        unlike = is_unlike(self.network, images)
        best = probabilities.argmax(axis=1)
        return [
            Digit(box, self.network.classes[k].item(), float(p[k]), None if unlike is None else bool(unlike[i]))
            for i, (k, p) in enumerate(zip(best, probabilities, strict=True))
        ]


def _box(piece: Piece, scale: float) -> Box:
    """Convert a piece's box to the picture's own pixels."""
    return (
        round(piece.left * scale),
        round(piece.top * scale),
        round(piece.right * scale),
        round(piece.bottom * scale),
    )
