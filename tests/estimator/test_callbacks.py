"""scikit-learn's callbacks: they see each epoch where scikit-learn has them, and are not missed where it has not."""

import importlib
import pickle
import sys

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tendigits import DigitClassifier
from tendigits.estimator import callbacks

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, y = load_iris(return_X_y=True)


def model(**parameters):
    return DigitClassifier((8,), max_iter=5, random_state=0, **parameters)


class Recorder:
    """What a callback is told; it ends the training after some epochs."""

    def __init__(self, stop_after=99):
        self.tasks, self.losses, self.stop_after = [], [], stop_after

    def setup(self, estimator, context):
        self.tasks.append("setup")

    def teardown(self, estimator, context):
        self.tasks.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.tasks.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, fitted_estimator=None):
        self.tasks.append(f"end {context.task_name}")
        if fitted_estimator is not None:
            self.losses.append(-np.log(fitted_estimator.predict_proba(X)[np.arange(len(y)), y]).mean())
        return context.task_name == "epoch" and len(self.losses) >= self.stop_after


@pytest.mark.skipif(not hasattr(DigitClassifier, "set_callbacks"), reason="this scikit-learn has no callbacks")
class TestWithCallbacks:
    def test_they_see_each_epoch_and_a_fitted_classifier(self):
        recorder = Recorder()
        model(learning_rate_init=0.05).set_callbacks(recorder).fit(X, y)
        epochs = ["begin epoch", "end epoch"] * 5
        assert recorder.tasks == ["setup", "begin fit", *epochs, "end fit", "teardown"]
        assert recorder.losses[4] < recorder.losses[0]

    def test_they_can_end_the_training(self):
        classifier = model().set_callbacks(Recorder(stop_after=2)).fit(X, y)
        assert classifier.n_iter_ == 2

    def test_what_stops_early_is_ended_all_the_same(self):
        recorder = Recorder()
        model(tol=100.0, n_iter_no_change=1).set_callbacks(recorder).fit(X, y)
        assert recorder.tasks[-2:] == ["end fit", "teardown"]
        assert recorder.tasks.count("begin epoch") == recorder.tasks.count("end epoch")

    def test_scikit_learns_own(self):
        from sklearn.callback import ProgressBar, ScoringMonitor

        monitor = ScoringMonitor(scoring="accuracy")
        model().set_callbacks(monitor).fit(X, y)
        (log,) = monitor.get_logs(select="all")
        assert sum(row["task_name"] == "epoch" for row in log.data) == 5
        pytest.importorskip("rich", reason="scikit-learn's progress bar needs rich")
        make_pipeline(StandardScaler(), model()).set_callbacks(ProgressBar()).fit(X, y)

    def test_they_change_nothing(self):
        plain, watched = model().fit(X, y), model().set_callbacks(Recorder()).fit(X, y)
        np.testing.assert_array_equal(plain.coefs_[0], watched.coefs_[0])


def test_without_them_the_classifier_is_the_same(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.callback", None)
    older = importlib.reload(callbacks)
    assert older.with_callbacks(len) is len
    assert not hasattr(older.TakesCallbacks, "set_callbacks")
    watched = older.Watched(older.TakesCallbacks(), 5, X, y, None)
    assert watched(None, None) is False
    watched.end()
    monkeypatch.undo()
    importlib.reload(callbacks)


def test_a_fitted_classifier_still_travels():
    classifier = model().fit(X, y)
    assert (pickle.loads(pickle.dumps(classifier)).predict(X) == classifier.predict(X)).all()
