"""Corruption: thinner strokes and grain, on some of the images and by their own amounts."""

import numpy as np
import pytest
from scipy import ndimage

from tendigits import Distortion
from tendigits.data.corruption import SHARE, Corruption, eroded, grain


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)


def corruption(thinning=(0, 0, 0, 0, 0), noise=(0, 0, 0, 0, 0)):
    return Corruption(np.array(thinning, float), np.array(noise, float), np.arange(5) * 1000)


def test_erosion_is_that_of_scipy(images):
    np.testing.assert_array_equal(eroded(images), ndimage.grey_erosion(images, (1, 3, 3), mode="nearest"))


def test_an_image_goes_its_own_part_of_the_way_to_its_erosion(images):
    thin = corruption(thinning=(0, 2, 1, 0, 0)).thin(images)
    np.testing.assert_array_equal(thin[[0, 3, 4]], images[[0, 3, 4]])
    np.testing.assert_array_equal(thin[1], eroded(images)[1])
    np.testing.assert_allclose(thin[2], images[2] - (images[2] - eroded(images)[2]) / 2, atol=1)


def test_noise_has_its_deviation_where_nothing_is_clipped():
    grey = np.full((5, 28, 28), 127.5)
    corruption(noise=(0, 0.1, 0, 0, 0.05)).add_noise(grey, white=255)
    np.testing.assert_allclose(grey.std(axis=(1, 2)), (0, 25.5, 0, 0, 12.75), rtol=0.1)
    assert np.abs(np.corrcoef(grey[1].ravel(), grey[4].ravel())[0, 1]) < 0.1  # not the same grain


@pytest.mark.parametrize("white", [255.0, 1.0])
def test_noise_stays_between_black_and_white(white):
    dark = np.zeros((5, 28, 28))
    corruption(noise=(1, 1, 1, 1, 1)).add_noise(dark, white)
    assert dark.min() == 0
    assert dark.max() == white


def test_the_grain_goes_round():
    end = Corruption(np.zeros(1), np.ones(1), np.array([len(grain()) - 1]))
    image = np.full((1, 1, 2), 0.5)
    end.add_noise(image, white=1)
    np.testing.assert_allclose(image[0, 0], np.clip(0.5 + grain()[[-1, 0]], 0, 1), rtol=1e-6)


def test_about_one_image_in_eight_is_changed():
    drawn = Corruption.draw(10_000, 2, 0.4, np.random.default_rng(0))
    for amounts, most in ((drawn.thinning, 2), (drawn.noise, 0.4)):
        assert (amounts > 0).mean() == pytest.approx(SHARE, abs=0.01)
        assert 0.95 * most < amounts.max() < most
        assert np.median(amounts[amounts > 0]) == pytest.approx(most / 2, rel=0.1)


def test_a_part_is_what_becomes_of_these_images(images):
    kind = Distortion(rotation=10, thinning=2, noise=0.4)
    drawn = kind.draw(5, (28, 28), np.random.default_rng(3))
    whole, part = np.empty((5, 28, 28), np.float32), np.empty((2, 28, 28), np.float32)
    drawn.apply(images, whole, 255)
    drawn[1:3].apply(images[1:3], part, 255)
    np.testing.assert_array_equal(whole[1:3], part)
