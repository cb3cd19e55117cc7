"""Why this digit? The exact contribution of every pixel to the choice of one class over another.

For any one image, a network of linear, convolutional, ReLU and max-pooling layers is a linear map plus a constant: each
ReLU either passes its input or blocks it, each square has its largest pixel, and once that is known, only products and
sums are left. So the difference of two logits is exactly a sum over pixels plus a constant:

    z_this - z_that = Σ_i x_i g_i + c

where g is the gradient of the difference with respect to the pixels, and c gathers the biases along the units that this
image switches on: another image switches on others, and has another c.
"""

from typing import Any

import numpy as np

from .._util.arrays import Array, as_rows, scale
from ..errors import InputError
from ..nn.layers import BatchNorm, Conv2D, Dropout, Flatten, Layer, Linear, MaxPool2D, ReLU, Reshape
from ..nn.network import Network

PIECEWISE_LINEAR = (Linear, Conv2D, BatchNorm, ReLU, MaxPool2D, Reshape, Flatten, Dropout)


def contributions(network: Network, image: Any, this: int, that: int) -> tuple[Array, float]:
    """Split the difference of two logits into a contribution of each pixel, and a constant.

    Parameters
    ----------
    network : Network
        A dense or convolutional network, with ReLU and max pooling.
    image : array-like of uint8 or float
        One image, of any shape with as many values as the network has inputs.
    this, that : int
        The class indices whose logits are compared.

    Returns
    -------
    contributions : ndarray, shape of `image`
        x_i g_i of each pixel, in the network's dtype; positive where it speaks for `this`.
    constant : float
        c, so that contributions.sum() + c = z_this - z_that.

    Raises
    ------
    InputError
        If image or class indices do not fit the network, or it has other layers.

    Examples
    --------
    >>> from tendigits import Network
    >>> network = Network([2, 2])
    >>> network.weights[0][...] = [[3, 1], [2, 5]]
    >>> shares, constant = contributions(network, [1.0, 0.5], 0, 1)
    >>> shares.tolist(), constant
    ([2.0, -1.5], 0.0)
    """
    image = np.asarray(image)
    _check(network, this, that)
    pixels = as_rows(image.reshape(1, -1), network.sizes[0], network.divisor)
    x = scale(pixels, np.empty(pixels.shape, network.dtype), network.divisor)
    gradient, constant = _linear_map(network, x, this, that)
    return (x * gradient).reshape(image.shape), constant


def _linear_map(network: Network, x: Array, this: int, that: int) -> tuple[Array, float]:
    """Backpropagate the difference of two logits to the pixels: g (1, n_in), and c = Σ b · (gradient at its layer)."""
    ys = [x]
    for layer in network.layers:
        ys.append(layer.forward(ys[-1]))
    g = np.zeros_like(ys[-1])
    g[0, this] += 1
    g[0, that] -= 1
    constant = 0.0
    for i in reversed(range(len(network.layers))):
        constant += _offset(network.layers[i], ys[i], g)
        g = _backward(network.layers[i], ys[i], ys[i + 1], g)
    return g, constant


def _offset(layer: Layer, x: Array, g: Array) -> float:
    """Compute the dot product of g with the layer's output for zero input (its biases)."""
    return float(np.vdot(layer.forward(np.zeros_like(x)), g)) if layer.shapes else 0.0


def _backward(layer: Layer, x: Array, y: Array, g: Array) -> Array:
    """Backpropagate through a layer as it predicts, not as it trains."""
    if isinstance(layer, BatchNorm):  # a scale for each feature; in training it would depend on the batch
        scaled: Array = g * (layer.forward(np.ones_like(x)) - layer.forward(np.zeros_like(x)))
        return scaled
    return g if layer.only_trains else layer.backward_input(x, y, g)


def _check(network: Network, this: int, that: int) -> None:
    if strange := [layer.spec[0] for layer in network.layers if not isinstance(layer, PIECEWISE_LINEAR)]:
        raise InputError(f"Contributions are exact with ReLU and max pooling, but not with {', '.join(strange)}.")
    n_classes = network.sizes[-1]
    if not (0 <= this < n_classes and 0 <= that < n_classes):
        raise InputError(f"The class indices run from 0 to {n_classes - 1}; {this} and {that} were asked for.")
