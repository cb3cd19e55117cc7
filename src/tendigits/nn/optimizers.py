"""Optimizers and learning-rate schedules: how the parameters move, once their gradients are known.

An optimizer sees two flat vectors, so each is a few in-place vector operations, the same for any network, and for any
part of it: workers who share a batch share the vectors as well, each looks after a part of them. A step works in
`grads` itself and leaves it spent: the next backward pass fills it anew. A schedule is a function from progress, 0 at
the first step and 1 after the last, to a factor of the learning rate.
"""

from math import sqrt
from typing import ClassVar

import numpy as np

from ..training.parallel.backend import shared_zeros
from ..training.parallel.tensor_parallel import Slices
from .layers import Array
from .network import Network

SUBNORMAL_SWEEP = 100  # steps between two sweeps
ALL = slice(None)
SMALL = 1e-30  # what a sweep sets to zero; times 0.9 ** 100 it is still a normal float32


class SGD:
    """Gradient descent: θ ← θ - η g, with decoupled weight decay: W ← (1 - η λ) W.

    learning_rate: the η that suits most networks here, used where the caller names none.
    """

    learning_rate: ClassVar[float] = 0.5

    def __init__(self, network: Network | Slices, weight_decay: float = 0.0) -> None:
        self.params, self.grads = network.params, network.grads
        self.weight_decay, self._decayed = weight_decay, network.weight_slices
        self.steps = 0

    @property
    def state(self) -> dict[str, Array]:
        """The vectors that a checkpoint must keep, by name; they may be written to."""
        return {}

    def step(self, learning_rate: float, part: slice = ALL) -> None:
        """Move the parameters, or a part of them, against their gradients."""
        self.steps += 1
        params, grads, *state = (vector[part] for vector in (self.params, self.grads, *self.state.values()))
        if self.weight_decay:
            self.decay(1 - learning_rate * self.weight_decay, part)
        self.descend(learning_rate, params, grads, *state)
        if self.steps % SUBNORMAL_SWEEP == 0:
            sweep(*state)

    def decay(self, factor: float, part: slice) -> None:
        """W ← factor W, as far as W lies in the part."""
        start, stop, _ = part.indices(self.params.size)
        for W in self._decayed:
            self.params[max(start, W.start) : min(stop, W.stop)] *= factor

    def descend(self, learning_rate: float, params: Array, grads: Array, *state: Array) -> None:
        """θ ← θ - η g."""
        grads *= learning_rate
        params -= grads


def sweep(*state: Array) -> None:
    """Set the tiniest numbers of an optimizer's state to zero.

    A pixel that is dark in nearly every image leaves momentum behind that fades for ever; below 1e-38 a float is
    subnormal, and arithmetic on subnormal numbers is many times slower.
    """
    for vector in state:
        vector[np.abs(vector) < SMALL] = 0


class Momentum(SGD):
    """Nesterov's momentum: v ← μ v - η g, θ ← θ + μ v - η g; or the classical θ ← θ + v.

    Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013, in the form of
    Bengio et al., "Advances in optimizing recurrent networks", 2013, which needs the gradient only at θ.
    """

    learning_rate = 0.2

    def __init__(
        self, network: Network | Slices, weight_decay: float = 0.0, momentum: float = 0.9, nesterov: bool = True
    ) -> None:
        super().__init__(network, weight_decay)
        self.momentum, self.nesterov = momentum, nesterov
        self.velocity = shared_zeros(self.params.shape, self.params.dtype)

    @property
    def state(self) -> dict[str, Array]:
        """The velocity."""
        return {"velocity": self.velocity}

    def descend(self, learning_rate: float, params: Array, grads: Array, *state: Array) -> None:
        """One step of the velocity, then one of the parameters."""
        (velocity,) = state
        grads *= learning_rate
        velocity *= self.momentum
        velocity -= grads
        if self.nesterov:
            params -= grads
            params += np.multiply(velocity, self.momentum, out=grads)
        else:
            params += velocity


class Adam(SGD):
    """Adam with decoupled weight decay (AdamW): steps of about η, whatever the size of the gradient.

    m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², θ ← θ - η m̂ / (√v̂ + ε), with m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ).
    Kingma and Ba, "Adam", 2015; Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019.
    """

    learning_rate = 0.001

    def __init__(
        self,
        network: Network | Slices,
        weight_decay: float = 0.0,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(network, weight_decay)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.m, self.v = shared_zeros((2, *self.params.shape), self.params.dtype)
        self._scratch = np.empty_like(self.params)

    @property
    def state(self) -> dict[str, Array]:
        """The two moving averages."""
        return {"m": self.m, "v": self.v}

    def descend(self, learning_rate: float, params: Array, grads: Array, *state: Array) -> None:
        """Update both moving averages, then the parameters."""
        (m, v), g, scratch = state, grads, self._scratch[: grads.size]
        m *= self.beta1
        m += np.multiply(g, 1 - self.beta1, out=scratch)
        v *= self.beta2
        g *= g
        g *= 1 - self.beta2
        v += g
        # The two corrections for the start at zero, moved out of the vectors into two numbers.
        correction = sqrt(1 - self.beta2**self.steps)
        np.sqrt(v, out=scratch)
        scratch += self.epsilon * correction
        np.divide(m, scratch, out=scratch)
        scratch *= learning_rate * correction / (1 - self.beta1**self.steps)
        params -= scratch


OPTIMIZERS: dict[str, type[SGD]] = {"sgd": SGD, "momentum": Momentum, "adam": Adam}
