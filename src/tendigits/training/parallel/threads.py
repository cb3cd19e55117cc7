"""Workers as threads, where processes cannot be forked. NumPy lets go of Python's lock while it computes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import numpy as np

from ...errors import WorkerFailed


class Threads:
    """The thread that trains, of rank 0, and n - 1 others.

    Parameters
    ----------
    n : int
        How many workers, this one included.

    """

    def __init__(self, n: int) -> None:
        self.n = n
        self._barrier = threading.Barrier(n)
        self._errors: list[BaseException] = []

    def __repr__(self) -> str:
        return f"Threads({self.n})"

    @contextmanager
    def working(self, work: Callable[[int], None]) -> Iterator[None]:
        """For the time of the block, this worker's own work, have the others there, who each do work(rank)."""
        self._barrier.reset()
        self._errors.clear()
        others = [threading.Thread(target=self._work, args=(rank, work), daemon=True) for rank in range(1, self.n)]
        for thread in others:
            thread.start()
        try:
            yield
            self.barrier()  # all have taken the last step
        finally:
            self._barrier.abort()  # whoever goes on, after an interrupt, is let out at the next barrier
            for thread in others:
                thread.join()

    def _work(self, rank: int, work: Callable[[int], None]) -> None:
        with suppress(threading.BrokenBarrierError), np.errstate(over="ignore", invalid="ignore"):
            try:
                work(rank)
                self._barrier.wait()
            except threading.BrokenBarrierError:
                raise
            except BaseException as error:
                self._errors.append(error)
                self._barrier.abort()

    def barrier(self) -> None:
        """Wait until all are here. Raises WorkerFailed where another worker has failed."""
        try:
            self._barrier.wait()
        except threading.BrokenBarrierError:
            if not self._errors:
                raise
            raise WorkerFailed(f"A worker failed: {self._errors[0]!r}") from self._errors[0]
