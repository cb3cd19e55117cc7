"""The course of a fit: the penalty, the learning rates, the plateau, and the same steps as scikit-learn's."""

from math import inf, nan

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier
from tables import classifier, fitted, iris, params, two_digits

from tendigits import Network
from tendigits.estimator.classifier import DigitClassifier
from tendigits.estimator.rules import layers, rules_of, settings
from tendigits.nn.layers import Dropout, Linear, ReLU


def rules(**changes):
    return rules_of(DigitClassifier(**changes).get_params())


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("hidden_layer_sizes", [0, -1, (8, 0), 2.5, "many", (8, None)]),
        ("solver", ["lbfgs", None]),
        ("alpha", [-1, nan, "a"]),
        ("batch_size", [0, -5, 1.5, "all"]),
        ("learning_rate", ["fast"]),
        ("learning_rate_init", [0, -1, nan]),
        ("power_t", [-1]),
        ("max_iter", [0, 1.5]),
        ("tol", [-1, None]),
        ("momentum", [-0.1, 1]),
        ("validation_fraction", [0, 1, -0.1]),
        ("n_iter_no_change", [0, -1]),
        ("dropout", [-0.1, 1]),
    ],
)
def test_bad_parameters_are_named(name, values):
    for value in values:
        with pytest.raises(ValueError, match=f"{name}.* must be "):
            DigitClassifier(**{name: value}).fit(*iris())


def test_the_layers_that_the_rules_name():
    kinds = [type(layer) for layer in layers(rules(hidden_layer_sizes=(5, np.int64(3)), dropout=0.1), 4, 2)]
    assert kinds == [Linear, ReLU, Dropout, Linear, ReLU, Dropout, Linear]
    assert [layer.spec for layer in layers(rules(hidden_layer_sizes=()), 4, 2)] == [["Linear", 4, 2]]


def test_batches_are_clipped_to_the_data():
    assert settings(rules(), 50).batch_size == 50
    assert settings(rules(), 500).batch_size == 200
    with pytest.warns(UserWarning, match="batch_size=64 is larger than the data: it is clipped to 50"):
        assert settings(rules(batch_size=64), 50).batch_size == 50


def test_the_penalty_counts_in_the_loss():
    """α/2n Σ W², where n is what the batch counts: with a rate of nearly zero the weights stay as they are."""
    X, y = iris()
    weights = np.linspace(0.5, 2, len(y))
    frozen = {"solver": "sgd", "learning_rate_init": 1e-12, "batch_size": len(y), "max_iter": 1, "random_state": 0}
    plain = fitted(DigitClassifier(alpha=0, **frozen), X, y, sample_weight=weights)
    penalised = fitted(DigitClassifier(alpha=3.0, **frozen), X, y, sample_weight=weights)
    penalty = 3.0 / 2 / weights.sum() * sum((W**2).sum() for W in plain.coefs_)
    assert penalised.loss_ - plain.loss_ == pytest.approx(penalty, rel=1e-6)


def test_alpha_shrinks_the_weights_and_not_the_biases():
    X, y = two_digits(100)
    sizes = [np.abs(fitted(classifier(alpha=alpha, max_iter=100), X, y).coefs_[0]).sum() for alpha in (0, 1, 10)]
    assert sizes[0] > sizes[1] > sizes[2]


# learning rates


def test_inverse_scaling_goes_by_the_examples_seen():
    X, y = iris()
    model = classifier(solver="sgd", learning_rate="invscaling", power_t=0.25, max_iter=3, warm_start=True)
    rates = fitted(model, X, y).history_["learning_rate"]
    assert rates == pytest.approx([0.01, 0.01 / 151**0.25, 0.01 / 301**0.25])
    assert fitted(model, X, y).history_["learning_rate"][3:] == pytest.approx(
        [0.01, 0.01 / 601**0.25, 0.01 / 751**0.25]
    )
    assert model.t_ == 900


def test_an_adaptive_rate_falls_by_five_at_each_plateau_until_it_is_spent():
    X, y = iris()
    model = classifier(solver="sgd", learning_rate="adaptive", tol=0.5, n_iter_no_change=2, max_iter=1000)
    rates = np.array(model.fit(X, y).history_["learning_rate"])
    factors = rates[1:] / rates[:-1]
    assert set(factors.round(9)) == {1.0, 0.2}
    assert rates[-1] <= 1e-6 < rates[-4]


@pytest.mark.parametrize("learning_rate", ["invscaling", "adaptive"])
def test_adam_keeps_its_rate(learning_rate):
    model = classifier(learning_rate=learning_rate, tol=0.5, max_iter=100).fit(*iris())
    assert set(model.history_["learning_rate"]) == {0.01}


# when to stop


@pytest.mark.parametrize("patience", [2, 5, 20])
def test_it_stops_after_more_than_n_iter_no_change_epochs_without_progress(patience):
    model = classifier(solver="sgd", tol=0.01, n_iter_no_change=patience, max_iter=1000).fit(*two_digits(100))
    curve = np.array(model.loss_curve_)
    lowest = np.minimum.accumulate(curve)
    stale = curve[1:] > lowest[:-1] - 0.01
    assert stale[-patience - 1 :].all()
    assert not any(stale[i : i + patience + 1].all() for i in range(len(stale) - patience - 1))


def test_a_tolerance_ends_training_early_and_infinite_patience_never_does():
    X, y = iris()
    assert classifier(tol=0.5, max_iter=500).fit(X, y).n_iter_ < 50
    with pytest.warns(Warning, match="max_iter=30"):
        assert classifier(tol=1e9, n_iter_no_change=inf, max_iter=30).fit(X, y).n_iter_ == 30


# beside scikit-learn


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_from_the_same_weights_it_takes_the_steps_that_mlp_classifier_takes(solver):
    X, y = iris()
    same = {
        "hidden_layer_sizes": (7, 5), "solver": solver, "shuffle": False, "batch_size": 40, "alpha": 0.3,
        "learning_rate_init": 0.01, "momentum": 0.8, "random_state": 0,
    }  # fmt: skip
    theirs, ours = MLPClassifier(**same), DigitClassifier(**same)
    theirs.partial_fit(X, y, classes=[0, 1, 2])
    ours.partial_fit(X, y, classes=[0, 1, 2])
    params(ours)[...] = Network.from_sklearn(theirs).params
    if solver == "sgd":
        ours._state["vectors"]["velocity"][...] = flat(theirs._optimizer.velocities)
    else:
        ours._state["vectors"]["m"][...] = flat(theirs._optimizer.ms)
        ours._state["vectors"]["v"][...] = flat(theirs._optimizer.vs)
    for _ in range(5):
        theirs.partial_fit(X, y)
        ours.partial_fit(X, y)
    atol = 1e-10 if solver == "sgd" else 1e-4  # scikit-learn's Adam leaves ε uncorrected for the start
    np.testing.assert_allclose(params(ours), Network.from_sklearn(theirs).params, atol=atol)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=atol)


def flat(arrays):
    """scikit-learn's list, all weights and then all biases, in our order: each layer's weights and biases."""
    half = len(arrays) // 2
    return np.concatenate([part.ravel() for pair in zip(arrays[:half], arrays[half:], strict=True) for part in pair])
