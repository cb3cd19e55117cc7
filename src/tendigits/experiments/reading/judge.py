"""A piece of ink, read by the network as one digit, and how far that can be believed."""

from dataclasses import dataclass

import numpy as np

from ..._util.arrays import Array
from ...analysis.novelty import is_unlike
from ...images.ink import breadth, to_field
from ...images.photo import Page, is_digit_sized
from ...images.pieces import Piece, mask_of
from ...images.signs import bend, is_dash, is_sign
from ...nn.network import Network
from .results import Box, Digit

SURE, CLEAR, WEAK = 0.8, 0.85, 0.4  # probabilities: of one that is unlike a digit and yet is one; clear; hardly one


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

    def _read(self, piece: Piece) -> Mark:
        """Read a piece as it is and with its slant removed, and keep the better reading."""
        sheet, labels = self.page.sheet, self.page.labels
        images = np.stack([to_field(piece, sheet.ink, labels, upright=upright) for upright in (False, True)])
        mask = mask_of(piece, labels)
        sign = is_dash(piece) or is_sign(mask, breadth(mask))
        odd = not is_digit_sized(piece, self.page.height)
        own = (sign, odd, bend(mask))
        marks = [Mark(piece, digit, *own) for digit in self._digits(images, _box(piece, sheet.scale))]
        return max(marks, key=lambda mark: mark.goodness)

    def _digits(self, images: Array, box: Box) -> list[Digit]:
        probabilities, unlike = self.network.predict_proba(images), is_unlike(self.network, images)
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
