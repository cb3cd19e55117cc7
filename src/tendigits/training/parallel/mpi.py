"""MPI ranks: processes on one machine or on many, started by `mpirun`, and what they can do together."""

import os
import pickle
from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar

import numpy as np

from ..._util.arrays import Array
from ..._util.optional import require
from ...data.mapped import file_of
from ...errors import InputError
from .launch import launched

T = TypeVar("T")


def world() -> "Ranks | None":
    """Find all ranks that were started together with this process.

    Returns
    -------
    Ranks or None
        None if it was started by itself.

    Raises
    ------
    InputError
        If there are several, but they cannot reach each other.

    """
    _, size = launched()
    if size == 1:
        return None
    comm = require("mpi4py.MPI", extra="mpi").COMM_WORLD
    if comm.size != size:
        raise InputError(
            f"mpirun started {size} processes, but mpi4py finds {comm.size}: it was built for another MPI. Build it "
            "for this one: pip install --force-reinstall --no-binary mpi4py mpi4py"
        )
    return Ranks(comm)


def mpi(comm: Any) -> "Ranks":
    """Take the ranks of a communicator as the workers of `fit` or `train_and_test`.

    All ranks call `fit` alike. Run the script by `mpirun -n 4 python -m mpi4py script.py`, so that an error in one rank
    ends all of them.

    Parameters
    ----------
    comm : mpi4py.MPI.Comm
        The communicator, such as `MPI.COMM_WORLD`.

    Returns
    -------
    Ranks
        The `team` to pass on.

    """
    return Ranks(comm)


class Ranks:
    """The ranks of an MPI communicator.

    Parameters
    ----------
    comm : mpi4py.MPI.Comm
        The communicator.

    Attributes
    ----------
    rank, size : int
        This process's number, from 0, and the number of processes.

    """

    def __init__(self, comm: Any) -> None:
        self.MPI = require("mpi4py.MPI", extra="mpi")
        self.comm, self.rank, self.size = comm, comm.rank, comm.size
        self._node = comm.Split_type(self.MPI.COMM_TYPE_SHARED)
        self._windows: list[Any] = []

    def __repr__(self) -> str:
        return f"Ranks({self.rank} of {self.size})"

    def total(self, vector: Array) -> Array:
        """Add up the vectors of all ranks (an all-reduce).

        Parameters
        ----------
        vector : ndarray
            This rank's, which is replaced by the sum.

        Returns
        -------
        ndarray
            `vector`.

        """
        self.comm.Allreduce(self.MPI.IN_PLACE, vector)
        return vector

    def agreed(self, value: T) -> T:
        """Return the value of rank 0.

        Parameters
        ----------
        value
            This rank's.

        Returns
        -------
        object
            Rank 0's.

        """
        agreed: T = self.comm.bcast(value)
        return agreed

    def check_alike(self, digest: str) -> None:
        """Check that all ranks have the same data.

        Parameters
        ----------
        digest : str
            Of this rank's data.

        Raises
        ------
        InputError
            On all ranks, if one's differs.

        """
        digests = self.comm.allgather(digest)
        others = [rank for rank, each in enumerate(digests) if each != digests[0]]
        if others:
            raise InputError(
                f"Rank {others[0]} has other data than rank 0: give all {self.size} ranks the same, on every machine."
            )

    @property
    def blas_threads(self) -> int:
        """The number of BLAS threads for each rank: the cores of its machine, divided among the ranks there."""
        affinity = getattr(os, "sched_getaffinity", None)
        cores = affinity(0) if affinity else range(os.cpu_count() or 1)
        all_cores: set[int] = set().union(*self._node.allgather(set(cores)))
        return max(1, len(all_cores) // int(self._node.size))

    def once_per_node(self, make: Callable[[], T]) -> T:
        """Make something once on each machine; its arrays lie in memory that the ranks there share.

        Arrays that are maps of files stay so: the system keeps one copy of a file in memory.

        Parameters
        ----------
        make : callable
            Makes it; only the first rank on each machine calls it.

        Returns
        -------
        object
            What it made.

        """
        buffers: list[pickle.PickleBuffer] = []
        text = _pickled(make(), buffers) if self._node.rank == 0 else None
        text, sizes = self._node.bcast((text, [buffer.raw().nbytes for buffer in buffers]))
        shared = [self._shared(size) for size in sizes]
        for memory, buffer in zip(shared, buffers, strict=False):  # those that have none only read
            memory[:] = buffer.raw()
        buffers.clear()
        self._node.Barrier()
        made: T = pickle.loads(text, buffers=shared)
        return made

    def _shared(self, size: int) -> Any:
        """Make memory that the ranks of a machine share."""
        window = self.MPI.Win.Allocate_shared(size if self._node.rank == 0 else 0, 1, comm=self._node)
        self._windows.append(window)  # it lives as long as this object
        memory, _ = window.Shared_query(0)
        return memory


def once_per_node(ranks: Ranks | None, make: Callable[[], T]) -> T:
    """Make something once on each machine, if there are MPI ranks; otherwise make it.

    Parameters
    ----------
    ranks : Ranks or None
        The ranks.
    make : callable
        Makes it.

    Returns
    -------
    object
        What it made.

    """
    return ranks.once_per_node(make) if ranks else make()


def _pickled(value: Any, buffers: list[pickle.PickleBuffer]) -> bytes:
    file = BytesIO()
    _Pickler(file, protocol=5, buffer_callback=buffers.append).dump(value)
    return file.getvalue()


class _Pickler(pickle.Pickler):
    """Leaves arrays to the buffers, and maps to whoever maps their files."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.flags.c_contiguous and (place := file_of(value)):
            name, offset = place
            return np.memmap, (name, value.dtype, "r", offset, value.shape)
        return NotImplemented
