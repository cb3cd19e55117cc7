"""Optimizers and learning-rate schedules: how the parameters move, once their gradients are known.

An optimizer sees two flat vectors, so each is a few in-place vector operations, the same for any network. A step
works in `grads` itself and leaves it spent: the next backward pass fills it anew. A schedule is a function from
progress, 0 at the first step and 1 after the last, to a factor of the learning rate.
"""

from collections.abc import Callable
from math import cos, pi, sqrt
from typing import ClassVar

import numpy as np

from .layers import Array
from .network import Network

Schedule = Callable[[float], float]

SUBNORMAL_SWEEP = 100  # steps between two sweeps
SMALL = 1e-30  # what a sweep sets to zero; times 0.9 ** 100 it is still a normal float32


class SGD:
    """Gradient descent: θ ← θ - η g, with decoupled weight decay: W ← (1 - η λ) W.

    learning_rate: the η that suits most networks here, used where the caller names none.
    """

    learning_rate: ClassVar[float] = 0.5

    def __init__(self, network: Network, weight_decay: float = 0.0) -> None:
        self.params, self.grads, self.weights = network.params, network.grads, network.weights
        self.weight_decay = weight_decay
        self.steps = 0

    @property
    def state(self) -> dict[str, Array]:
        """The vectors that a checkpoint must keep, by name; they may be written to."""
        return {}

    def step(self, learning_rate: float) -> None:
        """Move the parameters against their gradients."""
        self.steps += 1
        if self.weight_decay:
            for W in self.weights:
                W *= 1 - learning_rate * self.weight_decay
        self.descend(learning_rate)
        if self.steps % SUBNORMAL_SWEEP == 0:
            self.sweep()

    def descend(self, learning_rate: float) -> None:
        """θ ← θ - η g."""
        self.grads *= learning_rate
        self.params -= self.grads

    def sweep(self) -> None:
        """Set the tiniest numbers of the state to zero.

        A pixel that is dark in nearly every image leaves momentum behind that fades for ever; below 1e-38 a
        float is subnormal, and arithmetic on subnormal numbers is many times slower.
        """
        for vector in self.state.values():
            vector[np.abs(vector) < SMALL] = 0


class Momentum(SGD):
    """Nesterov's momentum: v ← μ v - η g, θ ← θ + μ v - η g; or the classical θ ← θ + v.

    Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013, in the form of
    Bengio et al., "Advances in optimizing recurrent networks", 2013, which needs the gradient only at θ.
    """

    learning_rate = 0.2

    def __init__(
        self, network: Network, weight_decay: float = 0.0, momentum: float = 0.9, nesterov: bool = True
    ) -> None:
        super().__init__(network, weight_decay)
        self.momentum, self.nesterov = momentum, nesterov
        self.velocity = np.zeros_like(self.params)

    @property
    def state(self) -> dict[str, Array]:
        """The velocity."""
        return {"velocity": self.velocity}

    def descend(self, learning_rate: float) -> None:
        """One step of the velocity, then one of the parameters."""
        self.grads *= learning_rate
        self.velocity *= self.momentum
        self.velocity -= self.grads
        if self.nesterov:
            self.params -= self.grads
            self.params += np.multiply(self.velocity, self.momentum, out=self.grads)
        else:
            self.params += self.velocity


class Adam(SGD):
    """Adam with decoupled weight decay (AdamW): steps of about η, whatever the size of the gradient.

    m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², θ ← θ - η m̂ / (√v̂ + ε), with m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ).
    Kingma and Ba, "Adam", 2015; Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019.
    """

    learning_rate = 0.001

    def __init__(
        self,
        network: Network,
        weight_decay: float = 0.0,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(network, weight_decay)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.m, self.v = np.zeros_like(self.params), np.zeros_like(self.params)
        self._scratch = np.empty_like(self.params)

    @property
    def state(self) -> dict[str, Array]:
        """The two moving averages."""
        return {"m": self.m, "v": self.v}

    def descend(self, learning_rate: float) -> None:
        """Update both moving averages, then the parameters."""
        g, scratch = self.grads, self._scratch
        self.m *= self.beta1
        self.m += np.multiply(g, 1 - self.beta1, out=scratch)
        self.v *= self.beta2
        g *= g
        g *= 1 - self.beta2
        self.v += g
        # The two corrections for the start at zero, moved out of the vectors into two numbers.
        correction = sqrt(1 - self.beta2**self.steps)
        np.sqrt(self.v, out=scratch)
        scratch += self.epsilon * correction
        np.divide(self.m, scratch, out=scratch)
        scratch *= learning_rate * correction / (1 - self.beta1**self.steps)
        self.params -= scratch


OPTIMIZERS: dict[str, type[SGD]] = {"sgd": SGD, "momentum": Momentum, "adam": Adam}


def constant(progress: float) -> float:
    """Keep the learning rate."""
    return 1.0


def step(progress: float) -> float:
    """Divide the learning rate by ten at half time, and again at three quarters."""
    return 1.0 if progress < 0.5 else 0.1 if progress < 0.75 else 0.01


def cosine(progress: float) -> float:
    """Fall from 1 to 0 along half a cosine. Loshchilov and Hutter, "SGDR", 2017."""
    return 0.5 * (1 + cos(pi * progress))


def one_cycle(progress: float, warm_up: float = 0.2) -> float:
    """Rise from 1/25 in a straight line, then fall to 0 in another. After Smith, "Super-Convergence", 2018."""
    if progress < warm_up:
        return 0.04 + 0.96 * progress / warm_up
    return (1 - progress) / (1 - warm_up)


SCHEDULES: dict[str, Schedule] = {
    "constant": constant,
    "step": step,
    "cosine": cosine,
    "one-cycle": one_cycle,
}
