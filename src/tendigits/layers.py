"""Layers: what goes forward, and how the gradient comes back.

A layer is a function y = f(x; parameters). Going back, the network hands it dy, the gradient of the loss with
respect to y, and asks up to two questions: what is the gradient of your parameters (`backward_params`), and
what is the gradient of your input (`backward_input`)? The first layer is never asked the second.

Rows are examples: x has shape (n, n_in). `forward` remembers nothing; going back, the network hands x and y in again,
so that one network can answer in many threads at once.
"""

from math import prod, sqrt
from typing import Any

import numpy as np

from .errors import InputError

Array = np.ndarray[Any, np.dtype[Any]]
Shapes = dict[str, tuple[int, ...]]


class Layer:
    """A layer without parameters; the base of the others."""

    shapes: Shapes = {}  # noqa: RUF012 - names and shapes of the parameters; none here
    in_place = False  # may `forward` write over its input, and `backward_input` over dy?

    @property
    def size(self) -> int:
        """How many parameters the layer has."""
        return sum(prod(shape) for shape in self.shapes.values())

    @property
    def spec(self) -> list[Any]:
        """The layer as JSON: its name and what its constructor takes."""
        return [type(self).__name__]

    def n_out(self, n_in: int) -> int:
        """How many features come out when `n_in` go in."""
        return n_in

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


class Linear(Layer):
    """y = x W + b, with W of shape (n_in, n_out) and b of shape (n_out,)."""

    W: Array
    b: Array
    dW: Array
    db: Array

    def __init__(self, n_in: int, n_out: int) -> None:
        if not all(isinstance(size, int) and size > 0 for size in (n_in, n_out)):
            raise InputError(f"A layer's sizes must be positive integers, not {n_in} and {n_out}.")
        self.shapes = {"W": (n_in, n_out), "b": (n_out,)}

    @property
    def spec(self) -> list[Any]:
        """Name, inputs, outputs."""
        return ["Linear", *self.shapes["W"]]

    def n_out(self, n_in: int) -> int:
        """The width of W, whatever comes in."""
        return self.shapes["W"][1]

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw W from a normal distribution of variance 2 / n_in, which keeps a signal's size through ReLU layers.

        He et al., "Delving Deep into Rectifiers", 2015, equation 10. The biases start at zero.
        """
        n_in = len(self.W)
        self.W[...] = rng.standard_normal(self.W.shape) * sqrt(2 / n_in)
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


class ReLU(Layer):
    """y = max(x, 0): what is positive passes, the rest is cut off."""

    in_place = True

    def __init__(self) -> None:
        self._mask: Array = np.empty((0, 0), bool)

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = max(x, 0); `out` may be x itself."""
        return np.maximum(x, 0, out=out)

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Dx = dy where y > 0, and 0 elsewhere; `out` may be dy itself.

        Strictly positive: after the forward pass `y >= 0` is true everywhere and would mask nothing.
        """
        if len(self._mask) < len(y):
            self._mask = np.empty(y.shape, bool)
        mask = np.greater(y, 0, out=self._mask[: len(y)])
        return np.multiply(dy, mask, out=out)


class Dropout(Layer):
    """In training, each feature is left out with probability `rate` and the others grow by 1 / (1 - rate); else y = x.

    Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014. The only layer that
    remembers: what its last training pass left out, for the way back.
    """

    in_place = True

    def __init__(self, rate: float) -> None:
        if not 0 <= rate < 1:
            raise InputError(f"The dropout rate must be from 0 up to, not including, 1, not {rate}.")
        self.rate = rate
        self._factor: Array | None = None

    @property
    def spec(self) -> list[Any]:
        """Name, rate."""
        return ["Dropout", self.rate]

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Pass x on: y = x."""
        if out is None or out is x:
            return x
        out[...] = x
        return out

    def forward_train(self, x: Array, rng: np.random.Generator | None, out: Array | None = None) -> Array:
        """Compute y = x m, where each m is 0 with probability `rate` and 1 / (1 - rate) otherwise, drawn from `rng`."""
        if rng is None:
            raise InputError("Dropout needs a generator to train.")
        kept = np.greater_equal(rng.random(x.shape, np.float32), self.rate)
        self._factor = kept.astype(x.dtype) / x.dtype.type(1 - self.rate)
        return np.multiply(x, self._factor, out=out)

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Compute dx = dy m, as the last training pass drew m."""
        if self._factor is None:
            raise InputError("Dropout goes back only after a training pass.")
        return np.multiply(dy, self._factor, out=out)
