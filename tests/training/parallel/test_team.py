"""Whoever the workers are, their number decides the bits; and none of them outlives the training."""

import math
import multiprocessing.context
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from children import is_gone
from training import SETTINGS, corners, trained

from tendigits import Distortion, Network, fit
from tendigits.data.minibatch import checked
from tendigits.errors import WorkerFailed
from tendigits.nn.layers import Dropout, Linear, ReLU
from tendigits.nn.optimizers import OPTIMIZERS
from tendigits.training.loop import epoch
from tendigits.training.parallel import processes, team
from tendigits.training.parallel.data_parallel import PartOfMinibatch
from tendigits.training.parallel.processes import Processes
from tendigits.training.parallel.sharing import part_of
from tendigits.training.parallel.threads import Threads
from tendigits.training.run import Run

forking = pytest.mark.skipif(sys.platform != "linux", reason="workers are processes on Linux alone")
SHARED = replace(SETTINGS, workers=3, distortion=Distortion(translation=1), weight_decay=0.01)
SLICED = replace(SETTINGS, workers=2)


@pytest.fixture(scope="module")
def data():
    return corners()


@pytest.fixture
def forked(monkeypatch):
    """The ids of all processes that are forked in the test."""
    pids, fork = [], os.fork
    monkeypatch.setattr(os, "fork", lambda: pids.append(fork()) or pids[-1])
    return pids


def test_one_worker_has_no_team(data):
    assert Run(Network([16, 8, 3]), *data, SETTINGS, 0).team is None


@forking
def test_workers_are_processes_where_forking_is_safe(monkeypatch):
    for platform, kind in [("linux", Processes), ("darwin", Threads), ("win32", Threads)]:
        monkeypatch.setattr(sys, "platform", platform)
        assert type(team.make_backend(2)) is kind


@forking
def test_without_semaphores_workers_are_threads(monkeypatch):
    monkeypatch.setattr(multiprocessing.context.BaseContext, "Semaphore", unavailable)
    assert type(team.make_backend(2)) is Threads


@pytest.mark.parametrize(
    ("options", "divides_examples"),
    [
        ({"batch_size": team.LARGEST_BATCH}, False),
        ({"batch_size": team.LARGEST_BATCH + 1}, True),
        ({"batch_size": 32, "distortion": Distortion(translation=1)}, True),
        ({"batch_size": 32, "l2": 0.1}, True),
        ({"batch_size": 32, "workers": 3}, True),  # which do not divide eight hidden units
    ],
)
def test_small_batches_are_divided_by_hidden_units(options, divides_examples):
    n = team.LARGEST_BATCH + 1
    settings = replace(SLICED, **options)
    examples = checked(np.zeros((n, 4, 4), np.uint8), np.arange(n) % 3, None, 16, 3, np.dtype(np.float32))
    batches = [worker.batch for worker in team.Team(Network([16, 8, 3]), examples, settings).workers]
    assert all(isinstance(batch, PartOfMinibatch) == divides_examples for batch in batches)
    if divides_examples:
        assert {batch.n for batch in batches} == {math.ceil(settings.batch_size / settings.workers)}


@forking
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("settings", [SHARED, SLICED], ids=["by examples", "by hidden units"])
def test_processes_and_threads_give_the_same_bits(data, optimizer, settings, monkeypatch):
    found = []
    for kind in (Processes, Threads):
        monkeypatch.setattr(team, "make_backend", kind)
        network = Network([Linear(16, 8), ReLU(), Dropout(0.5), Linear(8, 3)], seed=1)
        history = fit(network, *data, replace(settings, optimizer=optimizer, epochs=2))
        found.append((network.params, history["train_loss"], history["validation_accuracy"]))
    np.testing.assert_array_equal(found[0][0], found[1][0])
    assert found[0][1:] == found[1][1:]


@pytest.mark.parametrize("optimizer_type", OPTIMIZERS.values())
def test_the_parts_of_a_step_make_the_whole(optimizer_type):
    """Wherever the vectors are cut: within a weight matrix, say."""
    gradient = np.random.default_rng(0).standard_normal(11)
    whole, parted = (Network([3, 2, 1], seed=1, dtype=np.float64) for _ in range(2))
    for network, cuts in [(whole, [slice(None)]), (parted, [slice(0, 2), slice(2, 9), slice(9, 11)])]:
        optimizer = optimizer_type(network, weight_decay=0.01)
        parts = [part_of(optimizer, cut) for cut in cuts]
        for _ in range(3):
            network.grads[...] = gradient
            for part in parts:
                part.penalize(0.1)
                part.step(0.1)
    np.testing.assert_array_equal(whole.params, parted.params)


@pytest.mark.parametrize("optimizer_type", OPTIMIZERS.values())
def test_the_parts_of_an_optimizer_share_no_memory(optimizer_type):
    """Threads would write over each other's numbers."""
    optimizer = optimizer_type(Network([3, 2, 1]))
    left, right = part_of(optimizer, slice(0, 6)), part_of(optimizer, slice(6, 11))
    for name, vector in vars(left).items():
        if isinstance(vector, np.ndarray):
            assert not np.shares_memory(vector, getattr(right, name)), name


@forking
def test_workers_are_gone_after_each_epoch(data, forked):
    gone = []
    trained(data, SHARED, callbacks=[lambda network, history: gone.append(list(map(is_gone, forked)))])
    assert gone == [[True] * 2, [True] * 4, [True] * 6, [True] * 8]


def unavailable(*_):
    raise OSError("not here")


@forking
@pytest.mark.parametrize("has_pidfds", [True, False])
def test_workers_are_gone_after_a_failure(forked, monkeypatch, has_pidfds):
    if not has_pidfds:
        monkeypatch.setattr(os, "pidfd_open", unavailable)
    with pytest.raises(ZeroDivisionError), Processes(2).working(lambda rank: time.sleep(60)):
        1 / 0  # noqa: B018
    assert list(map(is_gone, forked)) == [True]


@pytest.mark.parametrize("settings", [SHARED, SLICED], ids=["shards", "slices"])
def test_what_a_callback_does_to_the_network_is_trained_on(data, settings):
    """It may prune weights, say, between two epochs: every worker goes on from there."""

    def forget(network, history):
        network.params[...] = 0

    _, history = trained(data, replace(settings, learning_rate=1e-9, weight_decay=0), callbacks=[forget])
    assert history["train_loss"][1:] == pytest.approx([np.log(3)] * 3)


@forking
def test_a_worker_that_is_killed_is_missed(monkeypatch):
    monkeypatch.setattr(processes, "PATIENCE", 0.01)
    pair = Processes(2)
    kill = pytest.raises(WorkerFailed, match="killed, perhaps for lack of memory")
    with kill, pair.working(lambda rank: os.kill(os.getpid(), signal.SIGKILL)):
        pair.barrier()


@forking
def test_no_descriptor_is_left_open(data):
    before = os.listdir("/proc/self/fd")
    trained(data, SLICED)
    assert os.listdir("/proc/self/fd") == before


def fails(rank):
    raise MemoryError("no room for 3 arrays")


@pytest.mark.parametrize("kind", [pytest.param(Processes, marks=forking), Threads])
def test_what_a_worker_fails_of_is_told(monkeypatch, kind):
    monkeypatch.setattr(processes, "PATIENCE", 0.01)
    pair = kind(2)
    with pytest.raises(WorkerFailed, match=r"A worker failed: MemoryError.*no room for 3 arrays"), pair.working(fails):
        pair.barrier()


@forking
def test_a_worker_that_came_before_it_ended_is_not_missed(monkeypatch):
    monkeypatch.setattr(processes, "PATIENCE", 0.01)
    pair = Processes(2)
    with pair.working(lambda rank: None):
        time.sleep(0.1)  # it has long ended when the first one comes to the last barrier


@forking
def test_workers_that_someone_else_has_waited_for(data):
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system then waits for all children
    try:
        _, history = trained(data, SLICED)
    finally:
        signal.signal(signal.SIGCHLD, before)
    assert len(history) == SETTINGS.epochs


@forking
def test_a_generator_that_another_thread_has_locked_while_forking(data):
    """It may draw from it as well: a fork copies the lock, but not the thread that opens it."""
    rng = np.random.default_rng(0)
    network = Network([Linear(16, 8), ReLU(), Dropout(0.5), Linear(8, 3)], seed=1)
    run = Run(network, data[0], None, replace(SETTINGS, workers=2, epochs=1), rng)
    run.order = np.arange(run.n)
    locked, over = threading.Event(), threading.Event()

    def hold():
        with rng.bit_generator.lock:
            locked.set()
            over.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    locked.wait()
    release = threading.Timer(0.5, over.set)  # long after the fork
    release.start()
    assert epoch(run)
    thread.join()


ORPHANS = """
import os, sys, time
from tendigits.training.parallel import processes
processes.PATIENCE = 0.05
pair = processes.Processes(2)
def work(rank):
    while True:
        pair.barrier()
with pair.working(work):
    print(pair._children[0]._pid, flush=True)
    time.sleep(60)
"""


@forking
def test_a_worker_ends_when_the_first_one_is_killed():
    parent = subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, text=True)
    orphan = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    for _ in range(100):
        try:
            os.kill(orphan, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the worker is still there")
