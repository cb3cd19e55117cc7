"""Tanh: a smooth step from -1 to 1, the nonlinearity of the networks of the nineties."""

import numpy as np

from ..._util.arrays import Array
from .base import Layer


class Tanh(Layer):
    """y = tanh(x), between -1 and 1.

    References
    ----------
    LeCun et al., "Efficient BackProp", 1998.

    """

    onnx = "Tanh"
    elementwise = True
    in_place = True
    needs_y = True

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Compute y = tanh(x); `out` may be x itself."""
        y: Array = np.tanh(x, out=out)
        return y

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Compute dx = dy (1 - y²), as tanh' = 1 - tanh²; `out` may be dy itself."""
        dx: Array = np.multiply(dy, 1 - y * y, out=out)
        return dx
