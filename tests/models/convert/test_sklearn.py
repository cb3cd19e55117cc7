"""scikit-learn's MLPClassifier: the network read from it predicts the same."""

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris
from sklearn.neural_network import MLPClassifier, MLPRegressor

from tendigits import DigitClassifier, InputError, Network

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize("hidden", [(), (6,), (6, 4)])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_mlp_classifier(hidden, n_classes, dtype):
    features, y = load_iris(return_X_y=True)
    features, y = features[y < n_classes].astype(dtype), np.array(["x", "y", "z"])[y[y < n_classes]]
    mlp = MLPClassifier(hidden, max_iter=20, random_state=0).fit(features, y)
    ours = Network.from_sklearn(mlp)
    assert ours.dtype == dtype
    np.testing.assert_allclose(ours.predict_proba(features), mlp.predict_proba(features), atol=1e-6)
    np.testing.assert_array_equal(ours.predict(features), mlp.predict(features))


@pytest.mark.parametrize("activation", ["tanh", "logistic", "identity"])
def test_other_activations(activation):
    features, y = load_iris(return_X_y=True)
    mlp = MLPClassifier((6, 4), activation, max_iter=20, random_state=0).fit(features, y)
    np.testing.assert_allclose(
        Network.from_sklearn(mlp).predict_proba(features), mlp.predict_proba(features), atol=1e-12
    )


def test_a_classifier_with_convolutions_is_refused():
    X, y = load_digits(return_X_y=True)
    classifier = DigitClassifier((4,), conv="2x3", max_iter=1).partial_fit(X[:50] / 16, y[:50], classes=range(10))
    with pytest.raises(InputError, match="take its network_"):
        Network.from_sklearn(classifier)


def test_other_models_are_refused():
    features, y = load_iris(return_X_y=True)
    several = np.column_stack([y == 0, y == 1])
    for model, message in [
        (MLPClassifier(), "fitted MLPClassifier is needed"),
        (MLPRegressor(max_iter=2).fit(features, y), "fitted MLPClassifier is needed"),
        ("mlp", "fitted MLPClassifier is needed"),
        (MLPClassifier(max_iter=2).fit(features, several), "several labels"),
    ]:
        with pytest.raises(InputError, match=message):
            Network.from_sklearn(model)
