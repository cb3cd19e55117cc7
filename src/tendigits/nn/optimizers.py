"""Optimizers: how the parameters move, once their gradients are known.

An optimizer sees two flat vectors, so each is a few in-place vector operations, the same for any network. A step works
in `grads` itself and leaves it spent: the next backward pass fills it anew.

Both ways to keep weights small are here. Weight decay shrinks them by themselves, W ← (1 - η λ) W, beside the step.
The L2 penalty α/2 Σ W² is a part of the loss, so that its gradient α W goes through the optimizer with the rest.
"""

from math import sqrt
from typing import ClassVar

import numpy as np

from .network import Network

# A pixel that is dark in nearly every image leaves momentum that fades for ever; below 1e-38 a float is subnormal,
# and arithmetic on subnormal numbers is many times slower. So now and then the tiniest numbers are swept to zero.
SWEEP = 100  # steps between two sweeps
SMALL = 1e-30  # what is swept; times 0.9 ** 100 it is still a normal float32


class SGD:
    """Gradient descent: θ ← θ - η g, with decoupled weight decay: W ← (1 - η λ) W.

    Parameters
    ----------
    network : Network
        Whose `params` to move by its `grads`; anything with these and with `weight_slices` will do.
    weight_decay : float
        λ.

    Attributes
    ----------
    learning_rate : float
        The η that suits most networks here, used where the caller names none.
    state : dict of str to ndarray, each of the shape of `params`
        What a step remembers for the next, and a checkpoint must keep.
    steps : int
        How many have been taken.

    """

    learning_rate: ClassVar[float] = 0.5
    remembers: ClassVar[tuple[str, ...]] = ()  # the names of its state

    def __init__(self, network: Network, weight_decay: float = 0.0) -> None:
        self.params, self.grads, self.weight_slices = network.params, network.grads, network.weight_slices
        self.state = {name: np.zeros_like(self.params) for name in self.remembers}
        self.weight_decay = weight_decay
        self.steps = 0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.params.size:,} parameters, {self.steps:,} steps taken)"

    def penalize(self, strength: float) -> float:
        """Add the gradient of the L2 penalty, `strength` × W, to that of the loss; return strength/2 Σ W²."""
        for where in self.weight_slices:
            self.grads[where] += strength * self.params[where]
        return strength / 2 * sum(float(W @ W) for W in map(self.params.__getitem__, self.weight_slices))

    def step(self, learning_rate: float) -> None:
        """Move the parameters once, against their gradients."""
        self.steps += 1
        if self.weight_decay:
            for where in self.weight_slices:
                self.params[where] *= 1 - learning_rate * self.weight_decay
        self.descend(learning_rate)
        if self.steps % SWEEP == 0:
            for vector in self.state.values():
                vector[np.abs(vector) < SMALL] = 0

    def descend(self, learning_rate: float) -> None:
        """Compute θ ← θ - η g."""
        self.grads *= learning_rate
        self.params -= self.grads


class Momentum(SGD):
    """Nesterov's momentum: v ← μ v - η g, θ ← θ + μ v - η g; or the classical θ ← θ + v.

    Parameters
    ----------
    network, weight_decay
        As of `SGD`.
    momentum : float
        μ, how much of the velocity a step keeps.
    nesterov : bool
        Which of the two.

    References
    ----------
    Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013, in the form of
    Bengio et al., "Advances in optimizing recurrent networks", 2013, which needs the gradient only at θ.

    """

    learning_rate = 0.2
    remembers = ("velocity",)

    def __init__(
        self, network: Network, weight_decay: float = 0.0, momentum: float = 0.9, nesterov: bool = True
    ) -> None:
        super().__init__(network, weight_decay)
        self.momentum, self.nesterov = momentum, nesterov

    def descend(self, learning_rate: float) -> None:
        """Move the velocity, then the parameters."""
        g, velocity = self.grads, self.state["velocity"]
        g *= learning_rate
        velocity *= self.momentum
        velocity -= g
        if self.nesterov:
            self.params -= g
            self.params += np.multiply(velocity, self.momentum, out=g)
        else:
            self.params += velocity


class Adam(SGD):
    """Adam with decoupled weight decay (AdamW): steps of about η, whatever the size of the gradient.

    m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², θ ← θ - η m̂ / (√v̂ + ε), with m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ).

    Parameters
    ----------
    network, weight_decay
        As of `SGD`.
    beta1, beta2, eps : float
        β₁, β₂ and ε.

    References
    ----------
    Kingma and Ba, "Adam", 2015; Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019.

    """

    learning_rate = 0.001
    remembers = ("m", "v")

    def __init__(
        self, network: Network, weight_decay: float = 0.0, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
    ) -> None:
        super().__init__(network, weight_decay)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        self._scratch = np.empty_like(self.params)

    def descend(self, learning_rate: float) -> None:
        """Update both moving averages, then the parameters."""
        g, m, v = self.grads, self.state["m"], self.state["v"]
        scratch = self._scratch[: g.size]
        m *= self.beta1
        m += np.multiply(g, 1 - self.beta1, out=scratch)
        v *= self.beta2
        g *= g
        g *= 1 - self.beta2
        v += g
        # The two corrections for the start at zero, moved out of the vectors into two numbers.
        correction = sqrt(1 - self.beta2**self.steps)
        np.sqrt(v, out=scratch)
        scratch += self.eps * correction
        np.divide(m, scratch, out=scratch)
        scratch *= learning_rate * correction / (1 - self.beta1**self.steps)
        self.params -= scratch


OPTIMIZERS: dict[str, type[SGD]] = {"sgd": SGD, "momentum": Momentum, "adam": Adam}
