"""Layers: what goes forward, and how the gradient comes back.

A layer is a function y = f(x; parameters). On the way back it is given dy, the gradient of the loss with respect to y,
and computes up to two things: the gradient of its parameters (`backward_params`) and the gradient of its input
(`backward_input`). The first layer with parameters is never asked for the second.

The first axis is always the examples: x has shape (n, n_in), or (n, height, width, channels) for images. `forward`
stores nothing, and the backward methods are given x and y again, so that many threads can predict with one network at
the same time. Only `forward_train` may change a layer's state or draw random numbers.

Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.
"""

from math import sqrt
from typing import Any

import numpy as np

from ..._util.arrays import Array, Shape
from ...errors import InputError

LAYERS: dict[str, type["Layer"]] = {}  # every kind of layer, by its name in model files


class Layer:
    """The base of all layers; by itself, a layer without parameters.

    Class attributes tell the network what it needs to know about a layer. A subclass written elsewhere is treated like
    those in this package: it can be trained, copied, saved and loaded.

    Attributes
    ----------
    shapes : dict of str to tuple of int
        Name and shape of each parameter. The network makes the parameter (`W`) and its gradient (`dW`) views of its two
        flat vectors.
    arguments : tuple
        The constructor's arguments, in types that JSON has.
    in_shape : tuple of int or None
        The shape of one input example, for a layer that can be the first of a network; otherwise None.
    decays : tuple of str
        The parameters that weight decay and the L2 penalty shrink: weights, not biases.
    draws : bool
        Whether `forward_train` draws random numbers.
    mixes_examples : bool
        Whether the y of an example depends on the other examples in its batch.
    elementwise : bool
        Whether it has no parameters and treats each feature separately, so that workers can divide its units among
        them.
    only_trains : bool
        Whether y = x outside training, so that exports can leave the layer out.
    onnx : str or None
        The equivalent ONNX operator, which takes the parameters in the order of `shapes`; None if there is no export.
    in_place : bool
        Whether `forward` may overwrite x, and `backward_input` dy; the latter then must not read x.
    needs_y : bool
        Whether `backward_input` reads y, so that no later layer may overwrite it.
    trains_alike : bool
        Whether `forward_train` is `forward`; set for each subclass.

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
    trains_alike = True

    def __init_subclass__(cls) -> None:
        cls.trains_alike = cls.forward_train is Layer.forward_train
        LAYERS[cls.name()] = cls

    @classmethod
    def name(cls) -> str:
        """Name this kind of layer as in model files: `Linear`, or `package.module:Class` if it is defined elsewhere."""
        ours = cls.__module__.startswith(__package__ + ".")
        return cls.__name__ if ours else f"{cls.__module__}:{cls.__qualname__}"

    @property
    def spec(self) -> list[Any]:
        """The layer as JSON: its name and its constructor's arguments."""
        return [self.name(), *self.arguments]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.arguments))})"

    def out_shape(self, in_shape: Shape) -> Shape:
        """Compute the shape of one example's y.

        Parameters
        ----------
        in_shape : tuple of int
            The shape of one example's x.

        Returns
        -------
        tuple of int
            The shape of its y.

        Raises
        ------
        InputError
            If the layer cannot take `in_shape`.

        """
        if self.in_shape not in (None, in_shape):
            raise InputError(f"The layers do not fit: {self} takes {self.in_shape}, not {in_shape}.")
        return in_shape

    def initialize(self, rng: np.random.Generator) -> None:
        """Set the parameters to their starting values.

        Parameters
        ----------
        rng : numpy.random.Generator
            For random starting values.

        """

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Compute y.

        Parameters
        ----------
        x : ndarray of float, shape (n,) + in_shape
            The input.
        out : ndarray of float, shape (n,) + out_shape, optional
            Where to write y; it may be x if the layer is `in_place`.

        Returns
        -------
        ndarray of float, shape (n,) + out_shape
            y.

        """
        raise TypeError(f"{type(self).__name__} does not say how it computes y")

    def forward_train(self, x: Array, rng: np.random.Generator | None, out: Array | None = None) -> Array:
        """Compute y as in training; for most layers, the same as `forward`.

        Parameters
        ----------
        x : ndarray of float, shape (n,) + in_shape
            The input.
        rng : numpy.random.Generator or None
            For layers that draw random numbers.
        out : ndarray of float, shape (n,) + out_shape, optional
            Where to write y; it may be x if the layer is `in_place`.

        Returns
        -------
        ndarray of float, shape (n,) + out_shape
            y.

        """
        return self.forward(x, out)

    def backward_params(self, x: Array, dy: Array) -> None:
        """Write the gradients of the parameters into their views, `dW` for `W`.

        Parameters
        ----------
        x : ndarray of float, shape (n,) + in_shape
            The input of the forward pass.
        dy : ndarray of float, shape (n,) + out_shape
            The gradient of the loss with respect to y.

        """

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Compute dx, the gradient of the loss with respect to x.

        Parameters
        ----------
        x, y : ndarray of float, shape (n,) + in_shape, (n,) + out_shape
            Input and output of the forward pass; y need not be intact unless the layer says `needs_y`.
        dy : ndarray of float, shape (n,) + out_shape
            The gradient of the loss with respect to y.
        out : ndarray of float, shape (n,) + in_shape, optional
            Where to write dx; it may be dy if the layer is `in_place`.

        Returns
        -------
        ndarray of float, shape (n,) + in_shape
            dx.

        """
        raise TypeError(f"{type(self).__name__} does not say how it computes dx")


class Affine(Layer):
    """A layer with weights `W` (n_in, n_out), which decay, and biases `b` (n_out,), which do not."""

    decays = ("W",)
    W: Array
    b: Array
    dW: Array
    db: Array

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw W from a normal distribution of variance 2 / n_in, so that signals keep their size; b starts at zero.

        References
        ----------
        He et al., "Delving Deep into Rectifiers", 2015, equation 10: a ReLU halves the mean square, hence the 2.

        """
        self.W[...] = rng.standard_normal(self.W.shape) * sqrt(2 / len(self.W))
        self.b[...] = 0
