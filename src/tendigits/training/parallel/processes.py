"""Workers as processes with shared memory: forked for each epoch, and synchronised by a barrier.

Threads of one process have to take turns at Python's interpreter lock, which takes longer than the step of a small
network. A forked worker starts as a copy of the whole training run, shares the arrays made by `shared_zeros`, and takes
its steps.
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

SPINS = 1000  # tries to pass a semaphore before sleeping: waking up takes longer than the usual wait
PATIENCE = 0.5  # seconds between checks that the other workers are alive
MESSAGE = 1000  # bytes for a worker's error message


def shared_zeros(shape: tuple[int, ...], dtype: Any) -> Array:
    """Make an array of zeros in memory that stays shared after a fork.

    Parameters
    ----------
    shape : tuple of int
        The array's shape.
    dtype : dtype
        The array's dtype.

    Returns
    -------
    ndarray
        The array.

    """
    size = max(1, prod(shape) * np.dtype(dtype).itemsize)
    return np.frombuffer(mmap.mmap(-1, size), dtype, prod(shape)).reshape(shape)


def can_fork() -> bool:
    """Tell whether workers can be processes: on Linux, where forking is safe, if semaphores are available."""
    if sys.platform != "linux":
        return False
    from multiprocessing import get_context

    try:
        get_context("fork").Semaphore(0)
    except (ImportError, OSError):  # no /dev/shm, or not writable
        return False
    return True


class Processes:
    """A group of workers: this process, of rank 0, and n - 1 forked ones.

    Parameters
    ----------
    n : int
        The number of workers, including this one.

    Attributes
    ----------
    rank : int
        The rank of the worker that this process is.

    """

    def __init__(self, n: int) -> None:
        self.n, self.rank = n, 0
        self._children: list[_Child] = []
        self._spins = SPINS if n <= len(os.sched_getaffinity(0)) else 0

    def __repr__(self) -> str:
        return f"Processes({self.n})"

    @contextmanager
    def working(self, work: Callable[[int], None]) -> Iterator[None]:
        """Run the other workers while the block runs, which is this worker's own work.

        Parameters
        ----------
        work : callable
            Called as work(rank) in each of the other workers.

        Yields
        ------
        None
            Once the others have started.

        Raises
        ------
        WorkerFailed
            If a worker ended before its work was done, for whatever reason.

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
            self.barrier()  # all workers have taken the last step
            if any(child.has_failed() for child in self._children):
                raise WorkerFailed(self._reason())
        finally:
            while self._children:
                self._children.pop().kill()

    def _fork(self, rank: int, work: Callable[[int], None]) -> int:
        with warnings.catch_warnings():
            # Python warns of locks that other threads may hold; a worker only computes, and needs none of them.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            self._work(rank, work)
        return pid

    def _work(self, rank: int, work: Callable[[int], None]) -> None:
        """Be a worker, and nothing else; never return."""
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # rank 0 deals with Ctrl-C
            gc.disable()  # inherited objects are not this process's to finalise
            self.rank, self._children = rank, []
            work(rank)
            self.barrier()
            os._exit(0)
        except BaseException as error:  # whatever it is, rank 0 reports it
            text = f"{type(error).__name__}: {error}".encode()[:MESSAGE]
            self._message[: len(text)] = np.frombuffer(text, np.uint8)
        finally:
            os._exit(1)

    def barrier(self) -> None:
        """Wait until all workers are here.

        There are two sets of semaphores, used in turn: with one set, a fast worker at the next barrier could be
        mistaken for a slow one at this.

        Raises
        ------
        WorkerFailed
            If another worker has failed or was killed.

        """
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
                if door.acquire(False):  # it reached the barrier before it ended
                    return
                raise WorkerFailed(self._reason())

    def _reason(self) -> str:
        text = bytes(self._message).rstrip(b"\0").decode(errors="replace")
        if text:
            return f"A worker failed: {text}"
        return "A worker process was killed, perhaps for lack of memory. Try again with one worker."


class _Child:
    """A forked process, held by a pidfd if the system has these, so that no other process can take its place."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._descriptor = -1
        with suppress(AttributeError, OSError):
            self._descriptor = os.pidfd_open(pid)

    def has_ended(self) -> bool:
        """Tell whether it has ended, without reaping it."""
        try:
            return os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:  # someone else has waited for it
            return True

    def has_failed(self) -> bool:
        """Tell whether it has ended otherwise than by itself, its work being done."""
        try:
            end = os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return False
        return end is not None and end.si_status != 0

    def kill(self) -> None:
        """Kill and reap it."""
        with suppress(ProcessLookupError, ChildProcessError):  # someone else has waited for it
            if self._descriptor >= 0:
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
            elif not self.has_ended():  # nor reaped by someone else, after which the number may be another's
                os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        if self._descriptor >= 0:
            os.close(self._descriptor)
