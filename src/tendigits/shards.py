"""A batch shared out among threads: each takes a part of it through the network, and their gradients are added up.

NumPy lets go of Python's lock while it computes, so threads do run side by side. All share the parameters; each has its
own gradients, one flat vector, so that adding them up is one line.
"""

import itertools
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np

from .augment import Moves
from .batches import Batch
from .layers import Array
from .network import Network
from .workspace import Workspace

Examples = tuple[Array, Array, Array | None]  # rows, class indices, weights


class Shard:
    """One thread's part of a batch: n examples, and all the arrays that their way through the network fills."""

    def __init__(self, network: Network, examples: Examples, n: int) -> None:
        rows, labels, weights = examples
        self.network, self.n = network, n
        self.batch = Batch(rows, labels, n, network.dtype, weights)
        self.workspace = Workspace(network, n)

    def gradient(self, index: Array, moves: Moves | None, rng: np.random.Generator) -> tuple[float, int]:
        """Fill the network's gradients for the examples at `index`; return their mean loss and how many were right."""
        self.batch.fill(index, moves)
        return self.network.gradient(
            self.batch.x, self.batch.labels, self.workspace, weights=self.batch.weights, rng=rng
        )


class Shards:
    """The shards of a batch of n. The first one's gradients are the network's own, and take up the sum."""

    def __init__(self, network: Network, examples: Examples, n: int, workers: int, pool: Executor | None) -> None:
        cuts = np.linspace(0, n, workers + 1).astype(int).tolist()
        self.parts = [slice(start, stop) for start, stop in itertools.pairwise(cuts) if stop > start]
        networks = [network, *(network.replica() for _ in self.parts[1:])]
        self.shards = [
            Shard(own, examples, part.stop - part.start) for own, part in zip(networks, self.parts, strict=True)
        ]
        self._pool = pool

    @property
    def weight(self) -> float:
        """How much the batch counts: the sum of its weights, or its size."""
        return sum(shard.batch.weight for shard in self.shards)

    def gradient(self, index: Array, moves: Moves | None, rng: np.random.Generator) -> tuple[float, int]:
        """Fill the network's gradients for the examples at `index`; return their mean loss and how many were right."""
        if self._pool is None or len(self.shards) == 1:
            return self.shards[0].gradient(index, moves, rng)
        seeds = rng.integers(2**63, size=len(self.shards)).tolist()
        tasks = [
            (shard, index[part], None if moves is None else moves[part], np.random.default_rng(seed))
            for shard, part, seed in zip(self.shards, self.parts, seeds, strict=True)
        ]
        return self._sum(list(self._pool.map(_gradient, tasks)))

    def _sum(self, results: Sequence[tuple[float, int]]) -> tuple[float, int]:
        """Add the gradients up, each by its share of the batch; the losses likewise."""
        shares = [shard.batch.weight / self.weight for shard in self.shards]
        first, *others = self.shards
        first.network.grads *= shares[0]
        for shard, share in zip(others, shares[1:], strict=True):
            shard.network.grads *= share
            first.network.grads += shard.network.grads
        loss = sum(share * loss for share, (loss, _) in zip(shares, results, strict=True))
        return loss, sum(correct for _, correct in results)


def _gradient(task: tuple[Shard, Any, Any, Any]) -> tuple[float, int]:
    shard, *arguments = task
    with np.errstate(over="ignore", invalid="ignore"):  # as in `fit`: a thread has its own
        return shard.gradient(*arguments)
