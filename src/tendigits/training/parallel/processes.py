"""Workers as processes, which share memory: forked for an epoch, with a barrier between them.

Threads of one process hand Python's lock to and fro, which takes longer than the step of a small network. A forked
worker begins as a copy of the whole training run, shares the arrays made by `shared_zeros`, and takes its steps.
"""

import gc
import mmap
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import prod
from typing import Any

import numpy as np

from ..._util.arrays import Array
from ...errors import WorkerFailed

SPINS = 1000  # looks at a semaphore before falling asleep: to be woken takes longer than what is waited for
PATIENCE = 0.5  # seconds between two looks whether the others are alive
MESSAGE = 1000  # bytes for what a worker has to say of its failure


def shared_zeros(shape: tuple[int, ...], dtype: Any) -> Array:
    """Make an array of zeros in memory that a fork shares, instead of copying what is written to."""
    size = max(1, prod(shape) * np.dtype(dtype).itemsize)
    return np.frombuffer(mmap.mmap(-1, size), dtype, prod(shape)).reshape(shape)


def can_fork() -> bool:
    """Whether workers can be processes here: on Linux, where forking is safe, and where semaphores are to be had."""
    if sys.platform != "linux":
        return False
    from multiprocessing import get_context

    try:
        get_context("fork").Semaphore(0)
    except (ImportError, OSError):  # no /dev/shm, or one that cannot be written
        return False
    return True


class Processes:
    """The process that trains, of rank 0, and n - 1 forked ones.

    Parameters
    ----------
    n : int
        How many workers, this one included.

    """

    def __init__(self, n: int) -> None:
        self.n, self.rank = n, 0
        self._children: list[_Child] = []
        self._spins = SPINS if n <= len(os.sched_getaffinity(0)) else 0

    def __repr__(self) -> str:
        return f"Processes({self.n})"

    @contextmanager
    def working(self, work: Callable[[int], None]) -> Iterator[None]:
        """For the time of the block, this worker's own work, have the others there, who each do work(rank).

        Raises
        ------
        WorkerFailed
            Where a worker ended before its work was done, whatever ended it.

        """
        from multiprocessing import get_context

        fork = get_context("fork")
        self._parent, self._place = os.getpid(), 0
        self._doors = [[fork.Semaphore(0) for _ in range(self.n)] for _ in range(2)]
        self._message = shared_zeros((MESSAGE,), np.uint8)
        try:
            for rank in range(1, self.n):
                self._children.append(_Child(self._fork(rank, work)))
            yield
            self.barrier()  # all have taken the last step
        finally:
            while self._children:
                self._children.pop().kill()

    def _fork(self, rank: int, work: Callable[[int], None]) -> int:
        with warnings.catch_warnings():
            # Python warns of locks that another thread may hold: a worker only computes, with a generator of its own.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            self._work(rank, work)
        return pid

    def _work(self, rank: int, work: Callable[[int], None]) -> None:
        """Be a worker, and nothing else: this never returns."""
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first worker to act on
            gc.disable()  # so that what this process has inherited is not ended a second time
            self.rank, self._children = rank, []
            work(rank)
            self.barrier()
            os._exit(0)
        except BaseException as error:  # whatever it is, the first worker is to say it
            text = f"{type(error).__name__}: {error}".encode()[:MESSAGE]
            self._message[: len(text)] = np.frombuffer(text, np.uint8)
        finally:
            os._exit(1)

    def barrier(self) -> None:
        """Wait until all are here. Two places take turns, lest the first at the next be taken for the last at this."""
        doors = self._doors[self._place]
        self._place ^= 1
        for rank, door in enumerate(doors):
            if rank != self.rank:
                door.release()
        for _ in range(self.n - 1):
            self._pass(doors[self.rank])

    def _pass(self, door: Any) -> None:
        for _ in range(self._spins):
            if door.acquire(False):
                return
        while not door.acquire(timeout=PATIENCE):
            if self.rank and os.getppid() != self._parent:
                os._exit(1)
            if any(child.has_ended() for child in self._children):
                if door.acquire(False):  # it had come here before it ended
                    return
                raise WorkerFailed(self._reason())

    def _reason(self) -> str:
        text = bytes(self._message).rstrip(b"\0").decode(errors="replace")
        if text:
            return f"A worker failed: {text}"
        return "A worker process was killed, perhaps for want of memory. Try again with --workers 1."


class _Child:
    """A forked process, held by a descriptor where the system has these: no other process can take its place."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._descriptor = -1
        with suppress(AttributeError, OSError):
            self._descriptor = os.pidfd_open(pid)

    def has_ended(self) -> bool:
        """Whether it has, without taking note of it for good."""
        try:
            return os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:  # someone else has waited for it
            return True

    def kill(self) -> None:
        """End it at once, and let the system forget it."""
        with suppress(ProcessLookupError, ChildProcessError):  # someone else has waited for it
            if self._descriptor >= 0:
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
            else:
                os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        if self._descriptor >= 0:
            os.close(self._descriptor)
