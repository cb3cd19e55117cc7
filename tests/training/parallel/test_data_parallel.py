"""A batch that is shared out gives what the whole batch gives."""

from dataclasses import replace

import numpy as np
import pytest
from training import SETTINGS, corners, trained

from tendigits import Distortion, Diverged, InputError, Network, fit
from tendigits.nn.layers import BatchNorm, Conv2D, Dropout, Flatten, Linear, ReLU, Reshape


@pytest.fixture(scope="module")
def data():
    return corners()


@pytest.mark.parametrize("workers", [2, 4, 3, 7])  # two and four share its hidden units, three and seven its examples
@pytest.mark.parametrize("weighted", [False, True])
def test_the_gradients_add_up(data, workers, weighted):
    weights = np.random.default_rng(0).uniform(0.5, 2, 200) if weighted else None
    settings = replace(SETTINGS, epochs=1)  # the order of later epochs differs: the shards' seeds were drawn in between
    one, history = trained(data, settings, weights=weights)
    many, shared = trained(data, replace(settings, workers=workers), weights=weights)
    np.testing.assert_allclose(many.params, one.params, atol=1e-5)
    np.testing.assert_allclose(shared["train_loss"], history["train_loss"], rtol=1e-5)
    assert shared["train_accuracy"] == history["train_accuracy"]


def network_with_dropout():
    return Network([Linear(16, 8), ReLU(), Dropout(0.5), Linear(8, 3)], seed=1)


def test_the_same_seed_gives_the_same_bits(data):
    """Whichever thread is first: each has its own generator, and the sum its order."""
    settings = replace(SETTINGS, workers=4, distortion=Distortion(translation=1), epochs=2)
    networks = [network_with_dropout() for _ in range(3)]
    for network in networks:
        fit(network, *data, settings, seed=5)
    for network in networks[1:]:
        np.testing.assert_array_equal(network.params, networks[0].params)


def test_divergence_is_told_in_a_sentence_and_nothing_else(data):
    with pytest.raises(Diverged, match="learning rate"):  # a warning would be an error here
        trained(data, replace(SETTINGS, workers=2, learning_rate=1e30))


def dense():
    return [Linear(16, 8), BatchNorm(8), ReLU(), Linear(8, 8), BatchNorm(8), Linear(8, 3)]


def convolutional():
    return [Reshape(4, 4), Conv2D(1, 3, 3), BatchNorm(3), Flatten(), Linear(12, 3)]


@pytest.mark.parametrize("workers", [2, 5])
@pytest.mark.parametrize("layers", [dense, convolutional])
def test_batch_normalisation_is_that_of_the_whole_batch(data, layers, workers):
    settings = replace(SETTINGS, epochs=1)
    networks = [Network(layers(), seed=1) for _ in "12"]
    for network, n in zip(networks, [1, workers], strict=True):
        fit(network, *data, replace(settings, workers=n))
    np.testing.assert_allclose(networks[1].params, networks[0].params, atol=2e-5)


class Mean(Linear):
    mixes_examples = True

    def __repr__(self):
        return f"Mean to {self.W.shape[1]}"


def test_another_layer_that_mixes_examples_is_not_shared_out(data):
    network = Network([Linear(16, 8), Mean(8, 5), Mean(5, 3)], seed=1)
    with pytest.raises(InputError, match=r"Mean to 5 depends on the whole batch.* use one worker"):
        fit(network, *data, replace(SETTINGS, workers=2))


def test_distortions_need_images(data):
    rows = [(images.reshape(len(images), -1), labels) for images, labels in data]
    with pytest.raises(InputError, match=r"\(n, height, width\)"):
        trained(rows, replace(SETTINGS, distortion=Distortion(translation=1)))


@pytest.mark.parametrize("workers", [1, 2])
def test_distorted_images_are_learned_from(data, workers):
    settings = replace(SETTINGS, workers=workers, distortion=Distortion(translation=0.5), epochs=8)
    _, history = trained(data, settings)
    assert history.last["validation_accuracy"] > 0.9
