"""What every way to share out the work on a batch hands to the team."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

from ..._util.arrays import Array
from ...nn.optimizers import SGD
from ..worker import Worker

Barrier = Callable[[], None]


@dataclass
class Shared:
    """A network's parameters where all workers see them, and the workers.

    `optimizer.params[own] = network.params[places]` loads a network; the reverse stores it.

    Attributes
    ----------
    optimizer : SGD
        Over all of the shared parameters.
    own, places : slice or ndarray of int
        Which of the shared parameters stand for which of the network's.
    workers : list of Worker
        Each with an optimizer of its own part of the parameters.
    parts : list of slice
        These parts.
    sums : ndarray of float64, shape (n, 2)
        Those of the workers, in memory that all see.

    """

    optimizer: SGD
    own: slice | Array
    places: slice | Array
    workers: list[Worker]
    parts: list[slice]
    sums: Array


def equal_part(n: int, rank: int, of: int) -> slice:
    """Say which of n things are those of the worker `rank`, of so many.

    Examples
    --------
    >>> [equal_part(10, rank, 3) for rank in range(3)]
    [slice(0, 3, None), slice(3, 6, None), slice(6, 10, None)]

    """
    return slice(n * rank // of, n * (rank + 1) // of)


def part_of(optimizer: SGD, part: slice) -> SGD:
    """Make the optimizer of a part of the parameters: views of the same vectors, and the weights that lie there."""
    twin = copy(optimizer)
    start, stop, _ = part.indices(optimizer.params.size)
    twin.params, twin.grads = optimizer.params[part], optimizer.grads[part]
    twin.state = {name: vector[part] for name, vector in optimizer.state.items()}
    twin.weight_slices = [
        slice(max(start, W.start) - start, min(stop, W.stop) - start)
        for W in optimizer.weight_slices
        if max(start, W.start) < min(stop, W.stop)
    ]
    return twin
