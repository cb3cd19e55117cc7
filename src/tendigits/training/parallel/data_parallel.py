"""A batch shared out among workers: each takes a part of it through the network, and their gradients are added up.

The batch is split in the same way whoever the workers are, and the sum has its order: so of the workers only their
number decides the bits.
"""

import itertools
from functools import partial
from typing import Any

import numpy as np

from ...data.distortions import DisplacementField
from ...data.minibatch import Batch, Examples
from ...nn.buffers import Workspace
from ...nn.layers import Array, Dropout
from ...nn.network import Network
from .backend import Alone, shared_zeros


class Shard:
    """One worker's part of a batch: n examples, and all the arrays that their way through the network fills."""

    def __init__(self, network: Network, examples: Examples, n: int) -> None:
        rows, labels, weights = examples
        self.network = network
        self.batch = Batch(rows, labels, n, network.dtype, weights)
        self.workspace = Workspace(network, n)
        self.draws = any(isinstance(layer, Dropout) for layer in network.layers)

    def gradient(self, index: Array, moves: DisplacementField | None, total: float, seed: Any) -> tuple[float, int]:
        """Fill the network's gradients with the share that the examples at `index` have in those of a batch.

        total: what the whole batch counts; seed: an int or a generator, for layers that need chance. Return their share
        of the batch's mean loss, and how many were right.
        """
        batch = self.batch
        batch.fill(index, moves)
        rng = np.random.default_rng(seed) if self.draws else None
        return self.network.gradient(batch.x, batch.labels, self.workspace, weights=batch.weights, total=total, rng=rng)


class Shards:
    """The shards of a batch of n. Their gradients add up in the network's own."""

    def __init__(self, network: Network, examples: Examples, n: int, n_workers: int, workers: Alone) -> None:
        cuts = np.linspace(0, n, n_workers + 1).astype(int).tolist()
        self.network, self.workers = network, workers
        self.parts = [slice(start, stop) for start, stop in itertools.pairwise(cuts) if stop > start]
        self.grads = shared_zeros((len(self.parts), network.grads.size), network.dtype)
        self.outcomes = shared_zeros((len(self.parts), 2), np.float64)
        networks = [network.replica(network.params, grads) for grads in self.grads]
        self.shards = [
            Shard(own, examples, part.stop - part.start) for own, part in zip(networks, self.parts, strict=True)
        ]

    def gradient(
        self, index: Array, moves: DisplacementField | None, total: float, rng: np.random.Generator
    ) -> tuple[float, int]:
        """Fill the network's gradients for the examples at `index`, which count `total`.

        Return their mean loss and how many were right. Of several workers, each fills the part that it looks after.
        """
        seeds = rng.bit_generator.random_raw(len(self.shards)).tolist()
        self.workers.each([partial(self._one, k, index, moves, total, seed) for k, seed in enumerate(seeds)])
        self._add_up(self.workers.part(self.network.grads.size))
        loss, correct = self.outcomes.sum(axis=0).tolist()
        return loss, int(correct)

    def _one(self, k: int, index: Array, moves: DisplacementField | None, total: float, seed: int) -> None:
        part = self.parts[k]
        self.outcomes[k] = self.shards[k].gradient(index[part], None if moves is None else moves[part], total, seed)

    def _add_up(self, part: slice) -> None:
        total = self.network.grads[part]
        total[...] = self.grads[0, part]
        for grads in self.grads[1:, part]:
            total += grads
