"""From a photo to pieces of ink: paper, ruling, pieces, rows, signs, ink."""

import numpy as np
import pytest
from paper import photographed, ruled, written

from tendigits.errors import InputError
from tendigits.images.ink import breadth, slant, to_field
from tendigits.images.paper import is_light_on_dark, take_off_paper, working_size
from tendigits.images.photo import find
from tendigits.images.pieces import Piece, join_broken, mask_of, touches_edge
from tendigits.images.rows import rows_of
from tendigits.images.ruling import find_lines
from tendigits.images.signs import is_dash, is_sign

LINES = ["1234", "5678"]


@pytest.fixture(scope="module")
def sheet():
    return written(LINES)


def names(page):
    return [len(row) for row in page.rows]


def test_pieces_stand_in_rows(sheet):
    assert names(find(sheet)) == [4, 4]


def test_light_shadow_and_ruling_are_taken_off(sheet):
    assert names(find(photographed(sheet))) == [4, 4]
    assert names(find(ruled(sheet))) == [4, 4]


def test_ink_is_a_share_of_the_light(sheet):
    ink = take_off_paper(photographed(sheet, shade=0.6)).ink
    assert np.median(ink) < 0.02
    assert ink[sheet < 60].mean() == pytest.approx(1 - 40 / 235, abs=0.1)


def test_light_ink_is_found_as_dark_ink_is(sheet):
    assert is_light_on_dark((255 - sheet).astype(np.float32))
    assert not is_light_on_dark(sheet.astype(np.float32))
    assert names(find(255 - sheet)) == [4, 4]


def test_work_is_bounded():
    picture, scale = working_size(np.zeros((3000, 9000), np.uint8))
    assert picture.shape == (375, 1125)
    assert scale == 8
    picture, scale = working_size(np.zeros((28, 28), np.uint8))
    assert picture.shape == (280, 280)
    assert scale == 0.1


def test_printed_lines_are_found_but_no_digits():
    paper = written(["77777"])
    assert len(find_lines(paper < 200)) == 0
    lines = find_lines(ruled(paper, pitch=44) < 200)
    assert len(lines) == len(range(20, len(paper), 44))
    assert all(line.thickness <= 3 for line in lines)


def test_broken_strokes_are_joined():
    body, bar = Piece(30, 100, 10, 50, (1,), 500), Piece(20, 26, 20, 60, (2,), 200)
    other = Piece(20, 100, 90, 120, (3,), 500)
    joined = sorted(join_broken([body, bar, other], 80), key=lambda piece: piece.left)
    assert [piece.labels for piece in joined] == [(1, 2), (3,)]
    assert (joined[0].top, joined[0].right) == (20, 60)


def test_rows_climb():
    row = [Piece(100 - 8 * i, 140 - 8 * i, 50 * i, 50 * i + 25, (i,), 100) for i in range(12)]
    assert rows_of(row, 40) == [row]


def test_the_edge():
    assert touches_edge(Piece(0, 9, 5, 9, (1,), 9), (100, 100))
    assert not touches_edge(Piece(9, 19, 9, 19, (1,), 9), (100, 100))


@pytest.mark.parametrize("sign", ["+", "x"])
def test_signs(sign):
    page = find(written(["8" + sign + "8"]))
    masks = [mask_of(piece, page.labels) for piece in page.rows[0]]
    assert [is_sign(mask, breadth(mask)) for mask in masks] == [False, True, False]


@pytest.mark.parametrize("digit", "0123456789")
def test_digits_are_no_signs(digit):
    page = find(written([digit * 2]))
    masks = [mask_of(piece, page.labels) for piece in page.rows[0]]
    assert not any(is_sign(mask, breadth(mask)) for mask in masks)
    assert not any(is_dash(piece) for piece in page.rows[0])


def test_thin_strokes_become_as_broad_as_mnists():
    thin, broad = (find(written(["00"], pen=pen)) for pen in (2, 8))
    fields = [to_field(page.rows[0][0], page.sheet.ink, page.labels) for page in (thin, broad)]
    assert fields[0].astype(float).sum() == pytest.approx(fields[1].astype(float).sum(), rel=0.4)


def test_slant():
    leaning = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], float)
    assert slant(leaning) == 0.8
    assert slant(leaning[:, :1] * np.ones((4, 4))) == pytest.approx(0)


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (40, 60)])
def test_nothing_to_find(shape):
    with pytest.raises(InputError, match="nothing on the picture"):
        find(np.full(shape, 200, np.uint8))
    with pytest.raises(InputError, match="uint8"):
        find(np.zeros((4, 4)))
