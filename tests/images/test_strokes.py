"""Strokes: what is the digit is kept, faint ends too; frames, neighbours, desks and dust are not."""

import numpy as np
from drawing import drawn, mean_difference
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tendigits.images.mnist_format import to_mnist
from tendigits.images.strokes import connected, digit

FIVE = [(0.3, 0.3), (0.3, 0.5), (0.7, 0.6), (0.6, 0.9), (0.2, 0.9)]


def five(shape=(160, 160), at=(30, 30), **options):
    return drawn(FIVE, size=shape, at=at, **options).copy()


def test_a_box_around_the_digit_goes():
    boxed = five()
    boxed[40:130, 40] = boxed[40:130, 115] = boxed[40, 40:116] = boxed[129, 40:116] = 0
    np.testing.assert_array_equal(to_mnist(boxed), to_mnist(five()))


def test_a_zero_keeps_the_dot_inside():
    zero = drawn([(0.5, 0.1), (0.2, 0.5), (0.5, 0.9), (0.8, 0.5), (0.5, 0.1)])
    dotted = zero.copy()
    dotted[43:57, 43:57] = 0
    assert mean_difference(to_mnist(dotted), to_mnist(zero)) > 1


def test_a_neighbour_that_the_edge_cuts_off_goes():
    beside = np.minimum(five(), drawn([(0.95, 0.1), (1.1, 0.9)], size=(160, 160), side=160))
    np.testing.assert_array_equal(to_mnist(beside), to_mnist(five()))


def test_a_neighbours_end_goes_even_where_it_reaches_into_the_digits_box():
    beside = five()
    beside[98:104, :70] = 0
    np.testing.assert_array_equal(to_mnist(beside), to_mnist(five()))


def test_a_dark_desk_goes():
    desk = five()
    desk[:, :20] = 70
    np.testing.assert_array_equal(to_mnist(desk), to_mnist(five()))


def test_a_tight_crop_keeps_the_parts_at_its_edges():
    whole = np.minimum(five(), drawn([(0.4, 0.1), (0.8, 0.1)], size=(160, 160), at=(30, 30)))
    rows, columns = np.flatnonzero((whole < 128).any(1)), np.flatnonzero((whole < 128).any(0))
    tight = whole[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    np.testing.assert_array_equal(to_mnist(tight), to_mnist(whole))


def test_a_stroke_leads_on_into_fainter_ink():
    one = drawn([(0.5, 0.1), (0.5, 0.9)], width=8)
    faint = one.copy()
    faint[80:90][faint[80:90] == 0] = 185
    assert to_mnist(faint).any(axis=1).sum() == 20
    levels = (255 - faint).astype(np.intp)
    assert not digit(levels, 127)[0][82:].any()
    ends = np.flatnonzero(to_mnist(faint)[:, 14])
    assert to_mnist(faint)[ends[-1], 14] < to_mnist(faint)[ends[0] + 2, 14]


@given(arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12))))
@settings(deadline=None)
def test_the_digit_and_the_rest_are_all_there_is(mask):
    chosen, others = digit(mask.astype(np.intp), 0)
    assert not (chosen & others).any()
    np.testing.assert_array_equal(chosen | others, mask)


def test_pixels_touch_in_eight_directions():
    mask = np.array([[1, 0, 0, 1], [0, 1, 0, 1]], bool)
    assert connected(mask).max() == 2
