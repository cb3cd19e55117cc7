"""What each way of dividing the work on a batch gives to the team."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

import numpy as np

from ..._util.arrays import Array
from ...nn.optimizers import SGD
from ..worker import Worker

Barrier = Callable[[], None]


@dataclass
class Shared:
    """The workers, and the parameters in shared memory.

    `optimizer.params[shared_index] = network.params[network_index]` loads a network's parameters; the reverse stores
    them.

    Parameters
    ----------
    optimizer : SGD
        Over all shared parameters.
    shared_index, network_index : slice or ndarray of int
        Matching positions in the shared parameters and in the network's.
    workers : list of Worker
        The workers, in the order of their ranks.
    parts : list of slice
        The part of the shared parameters that each worker updates.
    sums : ndarray of float64, shape (n_workers, 2)
        All workers' `sums`, in shared memory.

    """

    optimizer: SGD
    shared_index: slice | Array
    network_index: slice | Array
    workers: list[Worker]
    parts: list[slice]
    sums: Array

    def __repr__(self) -> str:
        return f"Shared({len(self.workers)} workers, {self.optimizer})"


def equal_part(n: int, rank: int, of: int) -> slice:
    """Find one worker's part of n things.

    Parameters
    ----------
    n : int
        The number of things.
    rank : int
        The worker's number, from 0.
    of : int
        The number of workers.

    Returns
    -------
    slice
        Its part; the parts differ in size by at most one.

    Examples
    --------
    >>> [equal_part(10, rank, 3) for rank in range(3)]
    [slice(0, 3, None), slice(3, 6, None), slice(6, 10, None)]

    """
    return slice(n * rank // of, n * (rank + 1) // of)


def part_of(optimizer: SGD, part: slice) -> SGD:
    """Make an optimizer for part of the parameters, over views of the same vectors.

    Parameters
    ----------
    optimizer : SGD
        Over all parameters.
    part : slice
        The part of them.

    Returns
    -------
    SGD
        The optimizer of the part.

    """
    twin = copy(optimizer)
    start, stop, _ = part.indices(optimizer.params.size)
    for name, vector in vars(optimizer).items():  # parameters, gradients, and what a step scribbles on
        if isinstance(vector, np.ndarray):
            setattr(twin, name, vector[part])
    twin.state = {name: vector[part] for name, vector in optimizer.state.items()}
    twin.weight_slices = [
        slice(max(start, W.start) - start, min(stop, W.stop) - start)
        for W in optimizer.weight_slices
        if max(start, W.start) < min(stop, W.stop)
    ]
    return twin
