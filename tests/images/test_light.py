"""Light: the paper's own brightness is no ink, however it falls."""

import numpy as np
import pytest
from drawing import drawn, mean_difference
from hypothesis import given, settings
from hypothesis import strategies as st

from tendigits.images.light import ink_and_noise, median, surface
from tendigits.images.mnist_format import to_mnist

SHAPE = (200, 240)


def lit(light):
    pencil = drawn(size=SHAPE, at=(50, 70), ink=60, paper=200)
    return np.clip(pencil * light, 0, 255).astype(np.uint8)


def lights():
    y, x = np.mgrid[-1 : 1 : SHAPE[0] * 1j, -1 : 1 : SHAPE[1] * 1j]
    yield "a vignette", 1 - 0.25 * (x**2 + y**2)
    yield "a shadow's edge", 1 - 0.4 / (1 + np.exp(-30 * (x + 0.3 * y)))
    yield "a page that curls", 1 - 0.4 * np.maximum(x, 0) ** 2


@pytest.mark.parametrize(("name", "light"), lights())
def test_uneven_light_does_not_matter(name, light):
    assert mean_difference(to_mnist(lit(light)), to_mnist(lit(1))) < 15, name  # ink is fainter, too, in the shade


@pytest.mark.parametrize(("values", "middle"), [([3], 3), ([1, 9, 2], 2), ([4, 1, 2, 9], 3), ([200, 201], 200.5)])
def test_median(values, middle):
    assert median(np.array(values, np.uint8)) == middle


def test_the_surface_of_a_plane_is_that_plane_but_for_its_margins():
    plane = np.add.outer(np.arange(160.0), 0.5 * np.arange(160.0))
    np.testing.assert_allclose(surface(plane)[50:110, 50:110], plane[50:110, 50:110])


@given(st.integers(0, 2**32))
@settings(max_examples=10, deadline=None)
def test_the_negative_has_the_same_ink(seed):
    gray = np.random.default_rng(seed).integers(0, 256, (50, 64)) * lit(1)[:50, :64] / 255.0
    gray = np.floor(gray)
    np.testing.assert_array_equal(ink_and_noise(gray)[0], ink_and_noise(255 - gray)[0])
