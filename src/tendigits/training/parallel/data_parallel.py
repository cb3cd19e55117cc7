"""Data parallel: every worker takes a part of each batch through the whole network, and their gradients are added up.

The batch is split in the same way whoever the workers are, and the sum has its order, so of the workers only their
number decides the bits. Each worker then moves its own part of the parameters, in memory that all of them see.
"""

from collections.abc import Sequence

import numpy as np

from ..._util.arrays import Array
from ...data.minibatch import Examples, Minibatch
from ...nn.buffers import Buffers
from ...nn.network import Network
from ..settings import Settings
from ..worker import Worker
from .processes import shared_zeros
from .sharing import Barrier, Shared, equal_part


class PartOfMinibatch(Minibatch):
    """A worker's part of each batch. All workers draw the same random numbers, and so the same distortions."""

    def __init__(self, examples: Examples, settings: Settings, network: Network, rank: int) -> None:
        self._rank, self._of = rank, settings.workers
        self._draws = any(layer.draws for layer in network.layers)
        n = -(-settings.batch_size // self._of)
        super().__init__(examples, n, network.dtype, settings.distortion)

    def fill(self, index: Array, rng: np.random.Generator) -> Minibatch:
        """Take this worker's part of the examples at `index`; `total` is what the whole batch counts."""
        moves = self.draw(len(index), rng)
        seeds = rng.bit_generator.random_raw(self._of).tolist()
        part = equal_part(len(index), self._rank, self._of)
        self.gather(index[part], None if moves is None else moves[part])
        self.total = self._examples.total(index)
        self.rng = np.random.default_rng(seeds[self._rank]) if self._draws else None
        return self


class DataParallel:
    """A worker's network: the whole one over shared parameters, whose gradient is the sum of all workers' gradients.

    Parameters
    ----------
    network : Network
        This worker's, over the shared parameters and its own row of `all_grads`.
    all_grads : ndarray of float, shape (n_workers, n_params)
        In memory that all see.
    grads : ndarray of float, shape (n_params,)
        Takes the sum, as far as this worker moves the parameters.
    part : slice
        Which of the parameters this worker moves.
    barrier : callable

    """

    def __init__(self, network: Network, all_grads: Array, grads: Array, part: slice, barrier: Barrier) -> None:
        self._network, self._barrier = network, barrier
        self._rows, self._sum = all_grads[:, part], grads[part]

    def activations(
        self, x: Array, out: Sequence[Array] | None = None, rng: np.random.Generator | None = None
    ) -> list[Array]:
        """Go forward, once all have moved their part of the parameters."""
        self._barrier()
        return self._network.activations(x, out, rng)

    def backward(self, ys: Sequence[Array], dlogits: Array, out: Sequence[Array] | None = None) -> None:
        """Go back, and once all have done so, add up the gradients of this worker's part of the parameters."""
        self._network.backward(ys, dlogits, out)
        self._barrier()
        self._sum[...] = self._rows[0]
        for row in self._rows[1:]:
            self._sum += row


def share_examples(network: Network, examples: Examples, settings: Settings, barrier: Barrier) -> Shared:
    """Share the work on each batch out among workers by its examples."""
    n, size = settings.workers, network.params.size
    params, sums = shared_zeros((size,), network.dtype), shared_zeros((n, 2), np.float64)
    all_grads = shared_zeros((n, size), network.dtype)
    whole = network.replica(params, np.zeros_like(params))
    optimizer = settings.make_optimizer(whole)
    parts = [equal_part(size, rank, n) for rank in range(n)]
    workers = []
    for rank, part in enumerate(parts):
        own = network.replica(params, all_grads[rank])
        stand_in = DataParallel(own, all_grads, whole.grads, part, barrier)
        batch = PartOfMinibatch(examples, settings, network, rank)
        workers.append(Worker(stand_in, optimizer, batch, Buffers(own, batch.n), sums[rank]))
    return Shared(optimizer, slice(None), slice(None), workers, parts, sums)
