"""A network with one hidden layer, divided among workers by its hidden units.

    logits = a₁ W₂[first half] + a₂ W₂[second half] + b₂,  where  a₁ = relu(x W₁[:, first half] + b₁[first half])

and likewise a₂: so half of the units with what leads to and from them are a network of their own, and the logits of the
slices add up to those of the whole. Given the gradient of the loss with respect to that sum, each slice goes back by
itself. All that workers have to exchange are logits, ten numbers for each example, where sharing out a batch takes all
gradients and all parameters, with every step.
"""

from functools import partial

import numpy as np

from ...data.distortions import DisplacementField
from ...data.minibatch import Batch, Examples
from ...nn.buffers import Workspace
from ...nn.layers import Array, Dropout, Linear, ReLU
from ...nn.loss import softmax_cross_entropy
from ...nn.network import Network
from .backend import Alone, shared_zeros

LARGEST_BATCH = 200  # beyond it, that every worker gathers all images takes longer than an exchange of parameters


def divisible(network: Network, n: int) -> bool:
    """Whether the network has one hidden layer, with n equal parts."""
    linear = [isinstance(layer, Linear) for layer in network.layers]
    has_one = linear[0] and linear[-1] and sum(linear) == 2
    by_unit = all(isinstance(layer, Linear | ReLU | Dropout) for layer in network.layers)
    return has_one and by_unit and network.sizes[1] % n == 0


class Slices:
    """A network in n slices, over one flat vector of their parameters, in memory that all workers see.

    Each slice has an output bias, of which only the first one's is in use: the others' stay zero.
    `self.params[self.own] = network.params[self.places]` brings a network's parameters here; the reverse, back.
    """

    def __init__(self, network: Network, n: int) -> None:
        (n_in, n_hidden, n_out), between = network.sizes, network.layers[1:-1]
        layers = [Linear(n_in, n_hidden // n), *between, Linear(n_hidden // n, n_out)]
        one = Network(layers, seed=None, dtype=network.dtype)
        shape = n, one.params.size
        params, grads = shared_zeros(shape, network.dtype), np.zeros(shape, network.dtype)
        self.networks = [one.replica(*vectors) for vectors in zip(params, grads, strict=True)]
        self.params, self.grads = params.reshape(-1), grads.reshape(-1)
        starts = range(0, self.params.size, one.params.size)
        self.weight_slices = [slice(k + W.start, k + W.stop) for k in starts for W in one.weight_slices]
        places = np.concatenate([_places(network, one, k) for k in range(n)])
        self.own = np.flatnonzero(places >= 0)
        self.places = places[self.own]


def _places(network: Network, one: Network, k: int) -> Array:
    """Where in the network's vector the parameters of slice k come from; -1 for a bias out of use."""
    positions = np.arange(network.params.size)
    layers = network.replica(positions, positions).layers
    first, last = layers[0], layers[-1]
    assert isinstance(first, Linear)  # as `divisible` has found
    assert isinstance(last, Linear)
    units = slice(k * one.sizes[1], (k + 1) * one.sizes[1])
    b = last.b if k == 0 else np.full_like(last.b, -1)
    return np.concatenate([first.W[:, units].ravel(), first.b[units], last.W[units].ravel(), b])


class SlicedBatch:
    """All that a batch of n fills on its way through the slices."""

    def __init__(self, slices: Slices, examples: Examples, n: int, workers: Alone) -> None:
        rows, labels, weights = examples
        self.networks, self.workers = slices.networks, workers
        dtype, n_out = slices.params.dtype, slices.networks[0].sizes[-1]
        self.batch = Batch(rows, labels, n, dtype, weights)
        self.draws = any(isinstance(layer, Dropout) for layer in self.networks[0].layers)
        self.workspaces = [Workspace(network, n) for network in slices.networks]
        self.parts = shared_zeros((len(self.networks), n_out, n), dtype)
        self.logits = np.empty((n, n_out), dtype, order="F")
        for workspace, part in zip(self.workspaces, self.parts, strict=True):
            workspace.ys[-1] = part.T
        self.ys: list[list[Array]] = [[] for _ in self.networks]
        self.rngs: list[np.random.Generator | None] = [None for _ in self.networks]
        self.forwards = [partial(self._forward, k) for k in range(len(self.networks))]
        self.backwards = [partial(self._backward, k) for k in range(len(self.networks))]

    def gradient(
        self, index: Array, moves: DisplacementField | None, total: float, rng: np.random.Generator
    ) -> tuple[float, int]:
        """Fill the slices' gradients for the examples at `index`, which count `total`.

        Return their mean loss and how many were right. Of several workers, each fills the gradients of its own slice.
        """
        self.batch.fill(index, moves)
        if self.draws:
            self.rngs = [np.random.default_rng(seed) for seed in rng.integers(2**63, size=len(self.networks))]
        self.workers.each(self.forwards)
        np.sum(self.parts, axis=0, out=self.logits.T)
        outcome = softmax_cross_entropy(self.logits, self.batch.labels, self.batch.weights, total)
        self.workers.own(self.backwards)
        return outcome

    def _forward(self, k: int) -> None:
        self.ys[k] = self.networks[k].activations(self.batch.x, self.workspaces[k].ys, self.rngs[k])

    def _backward(self, k: int) -> None:
        network = self.networks[k]
        network.backward(self.ys[k], self.logits, self.workspaces[k].dys)
        if k > 0:
            network.grads[-len(self.logits.T) :] = 0  # of the bias that is not in use
