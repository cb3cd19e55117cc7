"""Reshape and Flatten: rows of pixels seen as images, and images as rows. Nothing moves in memory."""

from math import prod
from typing import Any

from ...errors import InputError
from .base import Array, Layer, Shape, positive


class Flatten(Layer):
    """y = x with each example as one row: (n, h, w, c) to (n, h · w · c)."""

    is_view = True

    def out_shape(self, in_shape: Shape) -> Shape:
        """(h · w · c,)."""
        return (prod(in_shape),)

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = x, seen as rows."""
        return x.reshape(len(x), -1)

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Dx = dy, seen as x is."""
        return dy.reshape(x.shape)


class Reshape(Flatten):
    """y = x with each row as an image: (n, height · width · channels) to (n, height, width, channels)."""

    def __init__(self, height: int, width: int, channels: int = 1) -> None:
        positive(height=height, width=width, channels=channels)
        self.image_shape = height, width, channels

    @property
    def spec(self) -> list[Any]:
        """Name, height, width, channels."""
        return ["Reshape", *self.image_shape]

    @property
    def in_shape(self) -> Shape:
        """(height · width · channels,)."""
        return (prod(self.image_shape),)

    def out_shape(self, in_shape: Shape) -> Shape:
        """(height, width, channels)."""
        if in_shape != self.in_shape:
            raise InputError(f"The layers do not fit: {self.spec} cannot take {in_shape}.")
        return self.image_shape

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = x, seen as images."""
        return x.reshape(len(x), *self.image_shape)
