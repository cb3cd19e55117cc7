"""From a few words to layers: what the options --conv, --hidden and --dropout mean."""

from collections.abc import Sequence
from math import prod

import numpy as np

from .._util.arrays import Shape
from ..errors import InputError
from ..nn.layers import Conv2D, Dropout, Flatten, Layer, Linear, MaxPool2D, ReLU, Reshape, Sigmoid, Tanh

ACTIVATIONS: dict[str, list[type[Layer]]] = {"relu": [ReLU], "tanh": [Tanh], "logistic": [Sigmoid], "identity": []}


def architecture(
    image_shape: Shape,
    n_classes: int,
    *,
    hidden: int | Sequence[int] = (128,),
    conv: str = "",
    dropout: float = 0.0,
    activation: str = "relu",
) -> list[Layer]:
    """Build the layers of a classifier.

    Parameters
    ----------
    image_shape : tuple of int
        (height, width) of an image, or (n_in,) of a row of features.
    n_classes : int
        How many classes there are.
    hidden : int or sequence of int, optional
        Widths of the hidden layers, each followed by the activation.
    conv : str, optional
        Convolutions before them, each followed by a ReLU: "24x5 pool 48x3" is 24 kernels of 5 × 5, the maximum over
        2 × 2, and 48 kernels of 3 × 3.
    dropout : float, optional
        The share of each hidden layer that is left out in training.
    activation : {"relu", "tanh", "logistic", "identity"}, optional
        The nonlinearity of the hidden layers; "identity" is none.

    Returns
    -------
    list of Layer
        The layers, for `Network`.

    Raises
    ------
    InputError
        If these do not fit together.

    Examples
    --------
    >>> [layer.spec for layer in architecture((28, 28), 10, hidden=32, dropout=0.5)]
    [['Linear', 784, 32], ['ReLU'], ['Dropout', 0.5], ['Linear', 32, 10]]
    """
    layers: list[Layer] = []
    shape: Shape = (prod(map(int, image_shape)),)
    if conv:
        layers = _convolutions(image_shape, conv)
        for layer in layers:
            shape = layer.out_shape(shape)
    for width in np.atleast_1d(hidden).tolist():
        layers += [Linear(shape[0], width), *(kind() for kind in ACTIVATIONS[activation])]
        layers += [Dropout(dropout)] if dropout else []
        shape = (width,)
    return [*layers, Linear(shape[0], n_classes)]


def _convolutions(image_shape: Shape, conv: str) -> list[Layer]:
    """Build the layers from Reshape to Flatten.

    The maximum is taken before the ReLU: that gives the same numbers for a quarter of the work.
    """
    if len(image_shape) != 2:
        raise InputError(f"Convolutions need images (height, width), not {image_shape}.")
    layers: list[Layer] = [Reshape(*image_shape)]
    channels = 1
    for word in conv.split():
        if word == "pool":
            at = len(layers) - 1 if isinstance(layers[-1], ReLU) else len(layers)
            layers.insert(at, MaxPool2D(2))
            continue
        kernels, kernel = _kernels(word)
        layers += [Conv2D(channels, kernels, kernel), ReLU()]
        channels = kernels
    return [*layers, Flatten()]


def _kernels(word: str) -> tuple[int, int]:
    kernels, _, kernel = word.partition("x")
    if not (kernels.isdecimal() and kernel.isdecimal()):
        raise InputError(f"{word!r} is neither pool nor convolutions like 24x5, which are 24 kernels of 5 × 5.")
    return int(kernels), int(kernel)
