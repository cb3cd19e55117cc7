"""Workers as threads, where processes cannot be forked. NumPy releases Python's interpreter lock while it computes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import numpy as np

from ...errors import WorkerFailed


class Threads:
    """A group of workers: this thread, of rank 0, and n - 1 others.

    Parameters
    ----------
    n : int
        The number of workers, including this one.

    """

    def __init__(self, n: int) -> None:
        self.n = n
        self._barrier = threading.Barrier(n)
        self._errors: list[BaseException] = []

    def __repr__(self) -> str:
        return f"Threads({self.n})"

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
            If another worker has failed.

        """
        self._barrier.reset()
        self._errors.clear()
        others = [threading.Thread(target=self._work, args=(rank, work), daemon=True) for rank in range(1, self.n)]
        for thread in others:
            thread.start()
        try:
            yield
            self.barrier()  # all workers have taken the last step
        finally:
            self._barrier.abort()  # after an interrupt, the others leave at their next barrier
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
        """Wait until all workers are here.

        Raises
        ------
        WorkerFailed
            If another worker has failed.

        """
        try:
            self._barrier.wait()
        except threading.BrokenBarrierError:
            if not self._errors:
                raise
            raise WorkerFailed(f"A worker failed: {self._errors[0]!r}") from self._errors[0]
