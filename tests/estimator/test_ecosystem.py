"""DigitClassifier among others: pipelines, searches, ensembles, files, processes, clusters."""

import os

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tables import classifier, fitted, iris, params

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def test_a_pipeline():
    X, y = iris()
    pipeline = make_pipeline(StandardScaler(), classifier(max_iter=50))
    pipeline.fit(1000 * X, y, digitclassifier__sample_weight=np.ones(150))
    assert pipeline.score(1000 * X, y) > 0.9


def test_a_search_over_its_parameters():
    X, y = iris()
    grid = {"hidden_layer_sizes": [(), (8,)], "alpha": [1e-4, 1e3]}
    search = GridSearchCV(classifier(max_iter=30), grid, cv=3).fit(X, y)
    assert search.best_params_["alpha"] == 1e-4
    assert search.best_estimator_.score(X, y) > 0.9


def test_calibration_and_voting():
    X, y = iris()
    assert CalibratedClassifierCV(classifier(max_iter=30), cv=3).fit(X, y).score(X, y) > 0.9
    voters = [("network", classifier(max_iter=30)), ("linear", LogisticRegression())]
    assert VotingClassifier(voters, voting="soft").fit(X, y).score(X, y) > 0.9


def test_a_clone_is_unfitted_and_equal():
    model = fitted(classifier(callbacks=[print], class_weight={0: 2.0}), *iris(), X_val=iris()[0], y_val=iris()[1])
    copy = clone(model)
    assert not hasattr(copy, "network_")
    assert copy.get_params() == model.get_params()


def test_skops_keeps_a_model_with_its_training():
    skops = pytest.importorskip("skops.io", reason="skops is not installed")
    X, y = iris()
    model = classifier(batch_size=40).partial_fit(X, y, classes=[0, 1, 2])
    content = skops.dumps(model)
    trusted = skops.get_untrusted_types(data=content)
    assert set(trusted) == {
        "tendigits.estimator.classifier.DigitClassifier",
        "tendigits.nn.network.Network",
        "tendigits.training.history.History",
    }
    copy = skops.loads(content, trusted=trusted)
    np.testing.assert_array_equal(copy.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(params(copy.partial_fit(X, y)), params(model.partial_fit(X, y)))


# in parallel


def scores(**options):
    X, y = iris()
    return cross_val_score(classifier(max_iter=20, dropout=0.1), X, y, cv=4, **options)


@pytest.mark.parametrize("backend", [pytest.param("loky", marks=pytest.mark.slow), "threading"])
def test_in_parallel_it_scores_as_in_sequence(backend, monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")  # for the processes, which pytest does not reach
    with parallel_config(backend=backend):
        np.testing.assert_array_equal(scores(n_jobs=2), scores())


def sweep(**options):
    X, y = iris()
    grid = {"hidden_layer_sizes": [(), (8,)], "alpha": [1e-4, 1.0]}
    return GridSearchCV(classifier(max_iter=20, dropout=0.1), grid, cv=3, **options).fit(X, y)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")
def test_a_sweep_on_a_cluster_of_two_processes_scores_as_in_sequence(monkeypatch):
    distributed = pytest.importorskip("dask.distributed", reason="dask.distributed is not installed")
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    in_sequence = sweep()
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
    )
    with cluster, distributed.Client(cluster) as client, parallel_config(backend="dask"):
        assert len(set(client.run(os.getpid).values()) - {os.getpid()}) == 2
        with distributed.get_task_stream(client) as stream:
            on_cluster = sweep(n_jobs=-1)
    assert len({task["worker"] for task in stream.data}) == 2
    for name in ("split0_test_score", "split1_test_score", "split2_test_score"):
        np.testing.assert_array_equal(on_cluster.cv_results_[name], in_sequence.cv_results_[name])
