"""Answers are numbers, and the same whichever way one asks."""

import numpy as np
import pytest

from tendigits import DigitClassifier, InputError, Network


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("method", ["logits", "predict", "predict_proba"])
def test_an_answer_that_overflows_is_an_error(method):
    network = Network([4, 8, 3])
    network.params[...] = 1e30
    with pytest.raises(InputError, match="parameters are too large"):
        getattr(network, method)(np.ones((2, 4)))


def test_a_class_is_named_by_its_probability():
    """Two logits that only float64 tells apart."""
    network = Network([2, 2])
    network.params[...] = 0
    W = network.weights[0]
    W[...] = [[1, 1], [1e8, 1e8]]
    network.layers[0].b[...] = [0, 0.5]
    x = np.array([[0.5, 1.0]])
    assert network.predict_proba(x).argmax() == 1
    assert network.predict(x)[0] == 1


@pytest.mark.filterwarnings("ignore:Not converged")
def test_predict_agrees_with_predict_proba():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((300, 5)).astype(np.float32), rng.integers(0, 4, 300)
    classifier = DigitClassifier((4,), max_iter=1, random_state=0, tol=1).fit(X, y)
    classifier.network_.weights[-1][...] *= 1e-7  # nothing but ties
    p = classifier.predict_proba(X)
    np.testing.assert_array_equal(classifier.predict(X), classifier.classes_[p.argmax(axis=1)])
    np.testing.assert_array_equal(classifier.network_.predict(X), classifier.classes_[p.argmax(axis=1)])


@pytest.mark.parametrize("layers", [[True, 3], [3, True], [3, "4"], [3, 4.0], [3], [], [3, None], [3, -1]])
def test_sizes_that_are_none(layers):
    with pytest.raises(InputError, match="positive integers, or layers"):
        Network(layers)


def test_sizes_and_layers_do_not_mix():
    from tendigits.nn.layers import Linear

    with pytest.raises(InputError, match="positive integers, or layers"):
        Network([Linear(4, 3), 2])


def test_an_ensemble_is_not_trained_as_a_whole():
    ensemble = Network.ensemble([Network([4, 2]), Network([4, 2])])
    for refused in (lambda: ensemble.shapes, lambda: ensemble.backward([], np.zeros(1)), lambda: ensemble.layers):
        with pytest.raises(InputError, match="look at its members"):
            refused()


def test_weights_next_to_nothing_are_refused():
    y = np.arange(40) % 2
    with pytest.raises(InputError, match="Weights must be at least"):
        DigitClassifier((4,), max_iter=2).fit(np.zeros((40, 3)), y, sample_weight=np.full(40, 5e-324))
