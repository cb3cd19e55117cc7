"""Which marks of a row are digits, and which are words, signs and doodles to be left out."""

from dataclasses import replace
from itertools import pairwise

from .judge import Mark

ROOM = 0.5  # heights between two words
BENT = 0.07  # of the height: a bracket, at least
CLEARLY = 0.65  # of the marks side by side are clear digits; else they are a word


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
        Whether there are other rows; then a single mark must be a clear digit to make a row of its own.

    Returns
    -------
    kept, left_out : list of Mark
        The digits and the rest.
    """
    marks = brackets_marked(marks)
    rest = [mark for word in without_words(words(marks, height)) for mark in word]
    kept = [mark for mark in rest if not mark.bad]
    sure = [mark for mark in kept if mark.sure]
    plain = sum(not mark.sign for mark in rest)
    alone = lonely and len(kept) == 1
    if 2 * len(sure) < plain or (alone and not sure):
        kept = []
    return kept, [mark for mark in marks if mark not in kept]


def brackets_marked(marks: list[Mark]) -> list[Mark]:
    """Mark brackets as signs: a line bent to the left, and somewhere on its right one that is bent to the right.

    Parameters
    ----------
    marks : list of Mark
        The row.

    Returns
    -------
    list of Mark
        The row, from left to right.
    """
    marks = sorted(marks, key=lambda mark: mark.piece.left)
    first = min((i for i, mark in enumerate(marks) if mark.bend < -BENT), default=len(marks))
    last = max((i for i, mark in enumerate(marks) if mark.bend > BENT), default=0)
    inside = range(first, last + 1) if last > first + 1 else range(0)
    return [replace(mark, sign=True) if i in inside and abs(mark.bend) > BENT else mark for i, mark in enumerate(marks)]


def without_words(groups: list[list[Mark]]) -> list[list[Mark]]:
    """Leave out words; where there are any, keep only numbers of two clear digits or more.

    Parameters
    ----------
    groups : list of list of Mark
        The marks of a row, those side by side together.

    Returns
    -------
    list of list of Mark
        The groups that are kept.
    """
    if not any(is_word(group) for group in groups):
        return groups
    return [group for group in groups if len(group) > 1 and all(mark.sure for mark in group)]


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
    return len(marks) > 2 and sum(mark.sure for mark in marks) < CLEARLY * len(marks)
