"""What is no digit is said to be none; what is one, rarely."""

import numpy as np
import pytest
from handwriting import DIGITS, NOT_DIGITS, drawn, scribble
from paper import written
from PIL import Image, ImageDraw

from tendigits import Network, load_pretrained
from tendigits.analysis.novelty import is_unlike, measure, novelty_score
from tendigits.data.letters import LETTERS
from tendigits.data.strokes import CRISP, handwritten
from tendigits.experiments.detector import FONTS, printed_text
from tendigits.images.mnist_format import to_mnist

often = pytest.mark.parametrize("times", [4, pytest.param(10, marks=pytest.mark.slow)])


def refused(images):
    return is_unlike(load_pretrained(), images).mean()


@pytest.mark.parametrize(
    "font", ["DejaVuSerif", *(pytest.param(font, marks=pytest.mark.slow) for font in ("STIXGeneral", "cmss10"))]
)
def test_letters_are_refused(font):
    assert font not in FONTS  # which it was trained on
    assert refused(np.array([printed_text(letter, font) for letter in LETTERS])) >= 0.8


def pictures(shapes, seed=0):
    """Shapes drawn with a plain pen, by another generator than the one that the detector has learned from."""
    rng = np.random.default_rng(seed)
    return np.array([to_mnist(with_a_pen(drawn(shape, rng), rng.integers(6, 18))) for shape in shapes])


def with_a_pen(strokes, width):
    image = Image.new("L", (168, 168), 255)
    for stroke in strokes:
        ImageDraw.Draw(image).line([tuple(168 * point) for point in stroke], fill=0, width=int(width), joint="curve")
    return np.asarray(image)


@often
def test_written_letters_are_refused(times):
    assert refused(pictures([NOT_DIGITS[name] for name in NOT_DIGITS if len(name) == 1] * times)) >= 0.95


@often
def test_doodles_are_refused(times):
    doodles = [NOT_DIGITS[name] for name in NOT_DIGITS if len(name) > 1]
    assert refused(pictures(doodles * times)) >= 0.85  # 0.95 would be better


@often
def test_scribbles_are_refused_mostly(times):
    rng = np.random.default_rng(7)
    assert refused(pictures([scribble(rng) for _ in range(15 * times)])) >= 0.7  # 0.95 would be better


def test_several_digits_are_refused():
    numbers = ["12", "47", "90", "35", "68", "70", "203", "594"]
    assert refused(np.array([to_mnist(written([number])) for number in numbers])) >= 0.8


@often
def test_digits_of_a_plain_pen_are_not(times):
    assert refused(pictures([variant for variants in DIGITS.values() for variant in variants] * (times // 2))) <= 0.02


def test_digits_are_not(digits):
    assert refused(digits.test_images) <= 0.015
    assert refused(handwritten(200, np.random.default_rng(7))[0]) <= 0.02
    assert refused(handwritten(200, np.random.default_rng(7), CRISP)[0]) <= 0.02


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
