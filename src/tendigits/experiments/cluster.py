"""Many trainings on a Dask cluster: a task for each, the data sent once to each worker, results as they come."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from .. import __version__
from .._util.optional import require
from ..errors import InputError, WorkerFailed

SECONDS = 10  # that a scheduler, and then its workers, have to answer
TRIES = 3  # times to send data anew, should all workers that held them be gone

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Connect to a cluster for the time of the block.

    Parameters
    ----------
    address : str
        Of its scheduler, such as "tcp://10.0.0.1:8786".

    Yields
    ------
    distributed.Client
        The connection.

    Raises
    ------
    InputError
        If nobody answers there.

    """
    distributed = require("dask.distributed", extra="dask")
    try:
        client = distributed.Client(address, timeout=SECONDS)
    except (OSError, ValueError) as error:
        raise InputError(
            f"No Dask scheduler answers at {address}: start one with `dask scheduler`, and name the address that it "
            "prints, such as tcp://10.0.0.1:8786."
        ) from error
    with client:
        yield client


class Cluster:
    """A Dask cluster that trains.

    Parameters
    ----------
    client : distributed.Client
        The connection to it.

    Raises
    ------
    InputError
        If it has no workers, or they have another version of this package, or none.

    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._sent: dict[int, tuple[object, Any]] = {}
        _check_versions(client)

    def __repr__(self) -> str:
        return f"Cluster({self._client})"

    def results(
        self, task: Callable[[Any, Item], Result], data: Any, items: Sequence[Item]
    ) -> Iterator[tuple[Item, Result | WorkerFailed]]:
        """Run task(data, item) for every item.

        Parameters
        ----------
        task : callable
            A function that workers can import, or a partial of one.
        data
            Sent to each worker once, however often it is used.
        items : sequence
            What the tasks differ in.

        Yields
        ------
        item, result
            As they come. A task whose worker is killed is tried again; the result is a WorkerFailed once it has
            killed several. What a task raises is raised here.

        """
        waiting = list(items)
        for _ in range(TRIES):
            for item, result in self._tried(task, self._send(data), waiting):
                waiting.remove(item)
                yield item, result
            if not waiting:
                return
            self._sent.clear()  # whoever held the data is gone
        raise WorkerFailed(f"The cluster lost its workers {TRIES} times, and {len(waiting)} results with them.")

    def _send(self, data: Any) -> Any:
        """Send data to all workers, unless they have them."""
        if id(data) not in self._sent:
            [future] = self._client.scatter([data], broadcast=True, hash=False)
            self._sent[id(data)] = data, future  # kept, so that no other object takes its id
        return self._sent[id(data)][1]

    def _tried(self, task: Any, data: Any, items: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
        distributed = require("dask.distributed", extra="dask")
        futures = {self._client.submit(task, data, item, pure=False): item for item in items}
        try:
            for future in distributed.as_completed(list(futures)):
                if future.status in ("finished", "error"):
                    yield futures[future], _result(future, distributed)
        finally:
            self._client.cancel([future for future in futures if not future.done()])


def _result(future: Any, distributed: Any) -> Any:
    try:
        return future.result()
    except distributed.scheduler.KilledWorker as error:
        return WorkerFailed(f"A task killed all workers that tried it, perhaps for lack of memory. {error}")


def _check_versions(client: Any) -> None:
    """Raise InputError unless all workers have this version."""
    from dask.distributed import TimeoutError as TooLate

    try:
        client.wait_for_workers(1, timeout=SECONDS)
    except TooLate as error:
        raise InputError("The Dask cluster has no workers: start some with `dask worker ADDRESS`.") from error
    try:
        versions = client.run(eval, "__import__('tendigits').__version__")
    except ImportError as error:
        raise InputError(
            f"A worker of the Dask cluster has no tendigits: install version {__version__} on all."
        ) from error
    for worker, version in versions.items():
        if version != __version__:
            raise InputError(f"The Dask worker {worker} has tendigits {version}, not {__version__}: install the same.")
