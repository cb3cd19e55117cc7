"""Evaluation: intervals, confusion, classes, mistakes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tendigits import Evaluation
from tendigits.analysis.evaluate import accuracy_interval


@pytest.fixture
def evaluation():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.4, 0.6], [0.95, 0.05]])
    return Evaluation(probabilities, labels=np.array([0, 1, 1, 0, 1]), classes=np.array([3, 7]))


def test_accuracy_confusion_and_mistakes(evaluation):
    assert evaluation.accuracy == 0.4
    np.testing.assert_array_equal(evaluation.confusion, [[1, 1], [2, 1]])
    np.testing.assert_array_equal(evaluation.mistakes, [4, 2, 3])


def test_per_class(evaluation):
    three, seven = evaluation.per_class()
    assert three == {
        "class": 3,
        "precision": pytest.approx(1 / 3),
        "recall": 0.5,
        "f1": pytest.approx(0.4),
        "images": 2,
    }
    assert seven["recall"] == pytest.approx(1 / 3)


def test_wilsons_interval():
    # Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I: 81 of 263
    assert accuracy_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@given(st.integers(1, 10_000), st.data())
def test_the_interval_contains_the_accuracy_and_stays_within_0_and_1(n, data):
    correct = data.draw(st.integers(0, n))
    low, high = accuracy_interval(correct, n)
    assert 0 <= low <= correct / n <= high <= 1
    assert low < high


def test_it_is_shown_by_its_accuracy(evaluation):
    assert repr(evaluation) == "Evaluation(40.00% of 5 images)"


def test_small_integers_as_labels_do_not_overflow():
    from tendigits.analysis.evaluate import Evaluation

    labels = np.arange(20, dtype=np.uint8)
    confusion = Evaluation(np.eye(20), labels, np.arange(20)).confusion
    np.testing.assert_array_equal(confusion, np.eye(20))
