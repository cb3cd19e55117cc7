"""When training stops early, and which epoch's parameters it keeps."""

import numpy as np
import pytest

from tendigits.training.early_stopping import EarlyStopping, validation_accuracy


def stopping(**options):
    """One that watches the loss, and breaks ties by the error."""
    params = np.zeros(1)
    return EarlyStopping(params, lambda record: (record["loss"], record["error"]), **options), params


def test_an_improvement_must_be_as_large_as_tol_to_count_but_any_is_kept():
    early, params = stopping(patience=1, tol=0.1)
    for loss, stale, best in [(1.0, 0, 1.0), (0.95, 1, 0.95), (0.8, 0, 0.8), (0.9, 1, 0.8), (0.75, 2, 0.75)]:
        params[0] = loss
        early.watch({"loss": loss, "error": 0.0})
        assert (early.stale, early.best_params[0]) == (stale, best)
    assert early.is_over


@pytest.mark.parametrize(("error", "stale"), [(0.1, 0), (0.2, 0), (0.3, 1)])
def test_an_improvement_by_exactly_tol_counts_unless_the_tie_breaker_is_worse(error, stale):
    early, _ = stopping(patience=1, tol=0.25)
    for record in {"loss": 1.0, "error": 0.2}, {"loss": 0.75, "error": error}:
        early.watch(record)
    assert early.stale == stale


def test_of_two_equal_epochs_the_first_is_kept():
    early, params = stopping(patience=3)
    for params[0] in (1, 2):
        early.watch({"loss": 1.0, "error": 0.0})
    assert (early.best_params[0], early.stale) == (1, 1)


def test_without_tol_the_least_improvement_counts():
    early, _ = stopping(patience=3)
    for loss in (1.0, 0.99):
        early.watch({"loss": loss, "error": 0.0})
    assert early.stale == 0


@pytest.mark.parametrize("patience", [0, 1])
def test_nothing_is_over_before_it_has_begun(patience):
    early, _ = stopping(patience=patience)
    assert (early.stale, early.is_over) == (0, False)


def test_it_is_shown_by_its_lowest_figure():
    early, _ = stopping(patience=2)
    early.watch({"loss": 0.5, "error": 0.25})
    assert repr(early) == "EarlyStopping(lowest=0.5, stale=0, patience=2)"


def test_a_higher_validation_accuracy_is_better_and_then_a_lower_loss():
    from_best_to_worst = [(0.9, 0.1), (0.9, 0.2), (0.8, 0.05)]
    names = "validation_accuracy", "validation_loss"
    figures = [validation_accuracy(dict(zip(names, values, strict=True))) for values in from_best_to_worst]
    assert figures == sorted(figures)
