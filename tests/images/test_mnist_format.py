"""Images: every digit comes out the way MNIST drew its own."""

import re

import numpy as np
import pytest
from drawing import assert_mnist_format, box_of, drawn, mean_difference
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from tendigits.errors import InputError
from tendigits.images import strokes
from tendigits.images.mnist_format import fit_to_box, gray_from_rgba, halve, place, resize_matrix, to_mnist
from tendigits.images.strokes import otsu


def centre_of_mass(picture):
    weight = picture.astype(float) / picture.sum()
    return (weight.sum(1) @ np.arange(28), weight.sum(0) @ np.arange(28))


def redrawn(gray):
    """What `to_mnist` makes of a picture; None where it finds it blank."""
    try:
        return to_mnist(gray)
    except InputError:
        return None


# Properties, for any picture

patches = arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24)), elements=st.integers(0, 255))
pictures = arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40)), elements=st.integers(0, 255))
places = st.tuples(st.integers(1, 15), st.integers(1, 15))


def pasted(patch, row, column):
    picture = np.zeros((40, 40), np.uint8)
    picture[row : row + patch.shape[0], column : column + patch.shape[1]] = patch
    return picture


@given(patches, places, places)
@settings(deadline=None)
def test_where_the_ink_lies_does_not_matter(patch, here, there):
    np.testing.assert_array_equal(redrawn(pasted(patch, *here)), redrawn(pasted(patch, *there)))


@given(pictures)
@settings(deadline=None)
def test_the_negative_gives_the_same(picture):
    np.testing.assert_array_equal(redrawn(picture), redrawn(255 - picture))


@given(st.integers(0, 2**32), st.sampled_from([(513, 30), (600, 700), (1025, 2)]))
@settings(max_examples=10, deadline=None)
def test_the_negative_of_a_large_shaded_noisy_picture_gives_the_same(seed, shape):
    noise = np.random.default_rng(seed).normal(0, 8, shape)
    shade = np.linspace(-30, 30, shape[1])
    picture = np.clip(drawn(size=shape, side=min(shape), paper=180) + noise + shade, 0, 255).astype(np.uint8)
    np.testing.assert_array_equal(redrawn(picture), redrawn(255 - picture))


@given(pictures)
@settings(deadline=None)
def test_what_comes_out_is_in_mnists_format(picture):
    result = redrawn(picture)
    if result is not None:
        assert_mnist_format(result)


@given(arrays(bool, st.tuples(st.integers(1, 24), st.integers(1, 24))).filter(np.any))
@settings(deadline=None)
def test_fitting_what_was_fitted_changes_nothing(patch):
    once = fit_to_box(patch * 255.0)
    if max(box_of(once)) == 20:  # else an edge was so faint that it was rounded away: there is less to fit
        np.testing.assert_array_equal(fit_to_box(once.astype(float)), once)


# The steps, each against another way to say it


@pytest.mark.parametrize("shape", [(8, 8), (20, 20), (7, 33), (200, 61), (1, 40), (300, 400)])
def test_resizing_agrees_with_pillow(shape):
    picture = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    ours = resize_matrix(shape[0], 20) @ picture @ resize_matrix(shape[1], 13).T
    pillow = np.asarray(Image.fromarray(picture).resize((13, 20), Image.Resampling.BILINEAR))
    assert np.abs(ours - pillow).max() <= 1.5


@given(st.integers(1, 200), st.integers(1, 20))
@settings(deadline=None)
def test_resizing_keeps_a_constant(n_in, n_out):
    np.testing.assert_allclose(resize_matrix(n_in, n_out) @ np.ones(n_in), 1)


@given(arrays(np.uint8, (6, 5), elements=st.integers(0, 255)))
@settings(deadline=None)
def test_otsu_maximises_the_variance_between_the_two_classes(levels):
    def variance(t):
        low, high = levels[levels <= t], levels[levels > t]
        return low.size * high.size * (high.mean() - low.mean()) ** 2 if low.size and high.size else 0

    assert variance(otsu(levels)[0]) == pytest.approx(max(variance(t) for t in range(256)))


def test_halving_averages_blocks_and_drops_the_odd_row_and_column():
    picture = np.array([[0, 255, 9], [255, 255, 9], [9, 9, 9]], np.uint8)
    np.testing.assert_array_equal(halve(picture), [[191.25]])


@given(patches.filter(lambda box: max(box.shape) <= 20 and box.any()))
@settings(deadline=None)
def test_the_centre_of_mass_lies_where_mnist_has_it_or_as_near_as_the_field_allows(box):
    field = place(box)
    assert field.sum() == box.sum()
    for axis, centre in enumerate(centre_of_mass(field)):
        mass = box.sum(axis=1 - axis, dtype=float)
        within = np.arange(len(mass)) @ mass / mass.sum()
        nearest = min(abs(within + start - 14) for start in range(28 - len(mass) + 1))
        assert abs(centre - 14) == pytest.approx(nearest, abs=1e-9)


# Pictures as people make them


@pytest.mark.parametrize("size", [(8, 8), (9, 30), (28, 28), (300, 200), (2000, 3000), (3000, 400)])
def test_the_size_of_the_picture_hardly_matters(size):
    side = min(size)
    picture = drawn(size=size, side=side, width=max(1, side // 10), at=(size[0] - side, size[1] - side))
    result = to_mnist(picture)
    assert_mnist_format(result)
    assert mean_difference(result, to_mnist(drawn())) < (12 if side > 20 else 40)


def test_a_thin_one_stays_thin_and_a_wide_dash_flat():
    one = to_mnist(drawn([(0.5, 0.1), (0.5, 0.9)], width=6))
    dash = to_mnist(drawn([(0.1, 0.5), (0.9, 0.5)], width=6))
    assert box_of(one)[0] == 20
    assert box_of(one)[1] <= 3
    np.testing.assert_array_equal(dash, one.T)


@pytest.mark.parametrize("angle", range(0, 360, 45))
def test_slanting_light_on_the_paper_does_not_matter(angle):
    x, y = np.meshgrid(np.linspace(-1, 1, 200), np.linspace(-1, 1, 200))
    light = 40 * (x * np.cos(np.radians(angle)) + y * np.sin(np.radians(angle)))
    pencil = drawn(size=(200, 200), at=(60, 30), ink=90, paper=180)
    lit = np.clip(pencil + light, 0, 255).astype(np.uint8)
    assert mean_difference(to_mnist(lit), to_mnist(pencil)) < 3


def test_noise_and_dust_do_not_matter():
    clean = drawn(size=(300, 400), at=(150, 200), ink=40, paper=220)
    rng = np.random.default_rng(0)
    dirty = clean + rng.normal(0, 12, clean.shape)
    dirty[20:23, 30:33] = dirty[250:253, 380:383] = 0
    dirty[rng.random(clean.shape) < 0.001] = 255
    assert mean_difference(to_mnist(np.clip(dirty, 0, 255).astype(np.uint8)), to_mnist(clean)) < 5


def test_a_tight_crop_whose_top_row_is_ink_is_not_taken_for_shade():
    loose = drawn(width=10)
    rows, columns = np.flatnonzero((loose < 128).any(1)), np.flatnonzero((loose < 128).any(0))
    tight = loose[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    np.testing.assert_array_equal(to_mnist(tight), to_mnist(loose))


def test_a_five_keeps_its_separate_bar():
    way = [(0.3, 0.3), (0.3, 0.5), (0.7, 0.6), (0.6, 0.9), (0.2, 0.9)]
    five = np.minimum(drawn(way), drawn([(0.4, 0.1), (0.8, 0.1)]))
    assert mean_difference(to_mnist(five), to_mnist(drawn(way))) > 10


def test_halving_a_thread_halves_its_length():
    np.testing.assert_array_equal(halve(np.array([[0, 100, 50, 60, 9]], np.uint8)), [[50, 55]])
    np.testing.assert_array_equal(halve(np.array([[0, 100, 50, 60, 9]], np.uint8).T), [[50], [55]])


def test_real_mnist_comes_back_nearly_unchanged(real_mnist):
    images = real_mnist.test_images[:500]
    back = np.stack([to_mnist(image) for image in images])
    assert mean_difference(back, images) < 0.1
    full = images.max(axis=(1, 2)) == 255  # the others are brightened to 255
    assert np.mean((back[full] == images[full]).all(axis=(1, 2))) > 0.97


def test_real_mnist_survives_a_large_canvas(real_mnist):
    for image in real_mnist.test_images[:50]:
        large = Image.fromarray(image).resize((140, 140), Image.Resampling.BICUBIC)
        canvas = Image.new("L", (400, 300), 255)
        canvas.paste(Image.eval(large, lambda v: 255 - v), (230, 20))
        assert mean_difference(to_mnist(np.asarray(canvas)), image) < 20


# Colour and transparency


def test_luma_is_pillows():
    rgb = np.random.default_rng(0).integers(0, 256, (50, 60, 3)).astype(np.uint8)
    rgba = np.dstack([rgb, np.full((50, 60), 255, np.uint8)])
    np.testing.assert_array_equal(gray_from_rgba(rgba), np.asarray(Image.fromarray(rgb).convert("L")))


@pytest.mark.parametrize("ink", [(0, 0, 0), (255, 255, 255), (200, 30, 30), (250, 220, 40)])
@pytest.mark.parametrize("hidden", [0, 255])
def test_a_digit_on_nothing_is_read_whatever_its_colour(ink, hidden):
    alpha = 255 - drawn()
    rgba = np.dstack([np.where(alpha > 0, np.uint8(value), np.uint8(hidden)) for value in ink] + [alpha])
    np.testing.assert_array_equal(to_mnist(gray_from_rgba(rgba)), to_mnist(drawn()))


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0)])
def test_a_sheet_with_transparent_corners_is_a_sheet(ink, paper):
    gray = drawn(ink=ink, paper=paper)
    alpha = np.full(gray.shape, 255, np.uint8)
    for rows in slice(0, 4), slice(-4, None):
        alpha[rows, :4] = alpha[rows, -4:] = 0
    result = to_mnist(gray_from_rgba(np.dstack([gray, gray, gray, alpha])))
    np.testing.assert_array_equal(result, to_mnist(drawn()))


# Bad input, each with its sentence


@pytest.mark.parametrize("noise", [1, 10, 30])
@pytest.mark.parametrize("shade", [0, 30])
def test_blank_paper_stays_blank_under_noise_and_shade(noise, shade):
    paper = np.random.default_rng(0).normal(180, noise, (200, 300)) + np.linspace(-shade, shade, 300)
    with pytest.raises(InputError, match="blank"):
        to_mnist(np.clip(paper, 0, 255).astype(np.uint8))


def test_of_thousands_of_specks_only_the_heaviest_are_compared(monkeypatch):
    """Or a noisy sheet of paper would take minutes."""
    pairs = []
    monkeypatch.setattr(strokes, "rings", lambda part, other, labels: pairs.append(part))
    specks = np.zeros((200, 300), np.intp)
    specks[::2, ::2] = 200
    strokes.digit(specks, 100)
    assert len(pairs) == strokes.MOST**2


def test_ink_too_faint_is_blank_and_somewhat_darker_ink_is_read():
    with pytest.raises(InputError, match="blank"):
        to_mnist(drawn(ink=235))
    assert_mnist_format(to_mnist(drawn(ink=225)))


@pytest.mark.parametrize("gray", [np.zeros(784, np.uint8), np.zeros((28, 28, 3), np.uint8), np.zeros((28, 28))])
def test_an_array_that_is_no_gray_picture(gray):
    with pytest.raises(InputError, match=re.escape(f"not {gray.dtype} of shape {gray.shape}")):
        to_mnist(gray)


def test_nothing_to_fit():
    with pytest.raises(InputError, match="blank"):
        fit_to_box(np.zeros((8, 8)))
