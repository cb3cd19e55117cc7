"""Data parallel: each worker takes part of each batch through the whole network, and their gradients are summed.

How a batch is split, and the order of the sum, depend on the number of workers alone, and so do the bits of the result.
Each worker then updates its own part of the parameters, which lie in shared memory.
"""

from collections.abc import Sequence

import numpy as np

from ..._util.arrays import Array
from ...data.minibatch import Examples, Minibatch
from ...nn.buffers import Buffers
from ...nn.network import Network
from ..settings import Settings
from ..worker import Worker
from .batchnorm import Totals, share_statistics
from .processes import shared_zeros
from .sharing import Barrier, Shared, equal_part


class PartOfMinibatch(Minibatch):
    """A worker's part of each batch. All workers draw the same random numbers, and so the same distortions.

    Parameters
    ----------
    examples : Examples
        The training examples.
    settings : Settings
        Number of workers, batch size and distortion.
    network : Network
        The network, which decides whether its layers need random numbers.
    rank : int
        The worker's number, from 0.

    """

    def __init__(self, examples: Examples, settings: Settings, network: Network, rank: int) -> None:
        self._rank, self._of = rank, settings.workers
        self._draws = any(layer.draws for layer in network.layers)
        n = -(-settings.batch_size // self._of)
        super().__init__(examples, n, network.dtype, settings.distortion)

    def fill(self, index: Array, rng: np.random.Generator) -> Minibatch:
        """Take this worker's part of the examples at `index`; `total` is the weight of the whole batch."""
        moves = self.draw(len(index), rng)
        seeds = rng.bit_generator.random_raw(self._of).tolist()
        part = equal_part(len(index), self._rank, self._of)
        self.gather(index[part], None if moves is None else moves[part])
        self.total = self._examples.total(index)
        self.rng = np.random.default_rng(seeds[self._rank]) if self._draws else None
        return self


class DataParallel:
    """A replica of the network whose gradient is the sum of all workers' gradients (a reduce-scatter).

    Parameters
    ----------
    network : Network
        This worker's replica, over the shared parameters and the worker's row of `all_grads`.
    all_grads : ndarray of float, shape (n_workers, n_params)
        The gradients of all workers, in shared memory.
    grads : ndarray of float, shape (n_params,)
        Where this worker writes its part of the sum.
    part : slice
        The part of the parameters that this worker updates.
    barrier : callable
        Returns once all workers have called it.

    """

    def __init__(self, network: Network, all_grads: Array, grads: Array, part: slice, barrier: Barrier) -> None:
        self._network, self._barrier = network, barrier
        self._rows, self._sum = all_grads[:, part], grads[part]

    def __repr__(self) -> str:
        return f"DataParallel({self._network})"

    def activations(
        self, x: Array, out: Sequence[Array] | None = None, rng: np.random.Generator | None = None
    ) -> list[Array]:
        """Run the forward pass, once all workers have updated their parts of the parameters.

        Parameters
        ----------
        x, out, rng
            As for `Network.activations`.

        Returns
        -------
        list of ndarray
            [x, y_1, …, logits] of this worker's part of the batch.

        """
        self._barrier()
        return self._network.activations(x, out, rng)

    def backward(self, ys: Sequence[Array], dlogits: Array, out: Sequence[Array] | None = None) -> None:
        """Run the backward pass; once all workers have, sum the gradients of this worker's part of the parameters.

        Parameters
        ----------
        ys, dlogits, out
            As for `Network.backward`.

        """
        self._network.backward(ys, dlogits, out)
        self._barrier()
        self._sum[...] = self._rows[0]
        for row in self._rows[1:]:
            self._sum += row


def share_examples(network: Network, examples: Examples, settings: Settings, barrier: Barrier) -> Shared:
    """Divide the work on each batch among workers by examples.

    Parameters
    ----------
    network : Network
        The network to train.
    examples : Examples
        The training examples.
    settings : Settings
        Number of workers, batch size, optimizer and distortion.
    barrier : callable
        Returns once all workers have called it.

    Returns
    -------
    Shared
        The workers, and the parameters in shared memory.

    """
    n, size = settings.workers, network.params.size
    params, sums = shared_zeros((size,), network.dtype), shared_zeros((n, 2), np.float64)
    all_grads = shared_zeros((n, size), network.dtype)
    whole = network.replica(params, np.zeros_like(params))
    optimizer = settings.make_optimizer(whole)
    parts, totals = [equal_part(size, rank, n) for rank in range(n)], Totals(network, n, barrier)
    workers = []
    for rank, part in enumerate(parts):
        own = network.replica(params, all_grads[rank])
        share_statistics(own, totals.of(rank), keeps=rank == 0)
        trainable = DataParallel(own, all_grads, whole.grads, part, barrier)
        batch = PartOfMinibatch(examples, settings, network, rank)
        workers.append(Worker(trainable, optimizer, batch, Buffers(own, batch.n), sums[rank]))
    return Shared(optimizer, slice(None), slice(None), workers, parts, sums)
