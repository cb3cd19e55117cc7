"""Seeds and members of ensembles on a real Dask cluster: a scheduler and two workers, processes of their own."""

import operator
import threading
import time

import numpy as np
import pytest
from clusters import cluster
from commands import failed, tendigits

from tendigits import InputError, Settings, score, train_and_test
from tendigits.experiments import cluster as clusters
from tendigits.experiments.cluster import Cluster, connected

distributed = pytest.importorskip("dask.distributed", reason="dask.distributed is not installed")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of Dask's

QUICK = Settings(epochs=2)
OPTIONS = {"hidden": (8,), "progress": False}


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    monkeypatch.setattr(clusters, "SECONDS", 60)  # workers start slowly on a busy machine


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with cluster(2, tmp_path_factory.mktemp("dask")) as (address, _):
        yield address


def test_seeds_score_what_they_score_here(digits, address):
    with connected(address) as client:
        client.wait_for_workers(2, timeout=60)
        assert score(digits, QUICK, seeds=range(3), jobs=client, **OPTIONS) == score(
            digits, QUICK, seeds=range(3), **OPTIONS
        )


def test_members_are_those_trained_here(digits, address):
    with connected(address) as client:
        there = train_and_test(digits, QUICK, members=2, cluster=client, **OPTIONS)
    here = train_and_test(digits, QUICK, members=2, **OPTIONS)
    np.testing.assert_array_equal(there.network.params, here.network.params)
    assert there.evaluation.accuracy == here.evaluation.accuracy
    assert [len(history) for history in there.histories] == [2, 2]


def test_the_data_travel_once(address):
    with connected(address) as client:
        ours = Cluster(client)
        data = 1000
        assert dict(ours.results(operator.add, data, [1, 2])) == {1: 1001, 2: 1002}
        assert ours._send(data) is ours._send(data)


def test_what_a_task_raises_is_raised(digits, address):
    with connected(address) as client, pytest.raises(InputError, match="larger than the data"):
        score(digits, Settings(batch_size=100_000), jobs=client, **OPTIONS)


def test_the_commands(address, tmp_path):
    options = ("--data", "digits", "--hidden", 8, "--epochs", 1)
    there = tendigits("score", *options, "--seeds", 2, "--cluster", address, cwd=tmp_path)
    assert there.returncode == 0, there.stderr
    assert there.stdout == tendigits("score", *options, "--seeds", 2, cwd=tmp_path).stdout
    trained = tendigits("train", *options, "--members", 2, "--cluster", address, cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
    assert "Saved model.npz" in trained.stdout
    assert failed(tendigits("train", *options, "--cluster", address, "--resume", cwd=tmp_path), 2, "no checkpoints")


@pytest.mark.slow
def test_a_killed_worker_costs_a_retry(digits, tmp_path):
    settings = Settings(epochs=30)
    with cluster(2, tmp_path) as (address, workers), connected(address) as client:
        client.wait_for_workers(2, timeout=60)
        killer = threading.Thread(target=kill_when_busy, args=(client, workers[0]))
        killer.start()
        there = score(digits, settings, seeds=range(4), jobs=client, **OPTIONS)
        killer.join()
        assert workers[0].poll() is not None
    assert there == score(digits, settings, seeds=range(4), **OPTIONS)


def kill_when_busy(client, worker):
    end = time.monotonic() + 60
    while time.monotonic() < end and not any(client.processing().values()):
        time.sleep(0.05)
    worker.kill()


def test_a_cluster_that_does_not_answer(tmp_path, monkeypatch):
    monkeypatch.setattr(clusters, "SECONDS", 1)
    result = tendigits("score", "--data", "digits", "--cluster", "tcp://127.0.0.1:9", cwd=tmp_path)
    assert failed(result, 2, "No Dask scheduler answers at tcp://127.0.0.1:9")


def test_workers_of_another_version(digits, address, monkeypatch):
    monkeypatch.setattr(clusters, "__version__", "99.0")
    with connected(address) as client, pytest.raises(InputError, match=r"has tendigits .*, not 99\.0"):
        score(digits, QUICK, jobs=client, **OPTIONS)


@pytest.mark.slow
def test_a_cluster_without_workers(tmp_path, monkeypatch):
    monkeypatch.setattr(clusters, "SECONDS", 2)
    none = pytest.raises(InputError, match="has no workers")
    with cluster(0, tmp_path) as (address, _), connected(address) as client, none:
        Cluster(client)
