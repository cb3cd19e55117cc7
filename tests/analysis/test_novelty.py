"""What is no digit is said to be none; what is one, rarely."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tendigits import Network, load_pretrained
from tendigits.analysis.novelty import is_unlike, measure, novelty_score
from tendigits.data.letters import LETTERS, pairs, scribbles
from tendigits.data.strokes import handwritten
from tendigits.images.mnist_format import to_mnist

FONTS = Path(matplotlib.get_data_path(), "fonts", "ttf")


def printed(letter, font):
    """A letter as a font draws it, in MNIST's format."""
    sheet = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(sheet).text((60, 40), letter, font=ImageFont.truetype(FONTS / f"{font}.ttf", 90), fill=0)
    return to_mnist(np.asarray(sheet))


def refused(images):
    return is_unlike(load_pretrained(), images).mean()


@pytest.mark.parametrize("font", ["DejaVuSans", "DejaVuSerif", "STIXGeneral", "cmss10"])
def test_letters_are_refused(font):
    assert refused(np.array([printed(letter, font) for letter in LETTERS])) >= 0.9


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
