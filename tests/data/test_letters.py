"""What is no digit: made by a seed, in MNIST's format, every kind of it."""

import numpy as np
import pytest

from tendigits.data.doodles import DOODLES, KINDS
from tendigits.data.glyphs import glyph
from tendigits.data.letters import LETTERS
from tendigits.data.strokes import CRISP, USUAL


@pytest.mark.parametrize("hand", [USUAL, CRISP])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_made_again_by_its_seed(kind, hand):
    first, same, other = (KINDS[kind](3, np.random.default_rng(seed), hand) for seed in (1, 1, 2))
    assert (first.shape, first.dtype) == ((3, 28, 28), np.uint8)
    assert (first.max(axis=(1, 2)) > 200).all()
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_letters_that_look_like_digits_are_left_out():
    assert set("BbDgIilOoqSsZz").isdisjoint(LETTERS)
    assert len(LETTERS) == 2 * 26 - 14


def test_doodles_can_be_drawn():
    for shape in (shape for shapes in DOODLES.values() for shape in shapes):
        assert np.abs(glyph(shape, 50).places).max() <= 0.5
