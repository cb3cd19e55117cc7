"""Sigmoid: a smooth step from 0 to 1, the nonlinearity that backpropagation was invented with."""

import numpy as np

from ..._util.arrays import Array
from .base import Layer


class Sigmoid(Layer):
    """y = 1 / (1 + exp(-x)), the logistic function, between 0 and 1.

    References
    ----------
    Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.

    """

    onnx = "Sigmoid"
    elementwise = True
    in_place = True
    needs_y = True

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Compute y = (1 + tanh(x / 2)) / 2, which is the same and never overflows; `out` may be x itself."""
        y: Array = np.multiply(x, 0.5, out=out)
        np.tanh(y, out=y)
        y += 1
        y *= 0.5
        return y

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Compute dx = dy y (1 - y), the derivative written in y; `out` may be dy itself."""
        dx: Array = np.multiply(dy, y * (1 - y), out=out)
        return dx
