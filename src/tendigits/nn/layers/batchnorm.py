"""BatchNorm: give every feature, or every channel, mean 0 and variance 1 over the batch, then let it choose anew.

    x̂ = (x - mean) / √(variance + ε),  y = γ x̂ + β

Ioffe and Szegedy, "Batch Normalization", 2015. In training, mean and variance are the batch's own; a running average of
them is kept for afterwards, when one image must not depend on its neighbours.
"""

import numpy as np

from ..._util.arrays import Array, Shape, positive
from ...errors import InputError
from .base import Layer

EPSILON = 1e-5
MEMORY = 0.9  # of the running averages


class BatchNorm(Layer):
    """y = γ x̂ + β for x (n, …, features): the last axis is normalised over all others.

    The running averages `mean` and `var` lie beside γ and β in the network's vector of parameters, so that a saved
    network is whole; no gradient moves them. The variance has the batch's size in its denominator.

    Parameters
    ----------
    features : int
        Length of the last axis: features, or channels.

    """

    onnx = "BatchNormalization"
    mixes_examples = True
    gamma: Array
    beta: Array
    mean: Array
    var: Array
    dgamma: Array
    dbeta: Array

    def __init__(self, features: int) -> None:
        positive(features=features)
        self.arguments = (features,)
        self.shapes = dict.fromkeys(("gamma", "beta", "mean", "var"), (features,))

    def out_shape(self, in_shape: Shape) -> Shape:
        """Return the shape that comes in."""
        if in_shape[-1:] != self.shapes["gamma"]:
            raise InputError(f"The layers do not fit: {self} cannot take {in_shape}.")
        return in_shape

    def initialize(self, rng: np.random.Generator) -> None:
        """Begin as if nothing were to be changed."""
        for name, value in (("gamma", 1), ("beta", 0), ("mean", 0), ("var", 1)):
            getattr(self, name)[...] = value

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Compute y by the running averages: a scale and a shift for each feature."""
        return self._normalise(x, self.mean, self.var, out)

    def forward_train(self, x: Array, rng: np.random.Generator | None, out: Array | None = None) -> Array:
        """Compute y by the batch's own mean and variance, and let the running averages follow them."""
        mean, var = _moments(x)
        for running, now in ((self.mean, mean), (self.var, var)):
            running += (1 - MEMORY) * (now - running)
        return self._normalise(x, mean, var, out)

    def _normalise(self, x: Array, mean: Array, var: Array, out: Array | None) -> Array:
        scale = self.gamma / np.sqrt(var + x.dtype.type(EPSILON))
        y: Array = np.multiply(x, scale, out=out)
        y += self.beta - mean * scale
        return y

    def backward_params(self, x: Array, dy: Array) -> None:
        """Compute dγ = Σ dy x̂ and dβ = Σ dy."""
        x_hat, _ = _normalised(x)
        rows = dy.reshape(-1, dy.shape[-1])
        np.einsum("ij,ij->j", rows, x_hat.reshape(rows.shape), out=self.dgamma)
        np.sum(rows, axis=0, out=self.dbeta)

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Compute dx = γ / √(variance + ε) · (dy - mean(dy) - x̂ mean(dy x̂)).

        The two means are what comes back through the batch's own mean and variance, which every example moves.
        `backward_params` has just computed them.
        """
        x_hat, deviation = _normalised(x)
        m = x.size // x.shape[-1]
        dx: Array = np.multiply(x_hat, -self.dgamma / m, out=out)
        dx += dy
        dx -= self.dbeta / m
        dx *= self.gamma / deviation
        return dx


def _moments(x: Array) -> tuple[Array, Array]:
    rows = x.reshape(-1, x.shape[-1])
    return rows.mean(axis=0), rows.var(axis=0)


def _normalised(x: Array) -> tuple[Array, Array]:
    mean, var = _moments(x)
    deviation = np.sqrt(var + x.dtype.type(EPSILON))
    return (x - mean) / deviation, deviation
