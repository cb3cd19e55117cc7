"""Digits that touch: cut where the network reads the parts best."""

from functools import reduce

import numpy as np

from ...images.pieces import Piece, joined, mask_of
from ...images.seams import cut, find_seams
from .judge import Judge, Mark

WIDE, TWICE = 1.1, 1.5  # times as wide as high: a piece may be several digits, where it reads badly; at all
CUT, CROSSED = 0.05, 0.1  # what a cut costs, in log probability; and for each stroke that it crosses
LOW = 0.65  # of the height of all together: a lower part is no digit
BROAD = 0.5  # in log probability, for each height that a digit is broader than high


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
    score, parts = _best_cuts(piece, judge)
    return parts if parts and all(part.sure for part in parts) and score > _score(whole) else [whole]


def _best_cuts(piece: Piece, judge: Judge) -> tuple[float, list[Mark]]:
    """Find the seams between which the parts read best, by dynamic programming from left to right."""
    seams = find_seams(mask_of(piece, judge.page.labels), min(piece.height, judge.page.height))
    if not seams:
        return -np.inf, []
    segments = cut(piece, seams, judge.page.labels)
    costs = [*(CUT + CROSSED * seam.crosses for seam in seams), 0.0]
    best: list[tuple[float, list[Mark]]] = [(0.0, [])]
    for end, cost in enumerate(costs, 1):
        ways = [(-np.inf, list[Mark]())]
        for start, (score, marks) in enumerate(best):
            if score > -np.inf and (mark := _part(segments[start:end], piece, judge)):
                ways.append((score + _score(mark) - cost, [*marks, mark]))
        best.append(max(ways, key=lambda way: way[0]))
    return best[-1]


def _part(segments: list[Piece], piece: Piece, judge: Judge) -> Mark | None:
    """Read neighbouring segments as one digit; None if they are not of a digit's size."""
    part = reduce(joined, [segment for segment in segments if segment.area] or segments)
    if part.height < LOW * piece.height or part.width > 1.2 * piece.height:
        return None
    return judge(part)


def _score(mark: Mark) -> float:
    """Score a reading: how well it reads, less the more it is broader than high."""
    return mark.goodness - BROAD * max(0.0, mark.piece.width / mark.piece.height - 1)
