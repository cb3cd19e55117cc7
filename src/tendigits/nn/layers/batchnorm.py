"""BatchNorm: give each feature (or channel) mean 0 and variance 1 over the batch, then a scale and shift to be learned.

    x̂ = (x - mean) / √(variance + ε),  y = γ x̂ + β

Ioffe and Szegedy, "Batch Normalization", 2015. In training, mean and variance are those of the batch. Predictions use
running averages of them, so that the answer for an image does not depend on the others in its batch.
"""

import numpy as np

from ..._util.arrays import Array, Shape, positive
from ...errors import InputError
from .base import Layer

EPSILON = 1e-5
MEMORY = 0.9  # the share of its running average that each batch keeps


class BatchNorm(Layer):
    """y = γ x̂ + β for x (n, …, features): the last axis is normalised over all others.

    The running averages `mean` and `var` lie beside γ and β in the network's parameter vector, so that they are saved
    with it, but they have no gradient. The variance is the biased one, a mean of squares, in training and in the
    averages.

    Parameters
    ----------
    features : int
        Length of the last axis: number of features or channels.

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
        """Return `in_shape`."""
        if in_shape[-1:] != self.shapes["gamma"]:
            raise InputError(f"The layers do not fit: {self} cannot take {in_shape}.")
        return in_shape

    def initialize(self, rng: np.random.Generator) -> None:
        """Start with γ = 1, β = 0 and the running averages mean = 0, variance = 1."""
        for name, value in (("gamma", 1), ("beta", 0), ("mean", 0), ("var", 1)):
            getattr(self, name)[...] = value

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Compute y from the running averages: a scale and a shift for each feature."""
        return self._normalise(x, self.mean, self.var, out)

    def forward_train(self, x: Array, rng: np.random.Generator | None, out: Array | None = None) -> Array:
        """Compute y from the batch's own mean and variance, and update the running averages."""
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

        The two means are the gradient through the batch's mean and variance, which depend on every example. They are dβ
        and dγ over the number of rows, which `backward_params` has just computed.
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
