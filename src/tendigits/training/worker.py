"""A worker: all that one process or thread needs to take training steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .._util.arrays import Array
from ..data.minibatch import Minibatch
from ..nn.buffers import Buffers
from ..nn.optimizers import SGD


class Trainable(Protocol):
    """What a training step needs of a network: a forward and a backward pass."""

    def activations(
        self, x: Array, out: Sequence[Array] | None = None, rng: np.random.Generator | None = None
    ) -> list[Array]:
        """Compute the input and all layers' outputs.

        Parameters
        ----------
        x, out, rng
            As for `Network.activations`.

        Returns
        -------
        list of ndarray
            [x, y_1, …, logits].

        """
        ...

    def backward(self, ys: Sequence[Array], dlogits: Array, out: Sequence[Array] | None = None) -> None:
        """Compute the gradients of the parameters.

        Parameters
        ----------
        ys, dlogits, out
            As for `Network.backward`.

        """
        ...


@dataclass
class Worker:
    """One worker's share of the training.

    Parameters
    ----------
    network : Trainable
        The network, or, with several workers, a DataParallel or HiddenUnits.
    optimizer : SGD
        Updates this worker's part of the parameters: all of them if it is the only worker.
    batch : Minibatch
        The batch, or this worker's part of it.
    buffers : Buffers
        For the outputs of the network's layers.
    sums : ndarray of float64, shape (2,)
        Totals for the epoch so far: loss × weight, and number of examples classified correctly.

    """

    network: Trainable
    optimizer: SGD
    batch: Minibatch
    buffers: Buffers
    sums: Array

    def __repr__(self) -> str:
        return f"Worker({self.network}, {self.batch})"
