"""Calibration: what is said with 90 % should be right nine times in ten."""

import numpy as np
import pytest

from tendigits.analysis import plots
from tendigits.analysis.calibration import calibration
from tendigits.analysis.evaluate import Evaluation


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
