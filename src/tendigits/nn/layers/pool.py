"""MaxPool2D: keep the largest value of each neighbourhood, and forget where exactly it was."""

from itertools import product

import numpy as np

from ..._util.arrays import Array, Shape, positive
from ...errors import InputError
from .base import Layer


class MaxPool2D(Layer):
    """y = the largest value of each size × size square, by channel: (n, h, w, c) to (n, h / size, w / size, c).

    Parameters
    ----------
    size : int
        The side of a square in pixels; it must divide the height and width of the images.

    """

    onnx = "MaxPool"
    needs_y = True

    def __init__(self, size: int = 2) -> None:
        positive(size=size)
        self.arguments = (size,)
        self.pool = size

    def out_shape(self, in_shape: Shape) -> Shape:
        """Compute (h / size, w / size, c)."""
        if len(in_shape) != 3 or in_shape[0] % self.pool or in_shape[1] % self.pool:
            raise InputError(f"The layers do not fit: {self} cannot take images of {in_shape}.")
        return in_shape[0] // self.pool, in_shape[1] // self.pool, in_shape[2]

    def _corners(self, x: Array) -> list[Array]:
        """View x as size² images of y's shape: all squares' top left pixels, their right neighbours, and so on."""
        return [x[:, i :: self.pool, j :: self.pool] for i, j in product(range(self.pool), repeat=2)]

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Compute y = max over each square."""
        first, *others = self._corners(x)
        y: Array = np.empty(first.shape, x.dtype) if out is None else out
        y[...] = first
        for corner in others:
            np.maximum(y, corner, out=y)
        return y

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Compute dx = dy where x was the largest in its square, else 0. Among equals the first takes it all."""
        dx: Array = np.empty_like(x) if out is None else out
        free = np.ones(y.shape, bool)
        for corner, d_corner in zip(self._corners(x), self._corners(dx), strict=True):
            largest = corner == y
            largest &= free
            free ^= largest
            np.multiply(dy, largest, out=d_corner)
        return dx
