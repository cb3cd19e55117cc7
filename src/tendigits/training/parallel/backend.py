"""Workers, who compute the parts of a batch at the same time, so that all of a step uses all cores.

Where the system can fork, they are processes: threads of one process hand Python's lock to and fro, which takes longer
than the step of a small network. A forked worker begins as a copy of the whole run, and does what the first one does:
it draws the same batches, and takes the same steps. But of the work on each batch it does its own share, and of the
parameters it moves its own part: both through memory that all of them see.
"""

import gc
import mmap
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cache
from math import prod
from typing import Any

import numpy as np

from ...nn.layers import Array

Task = Callable[[], object]

SPINS = 1000  # looks at a semaphore before falling asleep: to be woken takes longer than what is waited for
PATIENCE = 1.0  # seconds between two looks whether the others are alive


def hire(n: int) -> "Alone":
    """Make n workers: processes on Linux, threads elsewhere, where forking is not to be had or not safe."""
    if n == 1:
        return Alone()
    return Processes(n) if sys.platform == "linux" else Threads(n)


def shared_zeros(shape: tuple[int, ...], dtype: Any) -> Array:
    """Make an array in memory that a fork shares, instead of copying what is written to."""
    return np.frombuffer(mmap.mmap(-1, prod(shape) * np.dtype(dtype).itemsize), dtype).reshape(shape)


class Alone:
    """A single worker; the base of the others."""

    @contextmanager
    def at_work(self, work: Callable[[], None]) -> Iterator[None]:
        """For the time of the block, have the other workers there, who each do `work`, the block's steps, as well."""
        yield

    def each(self, tasks: Sequence[Task]) -> None:
        """Do tasks, one for each worker: all wait for each other before they begin, and again when they are done."""
        self.own(tasks)

    def own(self, tasks: Sequence[Task]) -> None:
        """Of tasks, one for each worker, do one's own, and wait for no one: with nobody else there, do all of them."""
        for task in tasks:
            task()

    def part(self, n: int) -> slice:
        """Which of n parameters this worker looks after."""
        return slice(0, n)


class Threads(Alone):
    """Threads of this process. NumPy lets go of Python's lock while it computes, which pays where arrays are large."""

    def __init__(self, n: int) -> None:
        self._pool = ThreadPoolExecutor(n)

    def own(self, tasks: Sequence[Task]) -> None:
        """Do all tasks at the same time."""
        list(self._pool.map(_quietly, tasks))


def _quietly(task: Task) -> None:
    with np.errstate(over="ignore", invalid="ignore"):  # as in `fit`: a thread has its own
        task()


class Processes(Alone):
    """The process that trains and n - 1 forked ones, each with a rank; the first one's is 0."""

    def __init__(self, n: int) -> None:
        self.n, self.rank = n, 0
        self._pids: list[int] = []
        self._spins = SPINS if n <= len(os.sched_getaffinity(0)) else 0

    @contextmanager
    def at_work(self, work: Callable[[], None]) -> Iterator[None]:
        """Fork the others, for each of whom `work` is all it ever does."""
        from multiprocessing import get_context

        fork = get_context("fork")
        self._parent = os.getpid()
        self._doors = [[fork.Semaphore(0) for _ in range(self.n)] for _ in range(2)]
        try:
            for rank in range(1, self.n):
                self._pids.append(self._fork(rank, work))
            yield
            self._meet(0)  # all have taken the last step
        finally:
            while self._pids:
                with suppress(ProcessLookupError, ChildProcessError):  # someone else has waited for it
                    pid = self._pids.pop()
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)

    def _fork(self, rank: int, work: Callable[[], None]) -> int:
        with warnings.catch_warnings():
            # Python warns of locks that another thread may hold: a worker only computes, and `Run.follow` sees to the
            # one lock in that, the generator's.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            try:
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first worker to act on
                gc.disable()  # so that what this process has inherited is not ended a second time
                self.rank = rank
                work()
                self._meet(0)
            finally:
                os._exit(0)  # whatever happened, the first worker has met it too, or finds this one gone
        return pid

    def each(self, tasks: Sequence[Task]) -> None:
        """Do this worker's task, while the others do theirs."""
        if self._at_work:
            self._meet(0)
        self.own(tasks)
        if self._at_work:
            self._meet(1)

    def own(self, tasks: Sequence[Task]) -> None:
        """Do this worker's task alone."""
        super().own(tasks[self.rank : self.rank + 1] if self._at_work else tasks)

    def part(self, n: int) -> slice:
        """Give each worker an equal part."""
        if not self._at_work:
            return super().part(n)
        return slice(n * self.rank // self.n, n * (self.rank + 1) // self.n)

    @property
    def _at_work(self) -> bool:
        return bool(self._pids or self.rank)

    def _meet(self, place: int) -> None:
        """Wait until all are here. Places take turns, lest the first at the next one be taken for the last at this."""
        doors = self._doors[place]
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
            if not self.rank and any(map(_has_ended, self._pids)):
                if door.acquire(False):  # it had come here before it ended, as all do in the end
                    return
                raise RuntimeError("A worker ended too early: killed, perhaps for want of memory. Try one worker.")


def _has_ended(pid: int) -> bool:
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # someone else has waited for it
        return True


def one_blas_thread_each(workers: int) -> AbstractContextManager[object]:
    """Where several workers compute, keep BLAS from starting threads of its own for each; else leave it alone."""
    return nullcontext() if workers == 1 else _blas().limit(limits=1)


@cache
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")
