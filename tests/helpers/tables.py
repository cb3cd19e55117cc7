"""Small tables of numbers to classify, for the tests of the classifier."""

import warnings

from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning

from tendigits.estimator.classifier import DigitClassifier


def iris():
    """Three kinds of iris, standardised: X (150, 4), y (150,)."""
    X, y = load_iris(return_X_y=True)
    return (X - X.mean(axis=0)) / X.std(axis=0), y


def two_digits(n=200):
    """Zeros and ones of 8×8 pixels, 0 to 1: X (n, 64), y (n,)."""
    X, y = load_digits(n_class=2, return_X_y=True)
    return X[:n] / 16, y[:n]


def classifier(**parameters):
    """A small classifier that gives the same each time."""
    return DigitClassifier(**{"hidden_layer_sizes": 8, "random_state": 0, "learning_rate_init": 0.01, **parameters})


def fitted(model, *arguments, **options):
    """`model`, fitted without a word about max_iter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(*arguments, **options)


def params(model):
    return model.network_.params
