"""A fitted classifier: probabilities, logits, labels, and what it tells of its training."""

import numpy as np
import pytest
from sklearn.exceptions import DataConversionWarning, NotFittedError
from tables import classifier, fitted, iris, params, two_digits

from tendigits.analysis.evaluate import accuracy_interval


@pytest.fixture(scope="module")
def three():
    X, y = iris()
    return fitted(classifier(max_iter=20), X, y), X, y


@pytest.fixture(scope="module")
def two():
    X, y = two_digits()
    return fitted(classifier(max_iter=5), X, np.array(["nought", "one"])[y]), X


def test_probabilities_of_three_classes(three):
    model, X, _ = three
    p = model.predict_proba(X)
    assert p.shape == (150, 3)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    np.testing.assert_array_equal(model.predict(X), model.classes_[p.argmax(axis=1)])
    np.testing.assert_allclose(model.predict_log_proba(X), np.log(p))
    logits = model.decision_function(X)
    assert logits.shape == (150, 3)
    np.testing.assert_allclose(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), p)


def test_two_classes_have_two_probabilities_and_one_decision(two):
    model, X = two
    p, log_odds = model.predict_proba(X), model.decision_function(X)
    assert p.shape == (200, 2)
    assert log_odds.shape == (200,)
    np.testing.assert_allclose(log_odds, np.log(p[:, 1] / p[:, 0]), rtol=1e-6)
    np.testing.assert_array_equal(model.predict(X), np.where(log_odds > 0, "one", "nought"))


def test_logarithms_stay_finite_where_probabilities_vanish(three):
    model, X, _ = three
    far = 1e5 * X
    assert (model.predict_proba(far) == 0).any()
    assert np.isfinite(model.predict_log_proba(far)).all()


@pytest.mark.parametrize(("given", "kept"), [(np.float32, np.float32), (np.float64, np.float64), (int, np.float64)])
def test_float32_stays_and_all_else_is_float64(given, kept):
    X, y = iris()
    model = fitted(classifier(max_iter=2), (10 * X).astype(given), y)
    answers = [model.predict_proba, model.predict_log_proba, model.decision_function]
    assert {answer(X).dtype for answer in answers} == {np.dtype(kept)}
    assert {part.dtype for part in model.coefs_ + model.intercepts_} == {np.dtype(kept)}


def test_float32_and_float64_learn_the_same():
    X, y = iris()
    single, double = (fitted(classifier(max_iter=20), X.astype(kind), y) for kind in (np.float32, np.float64))
    np.testing.assert_allclose(single.predict_proba(X.astype(np.float32)), double.predict_proba(X), atol=1e-3)


def test_coefficients_are_views_of_the_network(three):
    model, X, _ = three
    assert [W.shape for W in model.coefs_] == [(4, 8), (8, 3)]
    assert [b.shape for b in model.intercepts_] == [(8,), (3,)]
    assert all(np.shares_memory(part, params(model)) for part in model.coefs_ + model.intercepts_)
    hidden = np.maximum(X @ model.coefs_[0] + model.intercepts_[0], 0)
    np.testing.assert_allclose(hidden @ model.coefs_[1] + model.intercepts_[1], model.decision_function(X))


def test_each_matrix_has_its_biases_also_of_a_convolution():
    X, y = two_digits()
    model = classifier(conv="2x3 pool").partial_fit(X, y, classes=[0, 1])
    assert [b.shape for b in model.intercepts_] == [(W.shape[1],) for W in model.coefs_] == [(2,), (8,), (2,)]


def test_without_validation_the_loss_is_all_there_is(three):
    model, _, _ = three
    assert len(model.loss_curve_) == model.n_iter_ == 20
    assert model.loss_ == model.loss_curve_[-1]
    assert model.best_loss_ == min(model.loss_curve_)
    assert model.validation_scores_ is model.validation_loss_curve_ is model.best_validation_score_ is None


def test_the_interval_of_the_score(three):
    model, X, y = three
    low, high = model.score_interval(X, y)
    assert (low, high) == accuracy_interval(round(150 * model.score(X, y)), 150)
    assert low < model.score(X, y) < high


def test_the_interval_of_the_score_checks_the_labels(three):
    model, X, y = three
    with pytest.warns(DataConversionWarning):
        assert model.score_interval(X, y[:, None]) == model.score_interval(X, y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.score_interval(X, y[:1])


def test_nothing_can_be_asked_before_fit():
    X, _ = iris()
    model = classifier()
    for ask in (model.predict, model.predict_proba, model.predict_log_proba, model.decision_function):
        with pytest.raises(NotFittedError):
            ask(X)
    for name in ("coefs_", "intercepts_", "loss_curve_", "best_loss_", "validation_scores_"):
        assert not hasattr(model, name)
