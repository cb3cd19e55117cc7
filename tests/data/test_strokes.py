"""Digits from strokes: the same every time, in MNIST's format, every shape legible; tendigits.data.pen, too."""

import numpy as np
import pytest

from tendigits import InputError, Settings, fit
from tendigits.data.glyphs import SHAPES, glyph
from tendigits.data.load import load
from tendigits.data.pen import SIDE, fading, ink
from tendigits.data.strokes import Hand, handwritten, write
from tendigits.nn.network import Network

ALL = [(digit, shape) for digit, shapes in SHAPES.items() for shape in shapes]


def test_the_same_seed_writes_the_same_digits():
    first, second, other = (handwritten(50, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    assert (first[0] != other[0]).any()


def test_as_many_of_each_digit_in_mnists_format():
    images, labels = handwritten(200, np.random.default_rng(0))
    assert images.shape == (200, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    np.testing.assert_array_equal(np.bincount(labels), np.full(10, 20))
    assert images.max(axis=(1, 2)).min() == 255
    assert 0.08 < images.mean() / 255 < 0.18  # MNIST's is 0.13
    inked = images > 0
    sides = np.stack([inked.any(axis=2).sum(axis=1), inked.any(axis=1).sum(axis=1)])
    assert sides.max() == 20


@pytest.fixture(scope="module")
def network():
    """A network that has learned every second shape of each digit."""
    rng, seen = np.random.default_rng(0), [(d, s) for d, s in ALL if list(SHAPES[d]).index(s) % 2 == 0]
    images = np.concatenate([write(digit, shape, 40, rng) for digit, shape in seen])
    network = Network([784, 64, 10])
    fit(network, (images, np.repeat([d for d, _ in seen], 40)), settings=Settings(epochs=8, batch_size=32))
    return network


def test_shapes_it_has_never_seen_look_like_their_digits(network):
    rng = np.random.default_rng(1)
    unseen = [(d, s) for d, s in ALL if list(SHAPES[d]).index(s) % 2 == 1]
    shares = [(network.predict(write(digit, shape, 30, rng)) == digit).mean() for digit, shape in unseen]
    assert np.mean(shares) > 0.75
    worst = sorted(zip(shares, unseen, strict=True))
    assert sum(share < 0.3 for share in shares) <= 4, worst[:6]


@pytest.mark.parametrize(("digit", "least"), [(0, 5), (1, 8), (2, 5), (4, 5), (6, 5), (7, 8), (9, 5)])
def test_digits_have_many_shapes(digit, least):
    assert len(SHAPES[digit]) >= least


def test_hands_differ_as_much_as_they_are_told():
    steady = Hand(0, 0, 0, 0, (0, 0), 0, 0, (0.1, 0), 0, (0, 0), 0, (1, 1))
    images = write(7, "crossed", 3, np.random.default_rng(0), steady)
    np.testing.assert_array_equal(images[0], images[1])
    bolder = write(7, "crossed", 1, np.random.default_rng(0), Hand(**{**vars(steady), "nib": (0.2, 0)}))
    assert bolder.sum() > 1.3 * images[0].sum()


def test_no_digit_at_all():
    assert write(3, "round", 0, np.random.default_rng(0)).shape == (0, 28, 28)
    with pytest.raises(InputError, match="no digit 3 of shape 'square'"):
        write(3, "square", 1, np.random.default_rng(0))


def test_a_path_goes_through_its_places_at_an_even_pace():
    form = glyph(SHAPES[7]["plain"], 101)
    path = form.spline @ form.places
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert steps.max() < 1.6 * steps.mean()
    for place in form.places:
        assert np.linalg.norm(path - place, axis=1).min() < 0.02
    assert form.ends.tolist() == [True, False, True]


def test_the_pen_is_lifted_between_strokes():
    form = glyph(SHAPES[7]["crossed"], 128)
    steps = np.linalg.norm(np.diff(form.spline @ form.places, axis=0), axis=1)
    assert (steps > 0.2).sum() == 1


def test_a_nib_leaves_a_disc():
    radius = 0.5
    sheet = ink(np.zeros((1, 1, 2)), np.full((1, 1), radius), np.ones(1))[0]
    assert sheet.shape == (SIDE, SIDE)
    diameter = 2 * radius * (SIDE - 3) / 2
    assert sheet.sum() == pytest.approx(np.pi * (diameter / 2) ** 2, rel=0.05)
    assert sheet[0, 0] == 0
    assert sheet[SIDE // 2, SIDE // 2] == 1


def test_ink_fades_to_the_sides_and_never_out():
    field = fading(np.array([[0.5, 0.0], [0.0, 3.0]]))
    assert field[0, 0, SIDE // 2] == pytest.approx(1, abs=0.02)
    assert field[0, 0, 0] == pytest.approx(0.5, abs=0.02)
    assert field.min() == pytest.approx(0.3)


@pytest.mark.slow
def test_the_data_set():
    strokes = load("strokes")
    assert (strokes.name, len(strokes.train_labels), len(strokes.test_labels)) == ("strokes", 10_000, 1_000)
