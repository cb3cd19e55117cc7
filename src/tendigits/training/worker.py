"""A worker: all that one process, thread or machine needs to take training steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .._util.arrays import Array
from ..data.minibatch import Minibatch
from ..nn.buffers import Buffers
from ..nn.optimizers import SGD


class Trainable(Protocol):
    """What a step asks of a network: the way forward and the way back."""

    def activations(
        self, x: Array, out: Sequence[Array] | None = None, rng: np.random.Generator | None = None
    ) -> list[Array]:
        """Compute what entered the network and what left each layer; see `Network.activations`."""
        ...

    def backward(self, ys: Sequence[Array], dlogits: Array, out: Sequence[Array] | None = None) -> None:
        """Compute the gradients of the parameters; see `Network.backward`."""
        ...


@dataclass
class Worker:
    """One who trains.

    Attributes
    ----------
    network : Network, or what stands for one where several workers share the work
    optimizer : SGD
        Moves the parameters that this worker looks after: all of them, where it is alone.
    batch : Minibatch
        The batch, or this worker's part of it.
    buffers : Buffers
    sums : ndarray of float64, shape (2,)
        Of the epoch so far: loss × weight, and examples that were right.

    """

    network: Trainable
    optimizer: SGD
    batch: Minibatch
    buffers: Buffers
    sums: Array
