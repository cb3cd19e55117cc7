"""Seams: what touches comes apart where the least ink is crossed, even aslant."""

import numpy as np

from tendigits.images.pieces import find_pieces, mask_of
from tendigits.images.seams import cut, find_seams, least_ways


def two_rings():
    """Two rings side by side, joined by a short bar: their mask."""
    y, x = np.mgrid[:48, :99]
    radii = [np.hypot(x - middle, y - 23.5) for middle in (23.5, 74.5)]
    bar = (x > 44) & (x < 54) & (abs(y - 23.5) < 3)
    return np.any([(radius > 18) & (radius < 23.6) for radius in radii], axis=0) | bar


def test_a_way_goes_around_ink():
    strip = np.zeros((1, 12, 7), bool)
    strip[0, 4:8, :5] = True
    way = least_ways(strip)[0]
    assert not strip[0, np.arange(12), way].any()
    assert np.abs(np.diff(way)).max() <= 1


def test_touching_rings_are_cut_between_them():
    best = min(find_seams(two_rings(), 48), key=lambda seam: seam.crosses)
    assert best.crosses == 1
    assert abs(best.columns[23] - 49) < 4


def test_segments_get_labels_of_their_own_and_lose_no_ink():
    (piece,), labels = find_pieces(two_rings())
    seams = find_seams(mask_of(piece, labels), 48)
    segments = cut(piece, seams, labels)
    assert len(segments) == len(seams) + 1
    assert sum(segment.area for segment in segments) == piece.area
    assert {segment.labels[0] for segment in segments if segment.area} == set(np.unique(labels)) - {0}
