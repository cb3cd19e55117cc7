"""Worker processes, one by one: whether they have ended and how, and that they are gone in the end."""

import os
import signal
import sys

import pytest
from children import is_gone

if sys.platform != "linux":
    pytest.skip("workers are processes on Linux alone", allow_module_level=True)

from tendigits.training.parallel.processes import SPINS, Processes, _Child


@pytest.fixture(params=["with pidfds", "without"], autouse=True)
def pidfds(request, monkeypatch):
    def unavailable(*_):
        raise OSError("not here")

    if request.param == "without":
        monkeypatch.setattr(os, "pidfd_open", unavailable)


def child(work):
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(9)
    return pid, _Child(pid)


def ended(status):
    pid, process = child(lambda: os._exit(status))
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    return pid, process


def test_one_that_works_has_neither_ended_nor_failed_and_can_be_killed():
    pid, process = child(signal.pause)
    assert not process.has_ended()
    assert not process.has_failed()
    process.kill()
    assert is_gone(pid)


@pytest.mark.parametrize(("status", "failed"), [(0, False), (1, True), (2, True)])
def test_one_that_has_ended(status, failed):
    pid, process = ended(status)
    assert process.has_ended()
    assert process.has_failed() == failed
    process.kill()
    assert is_gone(pid)


def test_one_that_was_killed_has_failed():
    pid, process = child(signal.pause)
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert process.has_failed()
    process.kill()


def test_one_that_someone_else_has_waited_for():
    pid, process = ended(0)
    os.waitpid(pid, 0)
    assert process.has_ended()
    assert not process.has_failed()
    process.kill()


def test_a_killed_one_leaves_no_descriptor():
    before = os.listdir("/proc/self/fd")
    child(signal.pause)[1].kill()
    assert os.listdir("/proc/self/fd") == before


def test_only_workers_with_a_processor_each_wait_without_sleeping():
    n = len(os.sched_getaffinity(0))
    assert [Processes(of)._spins for of in (1, n, n + 1)] == [SPINS, SPINS, 0]
