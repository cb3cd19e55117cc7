"""The printed identity: what is written is read, and nothing else passes for it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tendigits import InputError
from tendigits.sheets.code import COLUMNS, ROWS, centres, decode, encode, square
from tendigits.sheets.layout import Layout


@given(
    rows=st.integers(1, 12),
    columns=st.integers(1, 12),
    digits=st.sets(st.integers(0, 9)),
    repeat=st.integers(1, 255),
    writer=st.text(st.characters(categories=["L", "N"]), max_size=4),
    paper=st.sampled_from(["a4", "letter"]),
    page=st.integers(1, 255),
)
def test_round_trip(digits, page, **options):
    layout = Layout(digits=tuple(sorted(digits)), page=page, pages=255, **options)
    assert decode(encode(layout)) == layout


def test_any_wrong_square_is_noticed():
    squares = encode(Layout())
    for i in np.ndindex(squares.shape):
        wrong = squares.copy()
        wrong[i] ^= True
        assert decode(wrong) is None
    assert decode(squares[::-1, ::-1]) is None, "upside down"


def test_another_version_is_named():
    with pytest.raises(InputError, match="version 2, and this tendigits reads version 1"):
        decode(encode(Layout(), version=2))


def test_an_unknown_layout_is_refused():
    layout = Layout()
    object.__setattr__(layout, "rows", 200)
    with pytest.raises(InputError, match="a layout that this tendigits does not know"):
        decode(encode(layout))


def test_there_is_black_and_white_everywhere():
    squares = encode(Layout())
    around = np.lib.stride_tricks.sliding_window_view(squares, (ROWS, 13))
    assert 0.2 < around.mean(axis=(2, 3)).min() < around.mean(axis=(2, 3)).max() < 0.8


def test_strips_lie_between_the_marks():
    layout = Layout()
    for strip in centres(layout):
        assert strip.shape == (ROWS, COLUMNS, 2)
        assert strip[..., 0].min() > layout.marks[0][0] + 7
        assert strip[..., 0].max() + square(layout) < layout.marks[1][0] - 6
