"""ReLU: the bend between two linear layers, without which they would be one."""

import numpy as np

from .base import Array, Layer


class ReLU(Layer):
    """y = max(x, 0): what is positive passes, the rest is cut off."""

    in_place = True
    needs_y = True

    def __init__(self) -> None:
        self._mask: Array = np.empty((0, 0), bool)

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = max(x, 0); `out` may be x itself."""
        return np.maximum(x, 0, out=out)

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Dx = dy where y > 0, and 0 elsewhere; `out` may be dy itself.

        Strictly positive: after the forward pass `y >= 0` is true everywhere and would mask nothing.
        """
        if self._mask.shape[1:] != y.shape[1:] or len(self._mask) < len(y):
            self._mask = np.empty(y.shape, bool)
        mask = np.greater(y, 0, out=self._mask[: len(y)])
        return np.multiply(dy, mask, out=out)
