"""Batches: rows as views, pixels scaled, buffers filled again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array

from tendigits._util.arrays import as_rows, scale
from tendigits.data.distortions import Distortion
from tendigits.data.minibatch import Minibatch, checked, looks_like_pixels


def test_rows_are_a_view_of_the_images():
    images = np.zeros((3, 4, 5), np.uint8)
    assert np.shares_memory(as_rows(images, 20), images)


@given(arrays(np.uint8, (3, 7)))
def test_bytes_are_scaled_to_0_to_1(pixels):
    np.testing.assert_allclose(scale(pixels, np.empty((3, 7), np.float32)), pixels / 255, rtol=1e-6)


def test_floats_keep_their_values():
    x = np.array([[0.25, -3.0, 255.0]])
    np.testing.assert_array_equal(scale(x, np.empty((1, 3), np.float32)), x)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_a_batch_takes_the_examples_at_its_index(dtype):
    rows, rng = np.arange(20, dtype=dtype).reshape(5, 4), np.random.default_rng(0)
    examples = checked(rows, np.arange(5), np.arange(1, 6), 4, 5, np.dtype(np.float32))
    batch = Minibatch(examples, 2, np.dtype(np.float32), Distortion())
    memory = batch.fill(np.array([0, 1]), rng).x
    for index in ([4, 1], [0, 3], [2]):
        assert batch.fill(np.array(index), rng) is batch
        np.testing.assert_allclose(batch.x, rows[index] / (255 if dtype == np.uint8 else 1), rtol=1e-6)
        np.testing.assert_array_equal(batch.labels, index)
        np.testing.assert_array_equal(batch.weights, np.array(index) + 1)
        assert batch.total == sum(index) + len(index)
        assert np.shares_memory(batch.x, memory)


@pytest.mark.parametrize("divisor", [None, 255])  # of a new network, and of one that has learned from bytes
def test_distorted_bytes_are_scaled_and_floats_are_not(divisor):
    images = np.random.default_rng(0).integers(256, size=(3, 6, 5)).astype(np.uint8)
    distortion, dtype, index = Distortion(rotation=10), np.dtype(np.float32), np.array([2, 0])
    batches = []
    for pixels in images, images / 255:
        examples = checked(pixels, np.arange(3), None, 30, 3, dtype, divisor)
        assert examples.shape == (6, 5)
        batches.append(Minibatch(examples, 2, dtype, distortion).fill(index, np.random.default_rng(1)).x)
    np.testing.assert_allclose(*batches, atol=1e-6)
    assert not np.allclose(batches[0], images[index].reshape(2, 30) / 255, atol=0.01)


def test_pixels_are_divided_by_255_and_floats_by_1_unless_the_network_says_otherwise():
    def divisor(images, known=None):
        return checked(images, [0, 1], None, 4, 2, np.dtype(np.float32), known).divisor

    bytes_, floats = np.zeros((2, 4), np.uint8), np.zeros((2, 4), np.float32)
    assert (divisor(bytes_), divisor(floats)) == (255, 1)
    assert (divisor(bytes_, 1.0), divisor(floats, 255.0)) == (1, 255)


def test_sparse_rows_become_dense_a_batch_at_a_time():
    rows = np.eye(4, 6, dtype=np.float32)
    examples = checked(csr_array(rows), np.arange(4), None, 6, 4, np.dtype(np.float32))
    assert examples.shape == (6,)
    batch = Minibatch(examples, 2, np.dtype(np.float32), Distortion())
    np.testing.assert_array_equal(batch.fill(np.array([3, 1]), np.random.default_rng(0)).x, rows[[3, 1]])


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_rows_lie_in_one_piece_of_memory_whatever_they_came_as(dtype):
    """NumPy's take copies the whole of any other array for each batch: 19 times as slow."""
    images = np.arange(24).reshape(4, 6).astype(dtype)
    for other in (images, np.asfortranarray(images), np.repeat(images, 2, axis=0)[::2], images[:, ::-1]):
        rows = checked(other, [0, 1, 0, 1], None, 6, 2, np.dtype(np.float32)).rows
        assert rows.flags.c_contiguous
        np.testing.assert_array_equal(rows, other)
    assert np.shares_memory(checked(images, [0, 1, 0, 1], None, 6, 2, np.dtype(np.float32)).rows, images)


@pytest.mark.parametrize(
    ("images", "are_pixels"),
    [
        (np.full((2, 2, 2), 255, np.uint8), False),  # they are divided
        (np.full((2, 2, 2), 200.5), True),  # images
        (np.array([[0.0, 1.0]]), False),
        (np.full((2, 2, 2), 2.0), False),  # at most 2: divided, and perhaps standardised
        (np.array([[0.0, 255.0], [3.0, 1.0]]), True),  # rows of whole numbers from 0 to 255
        (np.array([[1.0, 254.0]]), True),
        (np.array([[0.0, 254.25]]), False),  # rows may be any features
        (np.array([[0.0, 254.75]]), False),
        (np.array([[0.0, 255.5]]), False),
        (np.array([[0.0, 256.0]]), False),
        (np.array([[-1.0, 255.0]]), False),
    ],
)
def test_floats_that_look_like_pixels(images, are_pixels):
    n, n_in = len(images), images[0].size
    examples = checked(images, np.zeros(n, int), None, n_in, 2, np.dtype(np.float32))
    assert looks_like_pixels(examples) is are_pixels
