"""The digits of a row joined into numbers."""

from itertools import pairwise

import numpy as np

from .judge import Mark
from .results import Line

GAP = 1.8  # times the usual pitch: a new number


def join_numbers(marks: list[Mark]) -> Line:
    """Join the digits of a row into numbers, split at gaps that are much wider than the others.

    Parameters
    ----------
    marks : list of Mark
        The digits, at least one.

    Returns
    -------
    Line
        The line of writing.
    """
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
