"""DigitClassifier before scikit-learn's own judges, and beside its own network."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from tendigits import DigitClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([DigitClassifier(learning_rate_init=0.01, max_iter=40)])  # quicker than by default
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([DigitClassifier(), DigitClassifier((20, 10), solver="sgd")])
def test_scikit_learns_own_checks_of_longer_training(estimator, check):
    check(estimator)


@pytest.mark.slow
def test_it_reads_digits_as_well_as_mlp_classifier():
    X, y = load_digits(return_X_y=True)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    same = {"hidden_layer_sizes": 32, "learning_rate_init": 0.01, "max_iter": 60}
    ours, theirs = (
        np.array([cross_val_score(kind(**same, random_state=seed), X / 16, y, cv=folds) for seed in range(3)])
        for kind in (DigitClassifier, MLPClassifier)
    )
    assert (ours - theirs).mean() == pytest.approx(0, abs=0.005)  # its standard error is 0.0014
    assert ours.mean() > 0.96
