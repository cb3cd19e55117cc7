"""What is no digit is said to be none; what is one, rarely."""

import numpy as np
import pytest

from tendigits import Network, load_pretrained
from tendigits.analysis.novelty import is_unlike, measure, novelty_score
from tendigits.data.letters import LETTERS, pairs, scribbles
from tendigits.data.strokes import handwritten
from tendigits.experiments.detector import FONTS, printed_letter


def refused(images):
    return is_unlike(load_pretrained(), images).mean()


@pytest.mark.parametrize("font", ["DejaVuSerif", "STIXGeneral", "cmss10"])
def test_letters_are_refused(font):
    assert font not in FONTS  # which it was trained on
    assert refused(np.array([printed_letter(letter, font) for letter in LETTERS])) >= 0.8


def test_scribbles_and_several_digits_are_refused():
    assert refused(scribbles(100, np.random.default_rng(7))) >= 0.95
    assert refused(pairs(100, np.random.default_rng(7))) >= 0.95


def test_digits_are_not(digits):
    assert refused(digits.test_images) <= 0.015
    assert refused(handwritten(400, np.random.default_rng(7))[0]) <= 0.02


def test_mnists_digits_are_not(real_mnist):
    assert refused(real_mnist.test_images) <= 0.01


def test_a_network_that_was_not_measured_does_not_know():
    assert is_unlike(Network([784, 10]), np.zeros((1, 28, 28), np.uint8)) is None


def test_only_networks_that_know_digits_are_measured(digits):
    measured = measure(np.arange(10), digits.test_images)
    assert measured["threshold"] >= np.quantile(novelty_score(digits.test_images), 0.95)
    assert measure(np.array(["shirt", "shoe"]), digits.test_images) is None
    assert measure(np.arange(10, 20), digits.test_images) is None
    assert measure(np.arange(10), digits.test_images[:, :8, :8]) is None


def test_what_was_measured_is_kept_in_the_model_file(digits, tmp_path):
    network = Network([784, 10])
    network.novelty = measure(np.arange(10), digits.test_images)
    network.save(tmp_path / "model.npz")
    assert Network.load(tmp_path / "model.npz").novelty["threshold"] == network.novelty["threshold"]
