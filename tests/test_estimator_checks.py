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
@parametrize_with_checks([DigitClassifier(), DigitClassifier((20, 10), solver="sgd")])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def test_it_reads_digits_as_well_as_mlp_classifier():
    X, y = load_digits(return_X_y=True)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    same = {"hidden_layer_sizes": 32, "learning_rate_init": 0.01, "max_iter": 60, "random_state": 0}
    ours, theirs = (cross_val_score(kind(**same), X / 16, y, cv=folds) for kind in (DigitClassifier, MLPClassifier))
    noise = np.hypot(ours.std(), theirs.std())
    assert ours.mean() == pytest.approx(theirs.mean(), abs=max(2 * noise, 0.005))
    assert ours.mean() > 0.96
