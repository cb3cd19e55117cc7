"""A layer written outside the package is as good as one inside."""

import copy
import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from gradients import gradient_error, numerical_gradient
from training import SETTINGS, corners

from tendigits import InputError, Network, fit
from tendigits.nn.layers import Layer, Linear, ReLU
from tendigits.nn.optimizers import SGD


class Scale(Layer):
    """y = x s + t, feature by feature; s decays."""

    decays = ("s",)

    def __init__(self, features):
        self.arguments = (features,)
        self.shapes = {"s": (features,), "t": (features,)}

    def initialize(self, rng):
        self.s[...] = rng.uniform(0.5, 1.5, self.s.shape)
        self.t[...] = 0.1

    def forward(self, x, out=None):
        y = np.multiply(x, self.s, out=out)
        y += self.t
        return y

    def backward_params(self, x, dy):
        np.einsum("ij,ij->j", x, dy, out=self.ds)
        np.sum(dy, axis=0, out=self.dt)

    def backward_input(self, x, y, dy, out=None):
        return np.multiply(dy, self.s, out=out)


class Noise(Layer):
    """y = x plus noise, in training alone."""

    draws = True
    only_trains = True

    def forward(self, x, out=None):
        return x

    def forward_train(self, x, rng, out=None):
        return np.add(x, 0.01 * rng.standard_normal(x.shape, np.float32), out=out)

    def backward_input(self, x, y, dy, out=None):
        return dy


@pytest.fixture
def network():
    return Network([Linear(16, 8), Scale(8), ReLU(), Noise(), Linear(8, 3)], seed=0)


def test_its_gradient_is_checked_as_any(network):
    exact = Network([Linear(16, 8), Scale(8), ReLU(), Linear(8, 3)], seed=0, dtype=np.float64)
    rng = np.random.default_rng(0)
    assert gradient_error(exact, rng.random((5, 16)), rng.integers(0, 3, 5)) < 1e-7
    layer, x, dy = exact.layers[1], rng.random((5, 8)), rng.random((5, 8))
    expected = numerical_gradient(lambda: float((layer.forward(x) * dy).sum()), x.reshape(-1)).reshape(x.shape)
    np.testing.assert_allclose(layer.backward_input(x, None, dy), expected, atol=1e-8)


@pytest.mark.parametrize("workers", [1, 2, pytest.param(3, marks=pytest.mark.slow)])
def test_it_trains_with_any_number_of_workers(network, workers):
    before = network.layers[1].s.copy()
    history = fit(network, *corners(), replace(SETTINGS, epochs=10, workers=workers))
    assert history.last["validation_accuracy"] > 0.9
    assert (network.layers[1].s != before).all()


def test_it_decays(network):
    network.params[...] = 1
    SGD(network, weight_decay=0.1).step(0.5)
    np.testing.assert_allclose(network.layers[1].s, 0.95)
    np.testing.assert_array_equal(network.layers[1].t, 1)
    assert any(np.shares_memory(weights, network.layers[1].s) for weights in network.weights)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))])
def test_it_is_copied(network, duplicate):
    twin = duplicate(network)
    assert isinstance(twin.layers[1], Scale)
    np.testing.assert_array_equal(twin.params, network.params)
    assert np.shares_memory(twin.layers[1].s, twin.params)


def test_it_is_saved_and_loaded_by_where_it_comes_from(network, tmp_path):
    network.save(tmp_path / "model.npz")
    loaded = Network.load(tmp_path / "model.npz")
    assert loaded.spec[1] == [f"{__name__}:Scale", 8]
    x = np.random.default_rng(0).random((3, 16), np.float32)
    np.testing.assert_array_equal(loaded.forward(x), network.forward(x))


def test_a_file_imports_nothing_by_itself(network, tmp_path):
    network.save(tmp_path / "model.npz")
    code = f"from tendigits import Network; Network.load({str(tmp_path / 'model.npz')!r})"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert f"a layer {__name__}:Scale, which is not known here: import {__name__} first" in result.stderr
    assert InputError.__name__ in result.stderr


class Shift(Layer):
    """y = x + by; whatever JSON can hold may be an argument."""

    def __init__(self, by, note=None, unit="gray"):
        self.arguments = (by, note, unit)
        self.by = np.float32(by)

    def forward(self, x, out=None):
        return np.add(x, self.by, out=out)

    def backward_input(self, x, y, dy, out=None):
        return dy


def test_its_arguments_are_whatever_json_can_hold(tmp_path):
    network = Network([Linear(4, 3), Shift(-0.5, {"seen": [1, None]}, unit="mm"), Linear(3, 2)])
    network.save(tmp_path / "model.npz")
    for twin in (Network.load(tmp_path / "model.npz"), copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        assert twin.spec == network.spec
        x = np.ones((2, 4), np.float32)
        np.testing.assert_array_equal(twin.forward(x), network.forward(x))


def test_arguments_that_its_constructor_does_not_take_are_named_with_the_file(tmp_path):
    network = Network([Linear(4, 3), Shift(1), Linear(3, 2)])
    network.layers[1].arguments = ("far",)
    network.save(tmp_path / "model.npz")
    with pytest.raises(InputError, match=r"model\.npz holds no valid model: could not convert string to float"):
        Network.load(tmp_path / "model.npz")
