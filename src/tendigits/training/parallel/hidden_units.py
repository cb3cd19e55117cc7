"""Tensor parallel: a network with one hidden layer, divided among workers by its hidden units.

    logits = a₁ W₂[first half] + a₂ W₂[second half] + b₂,  where  a₁ = relu(x W₁[:, first half] + b₁[first half])

and likewise a₂. So half of the units, with the weights to and from them, form a network of their own, and the logits of
these slices add up to those of the whole. Given the gradient of the loss with respect to that sum, each slice goes back
by itself. All that workers have to exchange are logits, ten numbers for each example, whereas data parallel exchanges
all gradients and all parameters in every step.

Shoeybi et al., "Megatron-LM: Training Multi-Billion Parameter Language Models Using Model Parallelism", 2019, section
3.
"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import numpy as np

from ..._util.arrays import Array
from ...data.minibatch import Examples, Minibatch
from ...nn.buffers import Buffers
from ...nn.layers import Linear
from ...nn.network import Network
from ..settings import Settings
from ..worker import Worker
from .processes import shared_zeros
from .sharing import Barrier, Shared

LARGEST_BATCH = 200  # beyond this, gathering all images in every worker takes longer than exchanging parameters


def divisible(network: Network, n: int) -> bool:
    """Tell whether a network has one hidden layer that n workers can divide equally.

    Parameters
    ----------
    network : Network
        The network.
    n : int
        The number of workers.

    Returns
    -------
    bool
        Whether it does.

    """
    if len(network.layers) < 2:
        return False
    first, *between, last = network.layers
    dense = type(first) is Linear and type(last) is Linear and all(layer.elementwise for layer in between)
    return dense and network.sizes[1] % n == 0


class HiddenUnits:
    """A worker's slice of the network, whose logits are the sum of all slices' logits (an all-reduce).

    Parameters
    ----------
    part : Network
        The slice: this worker's hidden units and their weights.
    rank : int
        The worker's number, from 0.
    all_logits : ndarray of float, shape (n_workers, n_classes, batch_size)
        The logits of all slices, in shared memory.
    barrier : callable
        Returns once all workers have called it.

    """

    def __init__(self, part: Network, rank: int, all_logits: Array, barrier: Barrier) -> None:
        self._part, self._rank, self._barrier, self._all_logits = part, rank, barrier, all_logits
        self._logits = np.empty(all_logits.shape[1:], part.dtype)

    def __repr__(self) -> str:
        return f"HiddenUnits(rank={self._rank}, {self._part})"

    def activations(
        self, x: Array, out: Sequence[Array] | None = None, rng: np.random.Generator | None = None
    ) -> list[Array]:
        """Run the forward pass of the slice, and once all workers have done so, sum the logits of all slices.

        Parameters
        ----------
        x, out, rng
            As for `Network.activations`.

        Returns
        -------
        list of ndarray
            [x, y_1, …, logits]: the slice's hidden layers and the whole network's logits.

        """
        n = len(x)
        self._barrier()  # all workers have read the logits of the last step
        *_, logits = ys = self._part.activations(x, out, rng)
        self._all_logits[self._rank, :, :n] = logits.T
        self._barrier()
        return [*ys[:-1], np.sum(self._all_logits[:, :, :n], axis=0, out=self._logits[:, :n]).T]

    def backward(self, ys: Sequence[Array], dlogits: Array, out: Sequence[Array] | None = None) -> None:
        """Run the backward pass of the slice. Only the first uses its output biases; those of the others stay at zero.

        Parameters
        ----------
        ys, dlogits, out
            As for `Network.backward`.

        """
        self._part.backward(ys, dlogits, out)
        if self._rank:
            self._part.grads[-dlogits.shape[1] :] = 0


class _Batch(Minibatch):
    """The whole batch, with a separate random generator for each worker's layers."""

    def __init__(self, examples: Examples, settings: Settings, network: Network, rank: int) -> None:
        self._rank, self._of = rank, settings.workers
        self._draws = any(layer.draws for layer in network.layers)
        super().__init__(examples, settings.batch_size, network.dtype, settings.distortion)

    def fill(self, index: Array, rng: np.random.Generator) -> Minibatch:
        """Take the examples at `index`."""
        super().fill(index, rng)
        if self._draws:
            seeds = rng.integers(2**63, size=self._of)
            self.rng = np.random.default_rng(seeds[self._rank])
        return self


def share_hidden_units(network: Network, examples: Examples, settings: Settings, barrier: Barrier) -> Shared:
    """Divide the work on each batch among workers by hidden units.

    Parameters
    ----------
    network : Network
        The network to train; it must be `divisible` by the number of workers.
    examples : Examples
        The training examples.
    settings : Settings
        Number of workers, batch size and optimizer.
    barrier : callable
        Returns once all workers have called it.

    Returns
    -------
    Shared
        The workers, and the parameters in shared memory.

    """
    n, (n_in, n_hidden, n_out), between = settings.workers, network.sizes, network.layers[1:-1]
    one = Network([Linear(n_in, n_hidden // n), *between, Linear(n_hidden // n, n_out)], seed=None, dtype=network.dtype)
    size = one.params.size
    params = shared_zeros((n, size), network.dtype)
    grads = np.zeros_like(params)
    all_logits = shared_zeros((n, n_out, settings.batch_size), network.dtype)
    sums = shared_zeros((n, 2), np.float64)
    parts = [slice(rank * size, (rank + 1) * size) for rank in range(n)]
    optimizer = settings.make_optimizer(_vectors(params, grads, one))
    workers = []
    for rank in range(n):
        part = one.replica(params[rank], grads[rank])
        trainable = HiddenUnits(part, rank, all_logits, barrier)
        batch = _Batch(examples, settings, network, rank)
        own_sums = sums[0] if rank == 0 else np.zeros(2)  # all workers find the same sums: count the first one's
        workers.append(Worker(trainable, optimizer, batch, Buffers(part, settings.batch_size), own_sums))
    network_index = np.concatenate([_network_index(network, one, rank) for rank in range(n)])
    own = np.flatnonzero(network_index >= 0)
    return Shared(optimizer, own, network_index[own], workers, parts, sums)


def _vectors(params: Array, grads: Array, one: Network) -> Network:
    """Stand in for a network whose vectors are those of all slices, end to end, as far as an optimizer needs one."""
    starts = range(0, params.size, one.params.size)
    weight_slices = [slice(start + W.start, start + W.stop) for start in starts for W in one.weight_slices]
    vectors = SimpleNamespace(params=params.reshape(-1), grads=grads.reshape(-1), weight_slices=weight_slices)
    return cast(Network, vectors)


def _network_index(network: Network, one: Network, rank: int) -> Array:
    """Find the positions of a slice's parameters in the network's vector; -1 for a bias that is not used."""
    positions = np.arange(network.params.size)
    layers = network.replica(positions, positions).layers
    first, last = layers[0], layers[-1]
    assert isinstance(first, Linear)  # as `divisible` made sure
    assert isinstance(last, Linear)
    units = slice(rank * one.sizes[1], (rank + 1) * one.sizes[1])
    b = last.b if rank == 0 else np.full_like(last.b, -1)
    return np.concatenate([first.W[:, units].ravel(), first.b[units], last.W[units].ravel(), b])
