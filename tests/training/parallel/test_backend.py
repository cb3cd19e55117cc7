"""Whoever the workers are, their number decides the bits; and none of them outlives the training."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from tendigits.training.parallel.backend import Alone
from training import SETTINGS, corners, trained

from tendigits import Distortion, Network, fit
from tendigits.nn.layers import Dropout, Linear, ReLU
from tendigits.training.parallel import backend as workers
from tendigits.training.parallel.processes import Processes
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


def is_gone(pid):
    """Whether a child has ended, and has been waited for."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


@forking
def test_one_worker_is_alone_and_several_are_processes_where_forking_is_safe(monkeypatch):
    assert type(workers.hire(1)) is Alone
    for platform, kind in [("linux", Processes), ("darwin", Threads), ("win32", Threads)]:
        monkeypatch.setattr(sys, "platform", platform)
        assert type(workers.hire(2)) is kind


@forking
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("settings", [SHARED, SLICED], ids=["shards", "slices"])
def test_processes_threads_and_one_after_the_other_give_the_same_bits(data, optimizer, settings, monkeypatch):
    found = []
    for kind in (Processes, Threads, lambda n: Alone()):
        monkeypatch.setattr("tendigits.training.loop.hire", kind)
        network = Network([Linear(16, 8), ReLU(), Dropout(0.5), Linear(8, 3)], seed=1)
        history = fit(network, *data, replace(settings, optimizer=optimizer))
        found.append((network.params, history["train_loss"], history["validation_accuracy"]))
    for params, *history in found[1:]:
        np.testing.assert_array_equal(params, found[0][0])
        assert history == list(found[0][1:])


@forking
def test_workers_are_gone_after_each_epoch(data, forked):
    gone = []
    trained(data, SHARED, callbacks=[lambda network, history: gone.append(list(map(is_gone, forked)))])
    assert gone == [[True] * 2, [True] * 4, [True] * 6, [True] * 8]


@forking
def test_workers_are_gone_after_a_failure(forked):
    with pytest.raises(ZeroDivisionError), Processes(2).at_work(lambda: time.sleep(60)):
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
    monkeypatch.setattr(workers, "PATIENCE", 0.01)
    pair = Processes(2)
    with (
        pytest.raises(RuntimeError, match="worker ended too early"),
        pair.at_work(lambda: os.kill(os.getpid(), signal.SIGKILL)),
    ):
        pair.each([lambda: None] * 2)


@forking
def test_a_worker_that_came_before_it_ended_is_not_missed(monkeypatch):
    monkeypatch.setattr(workers, "PATIENCE", 0.01)
    pair = Processes(2)
    with pair.at_work(lambda: None):
        time.sleep(0.1)  # it has long ended when the first one comes to the last meeting


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
    run = Run(network, data[0], None, replace(SETTINGS, workers=2), rng)
    run.order = np.arange(run.n)
    locked, over = threading.Event(), threading.Event()

    def hold():
        with rng.bit_generator.lock:
            locked.set()
            over.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    locked.wait()
    with run.workers.at_work(run.follow):
        over.set()
        thread.join()
        run.steps()
    assert run.seen == run.n


ORPHANS = """
import os, sys, time
from tendigits.training.parallel.backend import Processes
pair = Processes(2)
def work():
    while True:
        pair.each([lambda: None] * 2)
with pair.at_work(work):
    print(*pair._pids, flush=True)
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
