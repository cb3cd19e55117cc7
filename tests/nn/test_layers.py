"""Each layer's backward pass against numerical gradients, and the proof that this test can fail."""

import numpy as np
import pytest
from gradients import (
    directional_derivative,
    gradient,
    gradient_error,
    numerical_gradient,
    relative_error,
    small_problem,
)

from tendigits import InputError, Network
from tendigits.nn.layers import (
    BatchNorm,
    Conv2D,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPool2D,
    ReLU,
    Reshape,
    Sigmoid,
    Tanh,
)
from tendigits.nn.loss import cross_entropy


@pytest.mark.parametrize("sizes", [(6, 3), (6, 5, 3), (6, 5, 4, 3)])
def test_every_coordinate_of_the_gradient(sizes):
    network, x, labels = small_problem(sizes)
    assert gradient_error(network, x, labels) < 1e-7


@pytest.mark.parametrize("seed", range(10))
def test_the_full_network_along_random_directions(seed):
    network, x, labels = small_problem((784, 128, 10), n=5, seed=seed)
    direction = np.random.default_rng(seed).standard_normal(network.params.size)
    direction /= np.linalg.norm(direction)
    gradient(network, x, labels)
    expected = directional_derivative(
        lambda: cross_entropy(network.forward(x), labels), network.params, direction, 1e-5
    )
    assert relative_error(network.grads @ direction, expected) < 1e-7


def wrong_mask(self, x, y, dy, out=None):
    return np.multiply(dy, y >= 0, out=out)  # after ReLU, y >= 0 everywhere


def wrong_axis(self, x, dy):
    np.matmul(x.T, dy, out=self.dW)
    self.db[...] = dy.sum()


def wrong_transpose(self, x, y, dy, out=None):
    return np.multiply(dy @ self.W.T, 0.99, out=out)


@pytest.mark.parametrize(
    ("layer", "method", "mutant"),
    [
        (ReLU, "backward_input", wrong_mask),
        (Linear, "backward_params", wrong_axis),
        (Linear, "backward_input", wrong_transpose),
    ],
)
def test_a_broken_backward_fails_the_check(monkeypatch, layer, method, mutant):
    monkeypatch.setattr(layer, method, mutant)
    assert gradient_error(*small_problem()) > 1e-4


@pytest.mark.parametrize("layer_index", [0, 1])
def test_the_gradient_of_a_layers_input(layer_index):
    network, x, _ = small_problem((4, 4, 4))
    layer = network.layers[layer_index]
    x = x - 0.5
    dy = np.random.default_rng(1).standard_normal((len(x), 4))
    expected = numerical_gradient(lambda: float((layer.forward(x) * dy).sum()), x.reshape(-1)).reshape(x.shape)
    np.testing.assert_allclose(layer.backward_input(x, layer.forward(x), dy), expected, atol=1e-8)


@pytest.mark.parametrize("layer_index", [0, 1])
def test_out_receives_the_result(layer_index):
    network, x, _ = small_problem((4, 4, 4))
    layer, out = network.layers[layer_index], np.empty((len(x), 4))
    expected = layer.forward(x)
    assert layer.forward(x, out=out) is out
    np.testing.assert_array_equal(out, expected)


def test_relu_may_work_in_place():
    x = np.array([[-1.0, 0.0, 2.0]])
    relu = ReLU()
    y = relu.forward(x, out=x)
    dy = np.ones_like(y)
    assert relu.backward_input(y, y, dy, out=dy) is dy
    np.testing.assert_array_equal(dy, [[0, 0, 1]])


def test_he_initialisation_keeps_the_signals_size():
    network = Network([1000, 1000, 1000, 10], seed=0)
    x = np.random.default_rng(0).standard_normal((200, 1000)).astype(np.float32)
    for y in network.activations(x)[2:-1:2]:
        assert np.mean(y**2) == pytest.approx(1, rel=0.1)


def test_a_layer_that_does_not_say_how_it_computes_is_named():
    with pytest.raises(TypeError, match="Layer does not say"):
        Layer().forward(np.zeros((1, 1)))
    with pytest.raises(TypeError, match="Layer does not say"):
        Layer().backward_input(*np.zeros((3, 1, 1)))


FLAGS = {"draws", "mixes_examples", "elementwise", "only_trains", "in_place", "needs_y", "trains_alike"}


@pytest.mark.parametrize(
    ("layer", "flags"),
    [
        (Layer, {"trains_alike"}),
        (Linear, {"trains_alike"}),
        (ReLU, {"elementwise", "in_place", "needs_y", "trains_alike"}),
        (Tanh, {"elementwise", "in_place", "needs_y", "trains_alike"}),
        (Sigmoid, {"elementwise", "in_place", "needs_y", "trains_alike"}),
        (Dropout, {"draws", "elementwise", "only_trains", "in_place"}),
        (Conv2D, {"trains_alike"}),
        (MaxPool2D, {"needs_y", "trains_alike"}),
        (BatchNorm, {"mixes_examples"}),
        (Flatten, {"trains_alike"}),
        (Reshape, {"trains_alike"}),
    ],
)
def test_what_layers_say_of_themselves(layer, flags):
    assert {flag for flag in FLAGS if getattr(layer, flag)} == flags


def test_dropout_in_training():
    dropout, x = Dropout(0.25), np.ones((100, 100))
    y = dropout.forward_train(x, np.random.default_rng(0))
    assert set(np.unique(y)) == {0, 1 / 0.75}
    assert np.mean(y == 0) == pytest.approx(0.25, abs=0.02)
    np.testing.assert_array_equal(dropout.backward_input(x, y, x), y)


def test_dropout_does_nothing_afterwards():
    x = np.ones((2, 3))
    np.testing.assert_array_equal(Dropout(0.5).forward(x), x)


def test_the_gradient_through_dropout():
    network, x, labels = small_problem([Linear(6, 5), ReLU(), Dropout(0.5), Linear(5, 3)])

    def loss():
        return cross_entropy(network.activations(x, rng=np.random.default_rng(7))[-1], labels)

    gradient(network, x, labels, rng=np.random.default_rng(7))
    assert relative_error(network.grads, numerical_gradient(loss, network.params)) < 1e-7


@pytest.mark.parametrize("rate", [-0.1, 1, 2])
def test_dropout_rates_are_checked(rate):
    with pytest.raises(InputError, match="dropout rate"):
        Dropout(rate)


def test_a_dropout_rate_of_zero_leaves_nothing_out():
    x = np.ones((2, 3))
    np.testing.assert_array_equal(Dropout(0).forward_train(x, np.random.default_rng(0)), x)


def test_dropout_needs_a_generator_and_a_training_pass():
    with pytest.raises(InputError, match="generator"):
        Dropout(0.5).forward_train(np.ones((1, 1)), None)
    with pytest.raises(InputError, match="has no mask yet"):
        Dropout(0.5).backward_input(*np.ones((3, 1, 1)))


@pytest.mark.parametrize("kind", [Tanh, Sigmoid])
def test_smooth_activations_against_numerical_gradients(kind):
    network, x, labels = small_problem([Linear(6, 5), kind(), Linear(5, 4), kind(), Linear(4, 3)])
    assert gradient_error(network, x, labels) < 1e-7


def test_smooth_activations_saturate_without_overflow():
    x = np.array([-1000.0, -1, 0, 1, 1000])
    with np.errstate(all="raise"):
        np.testing.assert_allclose(Sigmoid().forward(x), [0, 1 / (1 + np.e), 0.5, np.e / (1 + np.e), 1], atol=1e-15)
        np.testing.assert_allclose(Tanh().forward(x), [-1, np.tanh(-1), 0, np.tanh(1), 1], atol=1e-15)
