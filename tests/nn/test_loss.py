"""Softmax and cross-entropy: properties, extremes, gradient."""

import numpy as np
import pytest
from gradients import numerical_gradient
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tendigits.nn.loss import cross_entropy, softmax, softmax_cross_entropy

logits = arrays(np.float64, array_shapes(min_dims=2, max_dims=2), elements=st.floats(-1e4, 1e4))


@given(logits)
def test_rows_sum_to_one(z):
    p = softmax(z)
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1)


@given(logits, st.floats(-1e3, 1e3))
def test_a_shift_changes_nothing(z, shift):
    np.testing.assert_allclose(softmax(z + shift), softmax(z), atol=1e-10)


@given(st.data())
def test_the_gradient_is_p_minus_y(data):
    z = data.draw(arrays(np.float64, (3, 4), elements=st.floats(-5, 5)))
    labels = data.draw(arrays(np.intp, 3, elements=st.integers(0, 3)))
    expected = numerical_gradient(lambda: cross_entropy(z, labels), z.reshape(-1)).reshape(z.shape)
    dz = z.copy()
    softmax_cross_entropy(dz, labels)
    np.testing.assert_allclose(dz, expected, atol=1e-8)


def test_huge_logits_neither_overflow_nor_lose_the_loss():
    z = np.array([[1000.0, 0.0], [0.0, 1000.0]], dtype=np.float32)
    assert cross_entropy(z, np.array([0, 1])) == 0
    assert cross_entropy(z, np.array([1, 0])) == 1000


def test_equal_logits_cost_the_logarithm_of_the_number_of_classes():
    assert cross_entropy(np.zeros((5, 10)), np.zeros(5, int)) == pytest.approx(np.log(10))


def test_counts_what_is_right_and_leaves_cross_entropys_logits_alone():
    z = np.array([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0], [1.0, 6.0]])
    before = z.copy()
    assert softmax_cross_entropy(z.copy(), np.array([0, 1, 1, 0]))[1] == 2
    cross_entropy(z, np.array([0, 1, 1, 0]))
    np.testing.assert_array_equal(z, before)


def test_works_column_by_column_too():
    z = np.random.default_rng(0).standard_normal((6, 4))
    labels = np.array([0, 1, 2, 3, 0, 1])
    rows, columns = z.copy(order="C"), z.copy(order="F")
    assert softmax_cross_entropy(rows, labels) == pytest.approx(softmax_cross_entropy(columns, labels))
    np.testing.assert_allclose(rows, columns)


def test_weights_are_shares_of_the_mean():
    z = np.random.default_rng(0).standard_normal((4, 3))
    labels, weights = np.array([0, 1, 2, 0]), np.array([1.0, 2.0, 1.0, 1.0])
    repeated, once = np.vstack([z, z[1:2]]), z.copy()
    loss = softmax_cross_entropy(repeated, np.append(labels, 1))[0]
    assert softmax_cross_entropy(once, labels, weights)[0] == pytest.approx(loss)
    repeated[1] += repeated[4]
    np.testing.assert_allclose(once, repeated[:4])


def test_weights_of_one_are_none():
    z = np.random.default_rng(0).standard_normal((4, 3))
    labels, weighted = np.array([0, 1, 2, 0]), z.copy()
    assert softmax_cross_entropy(weighted, labels, np.ones(4)) == pytest.approx(softmax_cross_entropy(z, labels))
    np.testing.assert_allclose(weighted, z)
