"""ReLU: the nonlinearity between two linear layers, without which they would amount to one."""

import numpy as np

from ..._util.arrays import Array
from .base import Layer


class ReLU(Layer):
    """y = max(x, 0): positive values pass, negative ones become 0.

    References
    ----------
    Nair and Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines", 2010.

    """

    onnx = "Relu"
    elementwise = True
    in_place = True
    needs_y = True

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Compute y = max(x, 0); `out` may be x itself."""
        return np.maximum(x, 0, out=out)

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Compute dx = dy where y > 0, and 0 elsewhere; `out` may be dy itself.

        Strictly greater: y ≥ 0 holds everywhere and would mask nothing.
        """
        return np.multiply(dy, y > 0, out=out)
