"""Lines: ruled, squared, dotted and framed paper goes, and the digit stays."""

import numpy as np
import pytest
from drawing import SEVEN, drawn, mean_difference

from tendigits.images.lines import all_near, any_near, long_pieces, without_lines
from tendigits.images.mnist_format import to_mnist

THREE = [(0.3, 0.15), (0.7, 0.2), (0.45, 0.45), (0.7, 0.65), (0.6, 0.85), (0.3, 0.85)]
SHAPE = (170, 150)


def digit(way=THREE):
    return drawn(way, size=SHAPE, at=(35, 25), ink=40, width=9).copy()


def ruled(gray, level=160, width=2, pitch=31, axis=0, start=9):
    paper = gray.copy().T if axis else gray.copy()
    for row in range(start, len(paper), pitch):
        paper[row : row + width] = np.minimum(paper[row : row + width], level)
    return paper.T if axis else paper


def framed(gray, *sides):
    paper = gray.copy()
    for side in sides:
        paper[side] = 0
    return paper


def assert_read_alike(gray, way=THREE, most=9):
    assert mean_difference(to_mnist(gray), to_mnist(digit(way))) < most


@pytest.mark.parametrize("level", [120, 200])
@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("way", [THREE, SEVEN])
def test_lines_go_and_what_they_cross_stays(level, width, way):
    lined = ruled(digit(way), level, width)
    assert_read_alike(lined, way)
    assert_read_alike(ruled(lined, level, width, axis=1, start=14), way)


def test_lines_that_hide_the_ink_are_bridged():
    hiding = digit()
    for row in range(9, SHAPE[0], 31):
        hiding[row : row + 3] = 150
    assert_read_alike(hiding)


@pytest.mark.parametrize("spaces", [4, 9])
def test_dotted_paper_and_dotted_lines_go(spaces):
    dotted = digit()
    dotted[9::30, 5::spaces] = dotted[10::30, 5::spaces] = np.minimum(dotted[10::30, 5::spaces], 130)
    assert_read_alike(dotted)


TOP, BOTTOM, LEFT, RIGHT = np.s_[12:15], np.s_[150:153], np.s_[:, 8:11], np.s_[:, 138:141]


@pytest.mark.parametrize("sides", [(TOP,), (LEFT, RIGHT), (TOP, BOTTOM, LEFT), (TOP, BOTTOM, LEFT, RIGHT)])
def test_a_frame_goes_whatever_is_seen_of_it(sides):
    assert_read_alike(framed(digit(), *sides))


def test_a_frame_that_crosses_the_digit_goes():
    assert_read_alike(framed(digit(), TOP, np.s_[116:119], LEFT, RIGHT))


@pytest.mark.parametrize("way", [SEVEN, [(0.6, 0.95), (0.6, 0.05), (0.15, 0.65), (0.85, 0.65)]])
def test_a_tight_crop_keeps_its_straight_strokes(way):
    loose = drawn(way, width=8)
    rows, columns = np.flatnonzero((loose < 128).any(1)), np.flatnonzero((loose < 128).any(0))
    tight = loose[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    np.testing.assert_array_equal(to_mnist(tight), to_mnist(loose))


def test_paper_without_lines_is_left_alone():
    ink = 255.0 - digit()
    assert without_lines(ink) is ink


def test_near():
    row = np.array([[0, 0, 1, 0, 0, 0, 1, 1, 1]], bool)
    assert any_near(row, 1).astype(int).tolist() == [[0, 1, 1, 1, 0, 1, 1, 1, 1]]
    assert all_near(row, 1).astype(int).tolist() == [[0, 0, 0, 0, 0, 0, 0, 1, 1]]


def test_only_long_pieces_are_long():
    mask = np.zeros((9, 80), bool)
    mask[2, :70] = mask[6, 30:42] = True
    assert long_pieces(mask)[1:4, :70].all()
    assert not long_pieces(mask)[5:].any()
