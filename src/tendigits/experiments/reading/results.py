"""What is written in a picture: digits in lines, and what was left out."""

from dataclasses import dataclass
from typing import Any

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
