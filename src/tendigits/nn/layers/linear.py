"""Linear: every output is a weighted sum of all inputs."""

import numpy as np

from ..._util.arrays import Array, Shape, positive
from .base import Affine


class Linear(Affine):
    """y = x W + b, with W of shape (n_in, n_out) and b of shape (n_out,).

    Parameters
    ----------
    n_in, n_out : int
        Numbers of inputs and outputs.

    """

    onnx = "Gemm"

    def __init__(self, n_in: int, n_out: int) -> None:
        positive(n_in=n_in, n_out=n_out)
        self.arguments = n_in, n_out
        self.in_shape = (n_in,)
        self.shapes = {"W": (n_in, n_out), "b": (n_out,)}

    def out_shape(self, in_shape: Shape) -> Shape:
        """Compute (n_out,)."""
        super().out_shape(in_shape)
        return self.shapes["b"]

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Compute y = x W + b, of shape (n, n_out)."""
        y: Array = np.matmul(x, self.W, out=out)
        y += self.b
        return y

    def backward_params(self, x: Array, dy: Array) -> None:
        """Compute dW = xᵀ dy and db = Σ dy.

        y_nj = Σ_i x_ni W_ij + b_j, so for each example n, ∂y_nj/∂W_ij = x_ni and ∂y_nj/∂b_j = 1.
        """
        np.matmul(x.T, dy, out=self.dW)
        np.sum(dy, axis=0, out=self.db)

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Compute dx = dy Wᵀ: ∂y_nj/∂x_ni = W_ij."""
        return np.matmul(dy, self.W.T, out=out)
