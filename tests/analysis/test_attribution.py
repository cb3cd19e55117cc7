"""Explanations: the parts sum to the whole, and they are what a pixel's absence says they are."""

import numpy as np
import pytest

from tendigits import InputError, Network
from tendigits.analysis.attribution import contributions
from tendigits.models.builder import architecture
from tendigits.nn.layers import BatchNorm, Dropout, Layer, Linear, ReLU


def network_with_biases(layers):
    network = Network(layers, seed=0, dtype=np.float64)
    network.params += np.random.default_rng(1).normal(0, 0.05, network.params.size)
    return network


@pytest.mark.parametrize("sizes", [[784, 10], [784, 32, 10], [784, 40, 30, 20, 10]])
def test_contributions_and_constant_sum_to_the_logit_difference(sizes, digits):
    network = network_with_biases(sizes)
    for image in digits.test_images[:20]:
        logits = network.logits(image[np.newaxis])[0]
        for this, that in (3, 8), (9, 0), (5, 5):
            parts, constant = contributions(network, image, this, that)
            assert parts.shape == (28, 28)
            assert parts.sum() + constant == pytest.approx(logits[this] - logits[that], abs=1e-10)


def test_a_pixel_without_ink_contributes_nothing(digits):
    image = digits.test_images[0]
    parts, _ = contributions(network_with_biases([784, 16, 10]), image, 1, 2)
    assert not parts[image == 0].any()


def test_a_small_change_of_a_pixel_moves_the_difference_by_its_share():
    network, x = network_with_biases([6, 12, 9, 3]), np.linspace(0.1, 1, 6)
    parts, _ = contributions(network, x, 0, 2)
    for i in range(6):
        shrunk = x.copy()
        shrunk[i] *= 1 - 1e-6
        before, after = (logits[0] - logits[2] for logits in network.logits(np.stack([x, shrunk])))
        assert (before - after) / 1e-6 == pytest.approx(parts[i], abs=1e-6)


def test_dropout_says_nothing_outside_training(digits):
    network = network_with_biases([Linear(784, 16), ReLU(), Dropout(0.5), Linear(16, 10)])
    parts, constant = contributions(network, digits.test_images[0], 4, 9)
    logits = network.logits(digits.test_images[:1])[0]
    assert parts.sum() + constant == pytest.approx(logits[4] - logits[9])


def test_the_networks_dtype_is_kept(digits):
    assert contributions(Network([784, 10]), digits.test_images[0], 0, 1)[0].dtype == np.float32


@pytest.mark.parametrize(
    ("image", "pair", "words"),
    [
        (np.zeros((5, 5)), (0, 1), "do not fit"),
        (np.zeros(784, int), (0, 1), "not int"),
        (np.zeros((28, 28)), (0, 10), "0 to 9"),
        (np.zeros((28, 28)), (-1, 0), "0 to 9"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(image, pair, words):
    with pytest.raises(InputError, match=words):
        contributions(Network([784, 10]), image, *pair)


def test_a_convolutional_network_s_contributions_sum_too(digits):
    network = network_with_biases(architecture((28, 28), 10, conv="6x5 pool 8x3 pool", hidden=(16,)))
    for image in digits.test_images[:10]:
        logits = network.logits(image[np.newaxis])[0]
        parts, constant = contributions(network, image, 3, 8)
        assert parts.sum() + constant == pytest.approx(logits[3] - logits[8], abs=1e-10)
        assert not parts[image == 0].any()


def test_batch_normalisation_counts_as_it_predicts(digits):
    network = Network([Linear(784, 12), BatchNorm(12), ReLU(), Linear(12, 10)], seed=0, dtype=np.float64)
    norm, rng = network.layers[1], np.random.default_rng(2)
    for values in norm.gamma, norm.beta, norm.mean, norm.var:
        values[...] = rng.uniform(0.5, 1.5, values.shape)
    logits = network.logits(digits.test_images[:1])[0]
    parts, constant = contributions(network, digits.test_images[0], 4, 9)
    assert parts.sum() + constant == pytest.approx(logits[4] - logits[9], abs=1e-10)


class Curved(Layer):
    pass


def test_layers_whose_contributions_are_not_known_are_named():
    with pytest.raises(InputError, match=r"not with .*Curved"):
        contributions(Network([Linear(36, 3), Curved(), Linear(3, 3)]), np.zeros(36), 0, 1)
