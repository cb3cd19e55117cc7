"""Linear: every output is a weighted sum of all inputs."""

from typing import Any

import numpy as np

from ...errors import InputError
from .base import Array, Layer, Shape, he, positive


class Linear(Layer):
    """y = x W + b, with W of shape (n_in, n_out) and b of shape (n_out,)."""

    W: Array
    b: Array
    dW: Array
    db: Array

    def __init__(self, n_in: int, n_out: int) -> None:
        positive(n_in=n_in, n_out=n_out)
        self.shapes = {"W": (n_in, n_out), "b": (n_out,)}

    @property
    def spec(self) -> list[Any]:
        """Name, inputs, outputs."""
        return ["Linear", *self.shapes["W"]]

    @property
    def in_shape(self) -> Shape:
        """(n_in,)."""
        return self.shapes["W"][:1]

    def out_shape(self, in_shape: Shape) -> Shape:
        """(n_out,)."""
        if in_shape != self.in_shape:
            raise InputError(f"The layers do not fit: {self.spec} takes {self.shapes['W'][0]} numbers, not {in_shape}.")
        return self.shapes["W"][1:]

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw W by He's rule; the biases start at zero."""
        self.W[...] = he(rng, self.W.shape)
        self.b[...] = 0

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = x W + b, of shape (n, n_out)."""
        y: Array = np.matmul(x, self.W, out=out)
        y += self.b
        return y

    def backward_params(self, x: Array, dy: Array) -> None:
        """DW = xᵀ dy and db = Σ dy.

        y_nj = Σ_i x_ni W_ij + b_j, so W_ij moves y_nj by x_ni and b_j moves it by 1, for each example n.
        """
        np.matmul(x.T, dy, out=self.dW)
        np.sum(dy, axis=0, out=self.db)

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Dx = dy Wᵀ: x_ni moves every y_nj by W_ij."""
        return np.matmul(dy, self.W.T, out=out)
