"""DigitClassifier, where scikit-learn's users would put MLPClassifier; and what they promise of that, kept here too."""

import pickle

import numpy as np
import pytest
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tables import classifier, fitted, iris, params, two_digits

from tendigits import Diverged
from tendigits._util import progress
from tendigits.training.run import Run

# labels and features of any kind


@pytest.mark.parametrize(
    "names", [["a", "b", "c"], [-7, 0, 12], [2.0, 3.0, 4.0], np.array(["x", "yy", "z"], dtype=object)]
)
def test_labels_of_any_kind(names):
    X, y = iris()
    names = np.asarray(names)
    model = fitted(classifier(max_iter=30, early_stopping=True), X, names[y])
    np.testing.assert_array_equal(model.classes_, names)
    assert model.score(X, names[y]) > 0.8
    assert model.predict(X).dtype == names.dtype


def test_pandas_keeps_its_feature_names():
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    X, y = iris()
    table = pd.DataFrame(X, columns=list("abcd"))
    model = classifier(max_iter=100, tol=1e-2, early_stopping=True).fit(table, pd.Series(y))
    assert list(model.feature_names_in_) == list("abcd")
    model.predict(table)
    with pytest.warns(UserWarning, match="feature names"):
        model.predict(X)
    pipeline = make_pipeline(StandardScaler(), classifier(max_iter=100, tol=1e-2)).set_output(transform="pandas")
    assert list(pipeline.fit(table, y)[-1].feature_names_in_) == list("abcd")


def test_bad_targets_are_named():
    X, y = iris()
    with pytest.raises(ValueError, match="Unknown label type"):
        classifier().fit(X, y + 0.5)
    with pytest.raises(ValueError, match="1d array"):
        classifier().fit(X, np.column_stack([y, y]))
    with pytest.warns(DataConversionWarning):
        fitted(classifier(max_iter=1), X, y[:, None])


def test_huge_features_diverge_with_a_sentence():
    X, y = iris()
    with pytest.raises(Diverged, match="diverged in epoch 1"):
        classifier(solver="sgd", learning_rate_init=1e9).fit(1e300 * X, y)


# chance


def test_the_same_random_state_gives_the_same_bits():
    X, y = iris()
    first, same, other = (fitted(classifier(max_iter=3, random_state=seed), X, y) for seed in (1, 1, 2))
    np.testing.assert_array_equal(params(first), params(same))
    assert (params(first) != params(other)).any()


def test_random_state_may_be_a_generator_or_numpys_own():
    X, y = iris()
    both = [fitted(classifier(max_iter=2, random_state=np.random.RandomState(5)), X, y) for _ in range(2)]
    np.testing.assert_array_equal(*map(params, both))
    state = np.random.get_state()  # noqa: NPY002 - what random_state=None stands for
    both = []
    for _ in range(2):
        np.random.set_state(state)  # noqa: NPY002
        both.append(fitted(classifier(max_iter=2, random_state=None), X, y))
    np.testing.assert_array_equal(*map(params, both))


def test_shuffling_decides_the_batches():
    X, y = iris()
    shuffled, again, ordered = (
        fitted(classifier(max_iter=2, batch_size=10, shuffle=shuffle), X, y) for shuffle in (True, True, False)
    )
    np.testing.assert_array_equal(params(shuffled), params(again))
    assert (params(shuffled) != params(ordered)).any()


def test_dropout_changes_training_and_not_prediction():
    X, y = iris()
    plain, dropped = (fitted(classifier(max_iter=100, dropout=rate), X, y) for rate in (0.0, 0.3))
    assert (params(plain) != params(dropped)).any()
    np.testing.assert_array_equal(dropped.predict_proba(X), dropped.predict_proba(X))
    assert dropped.score(X, y) > 0.9


# going on: partial_fit and warm_start


@pytest.mark.parametrize("parameters", [{}, {"solver": "sgd", "learning_rate": "invscaling"}, {"dropout": 0.2}])
def test_epochs_of_partial_fit_are_the_epochs_of_fit(parameters):
    X, y = iris()
    whole = fitted(classifier(max_iter=12, batch_size=40, **parameters), X, y)
    parts = classifier(batch_size=40, **parameters)
    for _ in range(12):
        parts.partial_fit(X, y, classes=[0, 1, 2])
    np.testing.assert_array_equal(params(whole), params(parts))
    assert whole.loss_curve_ == parts.loss_curve_
    assert (whole.t_, parts.t_, parts.n_iter_) == (1800, 1800, 1)


def test_partial_fit_goes_on_after_a_pickle_with_the_same_bits():
    X, y = iris()
    model = classifier(batch_size=40).partial_fit(X, y, classes=[0, 1, 2])
    copy = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(params(model.partial_fit(X, y)), params(copy.partial_fit(X, y)))


def test_partial_fit_needs_all_classes_once():
    X, y = iris()
    with pytest.raises(ValueError, match="needs classes"):
        classifier().partial_fit(X, y)
    model = classifier().partial_fit(X[:10], y[:10], classes=[2, 1, 0])
    assert model.predict_proba(X).shape == (150, 3)
    model.partial_fit(X, y)
    with pytest.raises(ValueError, match="not among the 3 classes: 5"):
        model.partial_fit(X, np.where(y == 2, 5, y))
    with pytest.raises(ValueError, match="in the first call"):
        model.partial_fit(X, y, classes=[0, 1])


def test_partial_fit_goes_on_after_whatever_ended_the_last_call():
    X, y = iris()

    def interrupt(*_):
        raise KeyboardInterrupt

    model = classifier(callbacks=[interrupt])
    with pytest.raises(KeyboardInterrupt):
        model.partial_fit(X, y, classes=[0, 1, 2])
    model.set_params(callbacks=None, solver="sgd").partial_fit(X, y)
    assert (len(model.loss_curve_), model.t_) == (2, 300)


def test_a_first_partial_fit_that_is_refused_is_as_if_never_called():
    X, y = iris()
    model = classifier()
    with pytest.raises(ValueError, match="not among the 2 classes: 2"):
        model.partial_fit(X, y, classes=[0, 1])
    with pytest.raises(NotFittedError):
        model.predict(X)
    np.testing.assert_array_equal(
        params(model.partial_fit(X, y, classes=[0, 1, 2])), params(classifier().partial_fit(X, y, classes=[0, 1, 2]))
    )


def test_partial_fit_goes_on_with_other_workers():
    X, y = two_digits(100)
    model = classifier(alpha=0, workers=2).partial_fit(X, y, classes=[0, 1])
    for options, n in (({}, 1), ({"workers": 1}, 100)):
        model.set_params(**options).partial_fit(X[:n], y[:n])
    assert len(model.loss_curve_) == 3


def test_what_partial_fit_cannot_do_it_says():
    X, y = iris()
    with pytest.raises(ValueError, match="partial_fit does not support"):
        fitted(classifier(early_stopping=True, max_iter=2), X, y).partial_fit(X, y)
    with pytest.raises(ValueError, match="balance"):
        classifier(class_weight="balanced").partial_fit(X, y, classes=[0, 1, 2])


def test_a_warm_start_goes_on_where_the_last_fit_ended():
    X, y = iris()
    model = fitted(classifier(max_iter=10, warm_start=True), X, y)
    loss = model.loss_
    fitted(model.set_params(max_iter=20), X, y)
    assert model.n_iter_ == 20
    assert len(model.loss_curve_) == 30
    assert model.loss_curve_[10] < loss
    cold = fitted(fitted(classifier(max_iter=10), X, y), X, y)
    assert len(cold.loss_curve_) == 10


@pytest.mark.parametrize("groups", [2, 4])
def test_a_warm_start_needs_the_same_classes(groups):
    X, y = iris()
    model = fitted(classifier(max_iter=2, warm_start=True), X, y)
    with pytest.raises(ValueError, match="warm_start can only be used where"):
        model.fit(X, np.arange(150) % groups)


def test_a_fit_that_is_refused_leaves_the_last_one_as_it_was():
    X, y = iris()
    fresh, model = classifier(), fitted(classifier(max_iter=3), X, y)
    before = dict(vars(model))
    for refused in (fresh, model):
        with pytest.raises(ValueError, match="go together"):
            refused.fit(X[:, :3], y, X_val=X)
    assert vars(model) == before
    with pytest.raises(NotFittedError):
        fresh.predict(X)


# validation and early stopping


def test_early_stopping_keeps_the_best_weights_and_the_books():
    X, y = two_digits(100)
    model = classifier(early_stopping=True, tol=0.2, max_iter=1000).fit(X, y)
    assert model.n_iter_ == len(model.validation_scores_) == len(model.validation_loss_curve_) < 1000
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert model.best_loss_ is None
    assert (np.array(model.validation_scores_[-11:]) < model.best_validation_score_ + 0.2).all()


def test_early_stopping_ends_with_the_weights_of_the_best_epoch():
    X, y = iris()
    noise = np.random.default_rng(0).permutation(y)
    model = classifier(early_stopping=True, n_iter_no_change=5, max_iter=500).fit(X, y, X_val=X, y_val=noise)
    assert model.score(X, noise) == model.best_validation_score_ == max(model.validation_scores_)


def test_validation_data_of_ones_own():
    X, y = iris()
    model = fitted(classifier(max_iter=10), X[::2], y[::2], X_val=X[1::2], y_val=y[1::2])
    assert model.validation_scores_[-1] == model.score(X[1::2], y[1::2])
    p_true = model.predict_proba(X[1::2])[np.arange(75), y[1::2]]
    assert model.validation_loss_curve_[-1] == pytest.approx(-np.log(p_true).mean())
    assert model.best_loss_ == min(model.loss_curve_)


@pytest.mark.parametrize("kinds", [(np.uint8, np.uint8), (np.uint8, float), (float, np.uint8), (np.float32, float)])
def test_training_and_validation_features_may_be_of_different_dtypes(kinds):
    X, y = iris()
    X = np.rint(20 * (X - X.min()))
    features = X.astype(kinds[0])
    model = fitted(classifier(max_iter=3), features, y, X_val=X.astype(kinds[1]), y_val=y)
    assert model.validation_scores_[-1] == model.score(features, y)


def test_one_number_is_no_table_of_features():
    X, y = iris()
    with pytest.raises(ValueError, match="Expected 2D array, got scalar array"):
        fitted(classifier(max_iter=1), X, y).predict(np.array(5.0))


def test_bad_validation_data_is_named():
    X, y = iris()
    with pytest.raises(ValueError, match="go together"):
        classifier().fit(X, y, X_val=X)
    with pytest.raises(ValueError, match="3 features, but DigitClassifier is expecting 4"):
        classifier().fit(X, y, X_val=X[:, :3], y_val=y)
    with pytest.raises(ValueError, match="not among the 3 classes: 9"):
        classifier().fit(X, y, X_val=X, y_val=np.full(150, 9))
    with pytest.raises(ValueError, match="none are left"):
        classifier(early_stopping=True).fit(X[:1], y[:1])


def test_the_held_out_part_has_the_shares_of_the_whole(monkeypatch):
    seen = []
    validated = Run._validated
    monkeypatch.setattr(Run, "_validated", lambda self, part: seen.append(part) or validated(self, part))
    X = np.random.default_rng(0).random((100, 2))
    weights = np.arange(1, 101.0)
    fitted(classifier(early_stopping=True, max_iter=1), X, np.arange(100) % 10 == 0, weights)
    (part,) = seen
    assert (len(part), part.labels.sum()) == (10, 1)
    np.testing.assert_array_equal(X[(weights[:, None] == part.weights).any(axis=1)], part.rows)


# weights


def test_weights_of_one_are_no_weights():
    X, y = iris()
    plain, weighted, classes = (
        fitted(classifier(max_iter=5, batch_size=32, class_weight=kind), X, y, weights)
        for kind, weights in [(None, None), (None, np.ones(150)), ({0: 1, 1: 1, 2: 1}, None)]
    )
    np.testing.assert_array_equal(params(weighted), params(plain))
    np.testing.assert_array_equal(params(classes), params(plain))


def test_equal_weights_weigh_the_loss_by_their_sum():
    X, y = iris()
    plain, weighted = (fitted(classifier(max_iter=5, alpha=0), X, y, weights) for weights in (None, np.full(150, 7.0)))
    np.testing.assert_allclose(params(weighted), params(plain), rtol=1e-9)
    np.testing.assert_allclose(weighted.loss_curve_, plain.loss_curve_)


@pytest.mark.filterwarnings("ignore:batch_size=1000")
def test_a_weight_counts_as_often_as_an_example_is_repeated():
    X, y = iris()
    weights = np.arange(150) % 3
    weighted = fitted(classifier(max_iter=30, batch_size=1000, alpha=1), X, y, weights)
    again = np.repeat(np.arange(150), weights)
    repeated = fitted(classifier(max_iter=30, batch_size=1000, alpha=1), X[again], y[again])
    np.testing.assert_allclose(params(weighted), params(repeated), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(weighted.loss_curve_, repeated.loss_curve_)


def test_class_weights_multiply_sample_weights():
    X, y = iris()
    sample = 1 + np.arange(150) % 2
    by_class = fitted(classifier(max_iter=5, class_weight={0: 3, 1: 1, 2: 0.5}), X, y, sample)
    by_sample = fitted(classifier(max_iter=5), X, y, sample * np.array([3, 1, 0.5])[y])
    np.testing.assert_allclose(params(by_class), params(by_sample), rtol=1e-12)


def test_balanced_classes_count_alike():
    X, y = iris()
    few = np.r_[:10, 50:150]
    balanced = fitted(classifier(max_iter=5, class_weight="balanced"), X[few], y[few])
    by_hand = fitted(classifier(max_iter=5), X[few], y[few], (110 / 3 / np.array([10, 50, 50]))[y[few]])
    np.testing.assert_allclose(params(balanced), params(by_hand), rtol=1e-12)


@pytest.mark.parametrize(("weights", "message"), [([-1] + [1] * 149, "negative"), ([0] * 150, "zero")])
def test_bad_weights_are_named(weights, message):
    with pytest.raises(ValueError, match=message):
        classifier().fit(*iris(), np.array(weights, float))
    with pytest.raises(ValueError, match="class_weight must not be negative"):
        classifier(class_weight=dict(enumerate(weights[:3]))).fit(*iris())


# those who watch


def test_callbacks_see_each_epoch_and_may_end_the_fit():
    X, y = iris()
    epochs = []
    model = classifier(max_iter=50, callbacks=[lambda network, history: epochs.append(len(history))])
    fitted(model, X, y)
    assert epochs == list(range(1, 51))
    model = classifier(callbacks=[lambda network, history: history.last["train_loss"] < 0.8]).fit(X, y)
    assert model.loss_ < 0.8 <= model.loss_curve_[-2]


def test_verbose_prints_each_epoch_and_progress_draws_a_bar(capsys, monkeypatch):
    monkeypatch.setattr(progress, "DELAY", 0)
    X, y = iris()
    fitted(classifier(max_iter=2, verbose=True, early_stopping=True), X, y)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["Iteration", "Validation"] * 2
    fitted(classifier(max_iter=2, progress=True), X, y)
    assert "fit" in capsys.readouterr().err
    fitted(classifier(max_iter=2), X, y)
    assert capsys.readouterr() == ("", "")
