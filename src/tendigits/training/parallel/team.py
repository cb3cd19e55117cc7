"""A team: several workers that train one network together."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from copy import copy, deepcopy
from typing import Any, TypeVar

from ..._util.blas import one_blas_thread
from ...data.minibatch import Examples
from ...errors import InputError
from ...nn.layers import BatchNorm
from ...nn.network import Network
from ..settings import Settings
from .data_parallel import share_examples
from .hidden_units import LARGEST_BATCH, divisible, share_hidden_units
from .mpi import Ranks
from .processes import Processes, can_fork, shared_zeros
from .rank_team import RankTeam
from .sharing import part_of
from .threads import Threads

Steps = Callable[..., None]
T = TypeVar("T")


class Team:
    """Workers that divide the work on each batch, by examples or by hidden units, as processes or threads.

    The same number of workers learns the same bits, as processes or as threads.

    Parameters
    ----------
    network : Network
        The network to train.
    examples : Examples
        The training examples.
    settings : Settings
        Number of workers, batch size, optimizer and distortion.

    Attributes
    ----------
    workers : list of Worker
        The workers, in the order of their ranks.
    optimizer : SGD
        Over all shared parameters.
    sums : ndarray of float64, shape (n_workers, 2)
        All workers' `sums`.
    label : int
        How a checkpoint tells this team from others: the number of workers.

    Raises
    ------
    InputError
        If a layer, other than BatchNorm, mixes the examples of a batch, which workers then cannot divide.

    """

    def __init__(self, network: Network, examples: Examples, settings: Settings) -> None:
        if mixing := [layer for layer in network.layers if layer.mixes_examples and type(layer) is not BatchNorm]:
            raise InputError(f"{mixing[0]} depends on the whole batch, which workers cannot divide: use one worker.")
        self.label = settings.workers
        self.backend = make_backend(settings.workers)
        gathers_little = settings.batch_size <= LARGEST_BATCH and not settings.distortion and not settings.l2
        by_units = gathers_little and divisible(network, settings.workers)
        share = share_hidden_units if by_units else share_examples
        self._shared = share(network, examples, settings, self.backend.barrier)
        self.workers, self.sums, self.optimizer = self._shared.workers, self._shared.sums, self._shared.optimizer
        state = self.optimizer.state
        self.optimizer.state = {name: shared_zeros(vector.shape, vector.dtype) for name, vector in state.items()}

    def __repr__(self) -> str:
        return f"Team({self.backend})"

    def __enter__(self) -> None:
        """Limit BLAS to one thread per worker."""
        self._blas: AbstractContextManager[object] = one_blas_thread()
        self._blas.__enter__()

    def __exit__(self, *error: Any) -> None:
        """Restore the number of BLAS threads."""
        self._blas.__exit__(*error)

    def agreed(self, value: T) -> T:
        """Return the value: between epochs there is only one worker, and nobody to disagree.

        Parameters
        ----------
        value
            Any value.

        Returns
        -------
        object
            The same.

        """
        return value

    def take(self, steps: Steps, run: Any, interrupted: Callable[[], bool], tell: Callable[[int], object]) -> None:
        """Take the remaining steps of a run's epoch, with all workers.

        Parameters
        ----------
        steps : callable
            `tendigits.training.loop.steps`.
        run : Run
            The run; workers of rank 1 and higher have copies of it.
        interrupted : callable
            Whether to stop before the next batch; only this worker asks.
        tell : callable
            Called with the size of each batch that is done.

        """
        shared, params = self._shared, run.network.params
        self.optimizer.params[shared.shared_index] = params[shared.network_index]
        for worker, part in zip(self.workers, shared.parts, strict=True):
            worker.optimizer = part_of(self.optimizer, part)
        followers = [_follower(run) for _ in self.workers]

        def follow(rank: int) -> None:
            steps(followers[rank], self.workers[rank], lambda: False, lambda n: None)

        with self.backend.working(follow):
            steps(run, self.workers[0], interrupted, tell)
        self.optimizer.steps = self.workers[0].optimizer.steps
        params[shared.network_index] = self.optimizer.params[shared.shared_index]


def make_team(network: Network, examples: Examples, settings: Settings, ranks: Ranks | None) -> Team | RankTeam | None:
    """Share out the work on each batch.

    Parameters
    ----------
    network, examples, settings
        As for `Team`.
    ranks : Ranks or None
        MPI ranks, which then are the workers.

    Returns
    -------
    Team, RankTeam or None
        None if there is only one worker.

    """
    if ranks:
        return RankTeam(ranks, network, examples, settings)
    return Team(network, examples, settings) if settings.workers > 1 else None


def make_backend(n: int) -> Processes | Threads:
    """Make n workers: processes if they can be forked, otherwise threads.

    Parameters
    ----------
    n : int
        The number of workers, including this one.

    Returns
    -------
    Processes or Threads
        The workers, not yet started.

    """
    return Processes(n) if can_fork() else Threads(n)


def _follower(run: Any) -> Any:
    """Copy a run for another worker, which counts its own steps and has a generator in the same state."""
    twin = copy(run)
    twin.rng, twin.follows = deepcopy(run.rng), True
    return twin
