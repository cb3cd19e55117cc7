"""Distortions: each does what its name says, nothing else, and the same for the same generator."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from tendigits import Distortion, InputError
from tendigits.data.displacement import DisplacementField, warp

KINDS = [
    Distortion(rotation=20),
    Distortion(scaling=0.2),
    Distortion(shear=0.2),
    Distortion(translation=2),
    Distortion(elastic=1.5),
    Distortion(rotation=10, scaling=0.1, shear=0.1, translation=1, elastic=1),
]
CORRUPTING = [Distortion(thinning=2), Distortion(noise=0.4)]


def blobs(n=40, side=28, dtype=np.uint8):
    """Images with smooth ink in the middle, each its own."""
    noise = np.random.default_rng(0).random((n, side, side))
    rows, columns = np.mgrid[:side, :side] - (side - 1) / 2
    ink = ndimage.gaussian_filter(noise, (0, 2, 2)) * np.exp(-((rows**2 + columns**2) / 40))
    return (255 * ink / ink.max()).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_shape_and_dtype_stay_and_the_original_too(kind, dtype):
    images = blobs(dtype=dtype)
    before = images.copy()
    distorted = kind(images, np.random.default_rng(0))
    assert (distorted.shape, distorted.dtype) == (images.shape, dtype)
    assert (distorted != images).any(axis=(1, 2)).mean() > 0.9  # chance may turn one by next to nothing
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize("kind", [*KINDS, *CORRUPTING])
def test_every_bit_comes_from_the_generator(kind):
    first, same, other = (kind(blobs(), np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


@pytest.mark.parametrize("kind", [*KINDS, *CORRUPTING])
def test_no_images_are_none_when_distorted(kind):
    assert kind(np.zeros((0, 28, 28), np.uint8), np.random.default_rng(0)).shape == (0, 28, 28)


def test_noise_keeps_floats_as_bright_as_they_are():
    images = blobs(dtype=np.float64)
    noisy = Distortion(noise=0.4)(images, np.random.default_rng(0))
    assert noisy.max(axis=(1, 2)).min() > 0.5 * images.max(axis=(1, 2)).min() > 20
    dim = Distortion(noise=0.4)(images / 510, np.random.default_rng(0))  # 1 is white, though none of these is
    assert 0.55 < dim.max() <= 1


def test_no_distortion_changes_nothing():
    assert not Distortion()
    np.testing.assert_array_equal(Distortion()(blobs(), np.random.default_rng(0)), blobs())


def moved(image, coefficients):
    """Warp one image by displacements u and v, each a constant, a part of the row, and a part of the column."""
    basis = Distortion().draw(1, image.shape, np.random.default_rng(0)).field.basis
    out = np.empty((1, *image.shape))
    warp(image[None], DisplacementField(np.array(coefficients, np.float32).reshape(2, 1, 3), basis, image.shape), out)
    return out[0]


def test_a_whole_pixel_moves_a_whole_pixel():
    image = blobs(1)[0]
    np.testing.assert_array_equal(moved(image, [[1, 0, 0], [-2, 0, 0]])[:-1, 2:], image[1:, :-2])


def test_half_a_pixel_is_the_mean_of_two():
    image = blobs(1)[0].astype(float)
    np.testing.assert_allclose(moved(image, [[0, 0, 0], [0.5, 0, 0]])[:, :-1], (image[:, :-1] + image[:, 1:]) / 2)


def test_what_comes_from_outside_is_paper():
    full = np.full((1, 9, 9), 255, np.uint8)
    np.testing.assert_array_equal(moved(full[0], [[100, 0, 0], [0, 0, 0]]), 0)
    edge = moved(full[0], [[0.25, 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(edge[-1], 0.75 * 255)


@pytest.mark.parametrize("size", [(28, 28), (8, 8), (12, 20), (1, 1)])
def test_any_size_of_image(size):
    images = np.random.default_rng(0).random((3, *size))
    assert KINDS[-1](images, np.random.default_rng(0)).shape == images.shape


def test_it_agrees_with_scipy():
    """The same lookup, by an interpolation that others wrote."""
    images = blobs(5).astype(np.float64)
    moves = KINDS[-1].draw(5, (28, 28), np.random.default_rng(4)).field
    out = np.empty(images.shape)
    warp(images, moves, out)
    places = np.mgrid[:28, :28][:, None] + (moves.numbers @ moves.basis).reshape(2, 5, 28, 28)
    for image, ours, u, v in zip(images, out, *places, strict=True):
        theirs = ndimage.map_coordinates(image, [u, v], order=1, mode="grid-constant")
        np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_a_rotation_turns_by_at_most_its_angle():
    image = np.zeros((1, 41, 41))
    image[0, 20, 36] = 1  # sixteen pixels to the right of the centre
    for seed in range(20):
        turned = Distortion(rotation=30)(image, np.random.default_rng(seed))[0]
        row, column = ndimage.center_of_mass(turned)
        assert np.hypot(row - 20, column - 20) == pytest.approx(16, abs=0.5)
        assert abs(np.degrees(np.arctan2(row - 20, column - 20))) < 32


def test_elastic_displacements_have_their_size_and_are_smooth():
    moves = Distortion(elastic=1.5, smoothness=4).draw(400, (28, 28), np.random.default_rng(0)).field
    u = (moves.numbers @ moves.basis)[0].reshape(400, 28, 28)
    np.testing.assert_allclose(np.sqrt((u**2).mean(axis=0)), 1.5, rtol=0.2)  # everywhere alike
    neighbours = np.abs(np.diff(u, axis=1)).mean()
    far = np.abs(u[:, :14] - u[:, 14:]).mean()
    assert neighbours < far / 3


@pytest.mark.parametrize("field", ["rotation", "scaling", "shear", "translation", "elastic", "thinning", "noise"])
@pytest.mark.parametrize("value", [-1, float("nan"), float("inf")])
def test_impossible_distortions_are_refused(field, value):
    with pytest.raises(InputError, match=field):
        replace(Distortion(), **{field: value})


def test_smoothness_and_images_are_checked():
    with pytest.raises(InputError, match="smoothness"):
        Distortion(elastic=1, smoothness=0.5)
    with pytest.raises(InputError, match="at most 2 pixels"):
        Distortion(thinning=3)
    with pytest.raises(InputError, match=r"\(n, h, w\)"):
        Distortion()(np.zeros((3, 784), np.uint8), np.random.default_rng(0))
    with pytest.raises(InputError, match="int64"):
        Distortion()(np.zeros((3, 2, 2), int), np.random.default_rng(0))


def test_they_are_shown_by_their_numbers():
    assert "rotation=15" in repr(Distortion(rotation=15))
    field = Distortion(rotation=15).draw(1000, (28, 28), np.random.default_rng(0)).field
    assert repr(field) == "DisplacementField(1,000 images of 28 × 28, 3 numbers for each axis)"
