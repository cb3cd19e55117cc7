"""Layers: what goes forward, and how the gradient comes back.

A layer is a function y = f(x; parameters). Going back, the network hands it dy, the gradient of the loss with
respect to y, and asks up to two questions: what is the gradient of your parameters (`backward_params`), and
what is the gradient of your input (`backward_input`)? The first layer is never asked the second.

The first axis is always the examples: x has shape (n, n_in), or (n, height, width, channels) for images. `forward`
remembers nothing; going back, the network hands x and y in again, so that one network can answer in many threads at
once. Only `forward_train` may change what a layer knows, and draw from chance.
"""

from math import prod, sqrt
from typing import Any

import numpy as np

from ..._util.arrays import Array, Shape
from ...errors import InputError


class Layer:
    """A layer without parameters; the base of the others."""

    shapes: dict[str, Shape] = {}  # noqa: RUF012 - names and shapes of the parameters; none here
    in_place = False  # may `forward` write over its input, and `backward_input` over dy?
    is_view = False  # is y only another view of x?
    needs_y = False  # does `backward_input` look at y, so that no one may write over it?

    @property
    def size(self) -> int:
        """How many parameters the layer has."""
        return sum(prod(shape) for shape in self.shapes.values())

    @property
    def spec(self) -> list[Any]:
        """The layer as JSON: its name and what its constructor takes."""
        return [type(self).__name__]

    def out_shape(self, in_shape: Shape) -> Shape:
        """Compute the shape of what comes out, for one example. Raises InputError where `in_shape` does not fit."""
        return in_shape

    def bind(self, params: Array, grads: Array) -> None:
        """Make each parameter (`W`) and its gradient (`dW`) a view of the network's two flat vectors."""
        start = 0
        for name, shape in self.shapes.items():
            stop = start + prod(shape)
            setattr(self, name, params[start:stop].reshape(shape))
            setattr(self, f"d{name}", grads[start:stop].reshape(shape))
            start = stop

    def initialize(self, rng: np.random.Generator) -> None:
        """Give the parameters their starting values."""

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Compute y, into `out` where it is given."""
        raise TypeError(f"{type(self).__name__} does not say how it computes y")

    def forward_train(self, x: Array, rng: np.random.Generator | None, out: Array | None = None) -> Array:
        """Compute y as training does; most layers do the same as `forward`."""
        return self.forward(x, out)

    def backward_params(self, x: Array, dy: Array) -> None:
        """Write the gradients of the parameters into their views."""

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Compute dx, the gradient of the loss with respect to x, into `out` where it is given."""
        raise TypeError(f"{type(self).__name__} does not say how it computes dx")


def positive(**sizes: int) -> None:
    """Raise InputError unless all of a layer's sizes are positive integers."""
    if not all(isinstance(size, int) and size > 0 for size in sizes.values()):
        words = ", ".join(f"{name}={size}" for name, size in sizes.items())
        raise InputError(f"A layer's sizes must be positive integers, not {words}.")


def he(rng: np.random.Generator, shape: Shape) -> Array:
    """Draw W (n_in, n_out) from a normal distribution of variance 2 / n_in: a signal keeps its size through ReLUs.

    He et al., "Delving Deep into Rectifiers", 2015, equation 10.
    """
    return rng.standard_normal(shape) * sqrt(2 / shape[0])
