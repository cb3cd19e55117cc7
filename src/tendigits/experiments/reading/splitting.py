"""Digits that touch: cut where the network reads the parts best."""

import numpy as np

from ...images.pieces import Piece, between, columns_of_cuts
from .judge import Judge, Mark

WIDE, TWICE = 0.9, 1.5  # times as wide as high: a piece may be several digits, where it reads badly; at all
CUT = 0.05  # what a cut costs, in log probability


def parted(piece: Piece, judge: Judge) -> list[Mark]:
    """Read a piece as one digit or, if it is wide and that reads better, as several that touch.

    Parameters
    ----------
    piece : Piece
        The piece.
    judge : Judge
        Reads it and its parts.

    Returns
    -------
    list of Mark
        One mark, or several from left to right.
    """
    whole = judge(piece)
    if whole.sign or piece.width < (WIDE if whole.bad or not whole.sure else TWICE) * piece.height:
        return [whole]
    parts = _best_cuts(piece, judge)
    better = parts and all(part.sure for part in parts) and _mean_goodness(parts) > whole.goodness
    return parts if better else [whole]


def _best_cuts(piece: Piece, judge: Judge) -> list[Mark]:
    """Find the cuts whose parts read best, by dynamic programming over the columns where the ink is thin."""
    cuts = columns_of_cuts(piece, judge.page.labels, judge.page.height)
    best: list[tuple[float, list[Mark]]] = [(0.0, [])]
    for end, cut in enumerate(cuts[1:], 1):
        ways = [(-np.inf, list[Mark]())]
        for start, (score, marks) in zip(cuts[:end], best, strict=True):
            if score > -np.inf and (mark := _part(piece, start, cut, judge)):
                ways.append((score + mark.goodness - CUT, [*marks, mark]))
        best.append(max(ways, key=lambda way: way[0]))
    return best[-1][1]


def _part(piece: Piece, left: int, right: int, judge: Judge) -> Mark | None:
    """Read what lies between two cuts; None if it is not of a digit's size."""
    part = between(piece, left, right, judge.page.labels)
    if part is None or part.height < 0.5 * piece.height or part.width > 1.2 * piece.height:
        return None
    return judge(part)


def _mean_goodness(marks: list[Mark]) -> float:
    return float(np.mean([mark.goodness for mark in marks]))
