"""Distillation: a small network learns from the answers of a large one, its teacher, as well as from labels.

A label says which digit an image is; a teacher says, too, which others it resembles, and it answers every distorted
image anew. The loss becomes

    (1 - α) cross_entropy(z, label) + α T² cross_entropy(z / T, softmax(t / T))

for the logits z of the network and t of the teacher; the temperature T softens both, so that small probabilities count.
Its gradient with respect to z is (1 - α) (p - y) + α T (softmax(z / T) - softmax(t / T)), over the number of examples.

Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015.
"""

from collections.abc import Sequence

import numpy as np

from .._util.arrays import Array
from ..data.minibatch import Minibatch
from ..errors import InputError
from ..nn.loss import softmax
from ..nn.network import Network
from .worker import Trainable, Worker

SHARE = 0.9  # α
TEMPERATURE = 2.0  # T


class Distilled:
    """A network whose backward pass adds the gradient of the distillation loss.

    Parameters
    ----------
    network : Trainable
        The network, or a worker's part of it.
    teacher : Network
        Provides the soft targets; it is not trained.
    batch : Minibatch
        What it is trained on, for the weights of the examples.
    """

    def __init__(self, network: Trainable, teacher: Network, batch: Minibatch) -> None:
        self._network, self._teacher, self._batch = network, teacher, batch

    def __repr__(self) -> str:
        return f"Distilled({self._network}, {self._teacher})"

    def activations(
        self, x: Array, out: Sequence[Array] | None = None, rng: np.random.Generator | None = None
    ) -> list[Array]:
        """Run the forward pass, the teacher's too.

        Parameters
        ----------
        x, out, rng
            As for `Network.activations`.

        Returns
        -------
        list of ndarray
            [x, y_1, …, logits].
        """
        ys = self._network.activations(x, out, rng)
        answers = self._teacher.forward(x.astype(self._teacher.dtype, copy=False))
        self._difference = softmax(ys[-1] / TEMPERATURE) - softmax(answers / TEMPERATURE)
        return ys

    def backward(self, ys: Sequence[Array], dlogits: Array, out: Sequence[Array] | None = None) -> None:
        """Run the backward pass, from the gradient of both losses.

        Parameters
        ----------
        ys, dlogits, out
            As for `Network.backward`; `dlogits`, the gradient with respect to the labels alone, is overwritten.
        """
        weights = 1 if self._batch.weights is None else self._batch.weights[:, np.newaxis]
        dlogits *= 1 - SHARE
        dlogits += SHARE * TEMPERATURE / self._batch.total * weights * self._difference
        self._network.backward(ys, dlogits, out)


def distil(workers: Sequence[Worker], teacher: Network) -> None:
    """Let workers learn from a teacher.

    Parameters
    ----------
    workers : sequence of Worker
        Their networks are replaced.
    teacher : Network
        The teacher.
    """
    for worker in workers:
        worker.network = Distilled(worker.network, teacher, worker.batch)


def check_teacher(teacher: Network, network: Network) -> None:
    """Check that a network can learn from another.

    Parameters
    ----------
    teacher, network : Network
        The two.

    Raises
    ------
    InputError
        If their images, their pixels or their classes differ.
    """
    if (teacher.sizes[0], teacher.sizes[-1]) != (network.sizes[0], network.sizes[-1]):
        raise InputError(f"The teacher must have the inputs and outputs of {network}, not those of {teacher}.")
    if teacher.classes.tolist() != network.classes.tolist():
        raise InputError("The teacher must know the same classes, in the same order.")
    if teacher.divisor not in (None, network.divisor):
        raise InputError(
            f"The teacher divides pixels by {teacher.divisor:g}, the network by {network.divisor:g}: "
            "they must use the same divisor."
        )
