"""Optimizers: how the parameters move, once their gradients are known.

An optimizer sees two flat vectors, so each step is a few in-place vector operations, whatever the network. It uses
`grads` as scratch space: the next backward pass fills it again.

There are two ways to keep weights small. Weight decay shrinks them directly, W ← (1 - η λ) W, separately from the
gradient step. The L2 penalty α/2 Σ W² is part of the loss, so its gradient α W passes through the optimizer.
"""

from math import sqrt
from typing import ClassVar

import numpy as np

from .network import Network

# A pixel that is dark in nearly every image leaves momentum that decays towards zero without reaching it. Below 1e-38 a
# float32 is subnormal, and arithmetic many times slower, so the smallest values are set to zero from time to time.
SWEEP = 100  # steps from one such sweep to the next
SMALL = 1e-30  # what counts as small; times 0.9 ** 100, this is still a normal float32


class SGD:
    """Stochastic gradient descent: θ ← θ - η g, with decoupled weight decay: W ← (1 - η λ) W.

    Parameters
    ----------
    network : Network
        Its `params` are updated from its `grads`; any object with these and `weight_slices` will do.
    weight_decay : float
        λ.

    Attributes
    ----------
    learning_rate : float
        The default η, which suits most networks here.
    state : dict of str to ndarray of float, shape (n_params,)
        What one step remembers for the next, and a checkpoint must keep.
    steps : int
        The number of steps taken.

    References
    ----------
    Robbins and Monro, "A Stochastic Approximation Method", 1951; Loshchilov and Hutter, "Decoupled Weight Decay
    Regularization", 2019.

    """

    learning_rate: ClassVar[float] = 0.5
    remembers: ClassVar[tuple[str, ...]] = ()  # the keys of `state`

    def __init__(self, network: Network, weight_decay: float = 0.0) -> None:
        self.params, self.grads, self.weight_slices = network.params, network.grads, network.weight_slices
        self.state = {name: np.zeros_like(self.params) for name in self.remembers}
        self.weight_decay = weight_decay
        self.steps = 0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.params.size:,} parameters, {self.steps:,} steps taken)"

    def penalize(self, strength: float) -> float:
        """Add the gradient of an L2 penalty, s W, to that of the loss.

        Parameters
        ----------
        strength : float
            s.

        Returns
        -------
        float
            The penalty, s/2 Σ W².

        """
        for where in self.weight_slices:
            self.grads[where] += strength * self.params[where]
        return strength / 2 * sum(float(W @ W) for W in map(self.params.__getitem__, self.weight_slices))

    def step(self, learning_rate: float) -> None:
        """Update the parameters once, against their gradients.

        Parameters
        ----------
        learning_rate : float
            η.

        """
        self.steps += 1
        if self.weight_decay:
            for where in self.weight_slices:
                self.params[where] *= 1 - learning_rate * self.weight_decay
        self.descend(learning_rate)
        if self.steps % SWEEP == 0:
            for vector in self.state.values():
                vector[np.abs(vector) < SMALL] = 0

    def descend(self, learning_rate: float) -> None:
        """Compute θ ← θ - η g; other optimizers override it.

        Parameters
        ----------
        learning_rate : float
            η.

        """
        self.grads *= learning_rate
        self.params -= self.grads


class Momentum(SGD):
    """Nesterov's momentum: v ← μ v - η g, θ ← θ + μ v - η g; or classical momentum: θ ← θ + v.

    Parameters
    ----------
    network : Network
        As for `SGD`.
    weight_decay : float
        λ.
    momentum : float
        μ, the share of the velocity v that a step keeps.
    nesterov : bool
        Whether to use Nesterov's momentum.

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
        """Update the velocity, then the parameters."""
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

    m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², θ ← θ - η m̂ / (√v̂ + ε), with m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 -
    β₂ᵗ).

    Parameters
    ----------
    network : Network
        As for `SGD`.
    weight_decay : float
        λ.
    beta1, beta2 : float
        β₁ and β₂, the decay rates of the moving averages.
    eps : float
        ε.

    References
    ----------
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015; Loshchilov and Hutter, "Decoupled Weight Decay
    Regularization", 2019.

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
        g, m, v, scratch = self.grads, self.state["m"], self.state["v"], self._scratch
        m *= self.beta1
        m += np.multiply(g, 1 - self.beta1, out=scratch)
        v *= self.beta2
        g *= g
        g *= 1 - self.beta2
        v += g
        # Both bias corrections are applied to numbers, not to the vectors m and v.
        correction = sqrt(1 - self.beta2**self.steps)
        np.sqrt(v, out=scratch)
        scratch += self.eps * correction
        np.divide(m, scratch, out=scratch)
        scratch *= learning_rate * correction / (1 - self.beta1**self.steps)
        self.params -= scratch


OPTIMIZERS: dict[str, type[SGD]] = {"sgd": SGD, "momentum": Momentum, "adam": Adam}
