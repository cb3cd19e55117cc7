"""Calibration: what is said with 90 % should be right nine times in ten."""

import numpy as np
import pytest

from tendigits import Network
from tendigits.analysis import plots
from tendigits.analysis.calibration import calibrate, calibration, temperature
from tendigits.analysis.evaluate import Evaluation
from tendigits.nn.layers import BatchNorm, Linear
from tendigits.nn.loss import softmax


def answers(sure, right):
    """Answers of two classes, the first of which each is given with a probability of `sure`."""
    sure = np.asarray(sure, float)
    return Evaluation(np.stack([sure, 1 - sure], axis=1), np.where(right, 0, 1), np.arange(2))


def test_nine_in_ten_of_90_percent_is_no_error_and_all_is_ten_percent():
    assert calibration(answers([0.9] * 10, [True] * 9 + [False])).error == pytest.approx(0)
    assert calibration(answers([0.9] * 10, [True] * 10)).error == pytest.approx(0.1)


def test_each_bin_counts_by_its_answers():
    both = answers([0.6] * 3 + [0.9], [True] * 3 + [False])
    assert calibration(both).error == pytest.approx((3 * 0.4 + 1 * 0.9) / 4)
    assert calibration(both, bins=1).error == pytest.approx(abs(np.mean([0.6] * 3 + [0.9]) - 0.75))


def test_a_bin_holds_its_upper_end():
    found = calibration(answers([0.6, 0.8, 0.81, 1.0], [True] * 4), bins=5)
    assert found.counts.tolist() == [0, 0, 1, 1, 2]
    np.testing.assert_allclose(found.confidence, [0, 0, 0.6, 0.8, 0.905])
    assert found.accuracy.tolist() == [0, 0, 1, 1, 1]


def test_probabilities_that_are_right_as_often_as_they_say_have_little_error():
    rng = np.random.default_rng(0)
    sure = rng.uniform(0.5, 1, 100_000)
    assert calibration(answers(sure, rng.random(100_000) < sure)).error < 0.01


def test_the_diagram_shows_bins_that_hold_something():
    figure = plots.reliability(calibration(answers([0.6, 0.91, 0.92], [True, True, False])))
    assert len(figure.axes[0].lines[1].get_xdata()) == 2
    assert "calibration error" in figure.axes[0].get_title()


def answered(n, T, rng):
    """Logits, and labels that are drawn from softmax(logits / T)."""
    logits = 3 * rng.normal(size=(n, 10))
    return logits, (logits / T + rng.gumbel(size=logits.shape)).argmax(axis=1)


@pytest.mark.parametrize("T", [0.5, 1.0, 2.5])
def test_the_temperature_is_that_by_which_labels_were_drawn(T):
    logits, labels = answered(20_000, T, np.random.default_rng(0))
    assert temperature(logits, labels) == pytest.approx(T, rel=0.05)


@pytest.mark.parametrize("T", [0.5, 3.0])
def test_with_it_confidence_is_accuracy_in_the_mean(T):
    logits, labels = answered(500, T, np.random.default_rng(1))
    probabilities = softmax(logits / temperature(logits, labels))
    right = probabilities.argmax(axis=1) == labels
    assert probabilities.max(axis=1).mean() == pytest.approx(right.mean(), abs=1e-4)


def test_where_all_is_right_the_temperature_stays_within_bounds():
    assert temperature(np.eye(10), np.arange(10)) == pytest.approx(0.1, rel=1e-4)


@pytest.mark.parametrize("members", [1, 3])
def test_a_calibrated_network_answers_the_same_and_less_sure_or_surer(members):
    rng = np.random.default_rng(2)
    networks = [Network([784, 16, 10], seed=seed) for seed in range(members)]
    network = networks[0] if members == 1 else Network.ensemble(networks)
    images = rng.integers(256, size=(1000, 784), dtype=np.uint8)
    before = network.logits(images)
    labels = np.where(rng.random(1000) < 0.5, before.argmax(axis=1), rng.integers(10, size=1000))
    T = calibrate(network, images, labels)
    assert abs(T - 1) > 0.01
    np.testing.assert_allclose(network.logits(images), before / T, rtol=1e-4, atol=1e-5)
    assert calibrate(network, images, labels) == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize(
    ("layers", "n"),
    [([784, 16, 10], 999), ([Linear(784, 10), BatchNorm(10)], 1000)],
    ids=["few images", "a last layer that is not linear"],
)
def test_what_cannot_be_calibrated_stays_as_it_is(layers, n):
    network = Network(layers)
    before = network.params.copy()
    assert calibrate(network, np.zeros((n, 784), np.uint8), np.zeros(n, int)) is None
    np.testing.assert_array_equal(network.params, before)
