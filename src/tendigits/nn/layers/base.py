"""Layers: what goes forward, and how the gradient comes back.

A layer is a function y = f(x; parameters). Going back, the network hands it dy, the gradient of the loss with
respect to y, and asks up to two questions: what is the gradient of your parameters (`backward_params`), and
what is the gradient of your input (`backward_input`)? The first layer is never asked the second.

The first axis is always the examples: x has shape (n, n_in), or (n, height, width, channels) for images. `forward`
remembers nothing; going back, the network hands x and y in again, so that one network can answer in many threads at
once. Only `forward_train` may change what a layer knows, and draw random numbers.
"""

from math import sqrt
from typing import Any

import numpy as np

from ..._util.arrays import Array, Shape
from ...errors import InputError

LAYERS: dict[str, type["Layer"]] = {}  # every kind of layer by the name that model files give it


class Layer:
    """A layer without parameters; the base of the others.

    What a network needs to know of a layer, the layer says by class attributes. A layer written outside this package
    is as good as one inside: subclass, and it can be trained, copied, saved and loaded.

    Attributes
    ----------
    shapes : dict of str to tuple of int
        Names and shapes of the parameters. The network makes each (`W`) and its gradient (`dW`) a view of its vectors.
    arguments : tuple
        What the constructor was given, as JSON can hold it.
    in_shape : tuple of int or None
        The shape of one example, for a layer that can be a network's first.
    decays : tuple of str
        The parameters that weight decay and the L2 penalty shrink: weights, and no biases.
    draws : bool
        Does `forward_train` draw random numbers?
    mixes_examples : bool
        Does an example's y depend on the others of its batch?
    elementwise : bool
        Does it treat each feature by itself, and without parameters, so that a hidden layer can be cut in parts?
    only_trains : bool
        Is y = x outside training, so that exports can leave it out?
    onnx : str or None
        ONNX's operator that does the same, with the parameters in the order of `shapes`; None cannot be exported.
    in_place, needs_y : bool
        What buffers go by: may `forward` write over x, and `backward_input` over dy? Does `backward_input` look at y,
        so that no one may write over it?

    """

    shapes: dict[str, Shape] = {}  # noqa: RUF012 - constants
    arguments: tuple[Any, ...] = ()
    in_shape: Shape | None = None
    decays: tuple[str, ...] = ()
    draws = False
    mixes_examples = False
    elementwise = False
    only_trains = False
    onnx: str | None = None
    in_place = False
    needs_y = False
    trains_alike = True  # is `forward_train` no other than `forward`?

    def __init_subclass__(cls) -> None:
        cls.trains_alike = cls.forward_train is Layer.forward_train
        LAYERS[cls.name()] = cls

    @classmethod
    def name(cls) -> str:
        """Name this kind of layer as model files do: `Linear`; `package.module:Class` for one from elsewhere."""
        ours = cls.__module__.startswith(__package__ + ".")
        return cls.__name__ if ours else f"{cls.__module__}:{cls.__qualname__}"

    @property
    def spec(self) -> list[Any]:
        """The layer as JSON: its name and what its constructor takes."""
        return [self.name(), *self.arguments]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.arguments))})"

    def out_shape(self, in_shape: Shape) -> Shape:
        """Compute the shape of one example's y. Raises InputError where `in_shape` does not fit."""
        if self.in_shape not in (None, in_shape):
            raise InputError(f"The layers do not fit: {self} takes {self.in_shape}, not {in_shape}.")
        return in_shape

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


class Affine(Layer):
    """A layer of weights `W` (n_in, n_out), which decay, and biases `b` (n_out,), which do not."""

    decays = ("W",)
    W: Array
    b: Array
    dW: Array
    db: Array

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw W from a normal distribution of variance 2 / n_in, so that a signal keeps its size; b starts at zero.

        References
        ----------
        He et al., "Delving Deep into Rectifiers", 2015, equation 10: ReLUs halve the variance, hence the 2.

        """
        self.W[...] = rng.standard_normal(self.W.shape) * sqrt(2 / len(self.W))
        self.b[...] = 0
