"""A network divided by its hidden units computes what the whole one computes."""

from dataclasses import replace

import numpy as np
import pytest
from gradients import gradient
from training import SETTINGS, corners

from tendigits import Network, fit
from tendigits.data.minibatch import checked
from tendigits.nn.layers import BatchNorm, Dropout, Linear, ReLU
from tendigits.nn.loss import softmax_cross_entropy
from tendigits.nn.optimizers import OPTIMIZERS
from tendigits.training.parallel.hidden_units import divisible, share_hidden_units


@pytest.fixture(scope="module")
def data():
    return corners()


def shared(network, data, n=2):
    """The network divided among n workers, with its parameters loaded, and no one to wait for."""
    examples = checked(*data[0], None, 16, 3, network.dtype)
    settings = replace(SETTINGS, workers=n, batch_size=40, optimizer="sgd", weight_decay=0.1)
    divided = share_hidden_units(network, examples, settings, lambda: None)
    divided.optimizer.params[divided.shared_index] = network.params[divided.network_index]
    return divided


def with_biases():
    network = Network([16, 8, 3], seed=1, dtype=np.float64)
    network.params += 0.1 * np.random.default_rng(0).standard_normal(network.params.shape)
    return network


@pytest.mark.parametrize("n", [2, 4, 8])
def test_every_parameter_is_in_one_part(data, n):
    network = with_biases()
    divided = shared(network, data, n)
    params = divided.optimizer.params
    np.testing.assert_array_equal(np.sort(divided.network_index), np.arange(network.params.size))
    assert params.size - network.params.size == 3 * (n - 1)  # output biases that are not in use
    decayed = np.concatenate([params[W] for W in divided.optimizer.weight_slices])
    np.testing.assert_array_equal(np.sort(decayed), np.sort(np.concatenate([W.ravel() for W in network.weights])))


@pytest.mark.parametrize("n", [2, 4])
def test_loss_and_gradient_are_those_of_the_whole(data, n):
    network = with_biases()
    divided = shared(network, data, n)
    index, rng = np.arange(30, 70), np.random.default_rng(0)
    (images, labels), _ = data
    expected = gradient(network, images.reshape(200, 16)[index] / 255, labels[index])
    for _ in range(2):  # without others to wait for, only the second time has all their logits been there
        ys = []
        for worker in divided.workers:
            batch = worker.batch.fill(index, rng)
            ys.append(worker.network.activations(batch.x, worker.buffers(40)[0]))
    for worker, activations in zip(divided.workers, ys, strict=True):
        logits = np.sum([each.network._all_logits[k] for k, each in enumerate(divided.workers)], axis=0).T.copy()
        outcome = softmax_cross_entropy(logits, batch.labels, total=batch.total)
        worker.network.backward([*activations[:-1], logits], logits)
    assert outcome == pytest.approx(expected)
    grads = divided.optimizer.grads
    np.testing.assert_allclose(grads[divided.shared_index], network.grads[divided.network_index], atol=1e-12)
    assert not np.delete(grads, divided.shared_index).any()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_divided_training_is_training(data, optimizer):
    settings = replace(SETTINGS, optimizer=optimizer, learning_rate=0.02, weight_decay=0.01)
    whole, sliced = (Network([16, 8, 3], seed=1, dtype=np.float64) for _ in range(2))
    history = fit(whole, *data, settings)
    np.testing.assert_allclose(
        fit(sliced, *data, replace(settings, workers=2))["validation_loss"], history["validation_loss"]
    )
    np.testing.assert_allclose(sliced.params, whole.params, atol=1e-9)


def test_each_part_drops_units_of_its_own(data):
    network = Network([Linear(16, 8), ReLU(), Dropout(0.5), Linear(8, 3)], seed=1)
    divided = shared(network, data)
    factors = []
    for worker in divided.workers:
        batch = worker.batch.fill(np.arange(40), np.random.default_rng(0))
        worker.network.activations(batch.x, worker.buffers(40)[0], batch.rng)
        factors.append(worker.network._part.layers[2]._factor)
    left, right = factors
    assert (left == 0).mean() == pytest.approx(0.5, abs=0.15)
    assert (left != right).any()


def test_only_one_hidden_layer_is_divided_and_only_into_equal_parts():
    assert divisible(Network([16, 8, 3]), 4)
    assert divisible(Network([Linear(16, 8), ReLU(), Dropout(0.1), Linear(8, 3)]), 2)
    assert divisible(Network([Linear(16, 8), Linear(8, 3)]), 2)
    assert divisible(Network([15, 8, 3]), 2)
    assert not divisible(Network([16, 9, 3]), 2)
    assert not divisible(Network([16, 8, 3]), 3)
    assert not divisible(Network([16, 8, 4, 3]), 2)
    assert not divisible(Network([16, 4]), 2)
    assert not divisible(Network([Linear(16, 8), BatchNorm(8), Linear(8, 3)]), 2)
