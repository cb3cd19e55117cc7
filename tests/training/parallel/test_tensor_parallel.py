"""A network in slices computes what the whole one computes."""

from dataclasses import replace

import numpy as np
import pytest
from tendigits.training.parallel.backend import Alone
from tendigits.training.parallel.tensor_parallel import SlicedBatch, Slices
from training import SETTINGS, corners

from tendigits import Network, fit
from tendigits.nn.layers import BatchNorm, Dropout, Linear, ReLU
from tendigits.nn.optimizers import OPTIMIZERS
from tendigits.training.parallel.hidden_units import divisible


@pytest.fixture(scope="module")
def data():
    return corners()


def filled(n_slices=2, dtype=np.float64):
    """A network with random biases, and its slices with the same parameters."""
    network = Network([16, 8, 3], seed=1, dtype=dtype)
    network.params += 0.1 * np.random.default_rng(0).standard_normal(network.params.shape)
    slices = Slices(network, n_slices)
    slices.params[slices.own] = network.params[slices.places]
    return network, slices


@pytest.mark.parametrize("n_slices", [2, 4, 8])
def test_every_parameter_is_in_one_slice(n_slices):
    network, slices = filled(n_slices)
    np.testing.assert_array_equal(np.sort(slices.places), np.arange(network.params.size))
    assert slices.params.size - network.params.size == 3 * (n_slices - 1)  # output biases that are not in use
    decayed = np.concatenate([slices.params[W] for W in slices.weight_slices])
    np.testing.assert_array_equal(np.sort(decayed), np.sort(np.concatenate([W.ravel() for W in network.weights])))


@pytest.mark.parametrize("n_slices", [2, 4])
@pytest.mark.parametrize("weighted", [False, True])
def test_loss_and_gradient_are_those_of_the_whole(data, n_slices, weighted):
    (images, labels), _ = data
    rows, index = images.reshape(200, 16), np.arange(30, 70)
    weights = np.random.default_rng(0).uniform(0.5, 2, 200) if weighted else None
    network, slices = filled(n_slices)
    batch = SlicedBatch(slices, (rows, labels, weights), 40, Alone())
    total = 100.0  # of more than these examples
    outcome = batch.gradient(index, None, total, np.random.default_rng(0))
    some = None if weights is None else weights[index]
    assert outcome == pytest.approx(network.gradient(rows[index] / 255, labels[index], weights=some, total=total))
    np.testing.assert_allclose(slices.grads[slices.own], network.grads[slices.places], atol=1e-12)
    assert not np.delete(slices.grads, slices.own).any()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_in_slices_is_training(data, optimizer):
    settings = replace(SETTINGS, optimizer=optimizer, learning_rate=0.02, weight_decay=0.01)
    whole, sliced = (Network([16, 8, 3], seed=1, dtype=np.float64) for _ in range(2))
    history = fit(whole, *data, settings)
    np.testing.assert_allclose(
        fit(sliced, *data, replace(settings, workers=2))["validation_loss"], history["validation_loss"]
    )
    np.testing.assert_allclose(sliced.params, whole.params, atol=1e-9)


def test_each_slice_drops_units_of_its_own(data):
    network = Network([Linear(16, 8), ReLU(), Dropout(0.5), Linear(8, 3)], seed=1)
    (images, labels), _ = data
    batch = SlicedBatch(Slices(network, 2), (images.reshape(200, 16), labels, None), 200, Alone())
    batch.gradient(np.arange(200), None, 200, np.random.default_rng(0))
    left, right = (ones.layers[2]._factor for ones in batch.networks)
    assert (left == 0).mean() == pytest.approx(0.5, abs=0.1)
    assert (left != right).any()


def test_only_one_hidden_layer_is_divided_and_only_into_equal_parts():
    assert divisible(Network([16, 8, 3]), 4)
    assert divisible(Network([Linear(16, 8), ReLU(), Dropout(0.1), Linear(8, 3)]), 2)
    assert divisible(Network([Linear(16, 8), Linear(8, 3)]), 2)
    assert not divisible(Network([16, 8, 3]), 3)
    assert not divisible(Network([16, 8, 4, 3]), 2)
    assert not divisible(Network([16, 4]), 2)
    assert not divisible(Network([Linear(16, 8), BatchNorm(8), Linear(8, 3)]), 2)
    assert not divisible(Network.ensemble([Network([16, 8, 3])] * 2), 2)
