"""Data parallel over MPI ranks.

Every rank has the whole network and takes its part of each batch through it. One all-reduce of the flat gradient then
gives every rank the gradient of the batch, and every rank takes the same step. So ranks need to exchange nothing else,
and any of them could tell the result; rank 0 does.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from ..._util.arrays import Array
from ..._util.blas import blas_threads
from ...data.minibatch import Examples
from ...nn.buffers import Buffers
from ...nn.network import Network
from ..settings import Settings
from ..worker import Worker
from .batchnorm import share_statistics
from .data_parallel import PartOfMinibatch
from .mpi import Ranks

AGREE_EVERY = 64  # steps between two agreements of the ranks on whether to stop


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
        """Run the backward pass, and add up the gradients of all ranks.

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
            return calls % AGREE_EVERY == 0 and self.agreed(interrupted())

        return all_interrupted
