"""Reshape and Flatten: rows of pixels viewed as images, and images as rows. Nothing moves in memory."""

from math import prod

from ..._util.arrays import Array, Shape, positive
from .base import Layer


class Flatten(Layer):
    """y = x with each example as one row: (n, h, w, c) to (n, h · w · c)."""

    onnx = "Flatten"

    def out_shape(self, in_shape: Shape) -> Shape:
        """Compute (h · w · c,)."""
        return (prod(super().out_shape(in_shape)),)

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Return x, viewed as rows."""
        return x.reshape(len(x), *self.out_shape(x.shape[1:]))

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Return dy, viewed in the shape of x."""
        return dy.reshape(x.shape)


class Reshape(Flatten):
    """y = x with each row as an image: (n, height · width · channels) to (n, height, width, channels).

    Parameters
    ----------
    height, width : int
        Of the images, in pixels.
    channels : int
        Values per pixel.

    """

    onnx = "Reshape"

    def __init__(self, height: int, width: int, channels: int = 1) -> None:
        positive(height=height, width=width, channels=channels)
        self.arguments = height, width, channels
        self.in_shape = (prod(self.arguments),)

    def out_shape(self, in_shape: Shape) -> Shape:
        """Compute (height, width, channels)."""
        super().out_shape(in_shape)
        return self.arguments
