"""Workers as MPI ranks: processes on one machine or on many, started by `mpirun`.

Every rank has the whole network and takes its part of each batch through it. One all-reduce of the flat gradient then
gives every rank the gradient of the batch, and every rank takes the same step. So ranks need to exchange nothing else,
and any of them could tell the result; rank 0 does.
"""

import os
import pickle
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

import numpy as np

from ..._util.arrays import Array
from ..._util.blas import blas_threads
from ..._util.optional import require
from ...data.mapped import file_of
from ...data.minibatch import Examples
from ...errors import InputError
from ...nn.buffers import Buffers
from ...nn.network import Network
from ..settings import Settings
from ..worker import Worker
from .batchnorm import share_statistics
from .data_parallel import PartOfMinibatch

T = TypeVar("T")

LAUNCHERS = {  # the variables of the environment by which a process can tell that it is one of several ranks
    "OMPI_COMM_WORLD_SIZE": "OMPI_COMM_WORLD_RANK",  # Open MPI
    "PMI_SIZE": "PMI_RANK",  # MPICH, Intel MPI and Slurm
    "MV2_COMM_WORLD_SIZE": "MV2_COMM_WORLD_RANK",
}
ASKS = 64  # steps from one time that ranks agree on whether to stop to the next
PATIENCE = 2.0  # seconds that rank 0 has to report what all ranks have met


def launched() -> tuple[int, int]:
    """Tell which of how many ranks this process is, by what `mpirun` put into its environment.

    Returns
    -------
    rank, size : int
        0 and 1 for a process that was started by itself.

    """
    for size, rank in LAUNCHERS.items():
        if os.environ.get(size, "").isdecimal():
            return int(os.environ.get(rank, 0)), int(os.environ[size])
    return 0, 1


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

    def team(self, network: Network, examples: Examples, settings: Settings) -> "RankTeam":
        """Share out the work on each batch.

        Parameters
        ----------
        network, examples, settings
            As for `RankTeam`.

        Returns
        -------
        RankTeam
            The team.

        """
        return RankTeam(self, network, examples, settings)

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
    from io import BytesIO

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


class AllReduced:
    """A rank's network, whose gradient is the sum of all ranks' gradients.

    Parameters
    ----------
    network : Network
        This rank's network.
    ranks : Ranks
        All ranks.

    """

    def __init__(self, network: Network, ranks: Ranks) -> None:
        self._network, self._ranks = network, ranks
        self.activations = network.activations

    def __repr__(self) -> str:
        return f"AllReduced({self._network})"

    def backward(self, ys: Sequence[Array], dlogits: Array, out: Sequence[Array] | None = None) -> None:
        """Go back, and add up the gradients of all ranks.

        Parameters
        ----------
        ys, dlogits, out
            As for `Network.backward`.

        """
        self._network.backward(ys, dlogits, out)
        self._ranks.total(self._network.grads)


class RankTeam:
    """MPI ranks that divide the work on each batch by examples; to a run it is what a `Team` is.

    Parameters
    ----------
    ranks : Ranks
        The ranks.
    network : Network
        The network to train.
    examples : Examples
        The training examples.
    settings : Settings
        Batch size, optimizer and distortion; `workers` is the number of ranks.

    Attributes
    ----------
    workers : list of Worker
        This rank's worker alone.
    optimizer : SGD
        Over all parameters.
    sums : ndarray of float64, shape (1, 2)
        This rank's `sums`; after an epoch's steps, those of all ranks.
    label : str
        How a checkpoint tells this team from others.

    """

    def __init__(self, ranks: Ranks, network: Network, examples: Examples, settings: Settings) -> None:
        self._ranks, self.label = ranks, f"{ranks.size} MPI ranks"
        self.optimizer, self.sums = settings.make_optimizer(network), np.zeros((1, 2))
        if ranks.rank:  # the penalty counts once, as rank 0's
            penalize = self.optimizer.penalize
            self.optimizer.__dict__["penalize"] = lambda strength: 0.0 * penalize(strength)
        own = network.replica(network.params, network.grads)
        share_statistics(own, ranks.total, keeps=True)
        batch = PartOfMinibatch(examples, settings, network, ranks.rank)
        self.workers = [Worker(AllReduced(own, ranks), self.optimizer, batch, Buffers(own, batch.n), self.sums[0])]
        self.agreed = ranks.agreed

    def __repr__(self) -> str:
        return f"RankTeam({self._ranks})"

    def __enter__(self) -> None:
        """Divide the processors among the ranks of a machine."""
        self._blas: AbstractContextManager[object] = blas_threads(self._ranks.blas_threads)
        self._blas.__enter__()

    def __exit__(self, *error: Any) -> None:
        """Restore the number of BLAS threads."""
        self._blas.__exit__(*error)

    def take(
        self, steps: Callable[..., None], run: Any, interrupted: Callable[[], bool], tell: Callable[[int], object]
    ) -> None:
        """Take the remaining steps of a run's epoch, as all ranks do.

        Parameters
        ----------
        steps, run, interrupted, tell
            As for `Team.take`.

        """
        steps(run, self.workers[0], self._agreeing(interrupted), tell)
        self._ranks.total(self.sums)

    def _agreeing(self, interrupted: Callable[[], bool]) -> Callable[[], bool]:
        """Make a function that all ranks call before each step, and that stops all or none."""
        calls = 0

        def all_interrupted() -> bool:
            nonlocal calls
            calls += 1
            return calls % ASKS == 0 and self.agreed(interrupted())

        return all_interrupted


@contextmanager
def ending_together() -> Iterator[None]:
    """End all ranks if this one fails in the block: the others would wait for it for ever.

    Yields
    ------
    None
        Nothing.

    """
    try:
        yield
    except SystemExit as end:
        if end.code:
            _abort(end.code if isinstance(end.code, int) else 1)
        raise
    except Exception:
        if launched()[1] > 1:
            traceback.print_exc()
            _abort(1)
        raise


def let_rank_0_report() -> None:
    """On a rank that has met an error, wait a moment: most errors all ranks meet, and rank 0 reports them."""
    if launched()[0] > 0:
        time.sleep(PATIENCE)


def _abort(status: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    module = sys.modules.get("mpi4py.MPI")
    if launched()[1] > 1 and module and module.Is_initialized() and not module.Is_finalized():
        module.COMM_WORLD.Abort(status)
