"""Why this digit? The exact contribution of every pixel to the choice of one class over another.

For any one image, a network of Linear and ReLU layers is a linear map: each ReLU either passes its input or blocks it,
and once that is known, only products and sums are left. So the difference of two logits is exactly a sum over pixels
plus a constant:

    z_this - z_that = Σ_i x_i g_i + c

where g is the gradient of the difference with respect to the pixels, and c gathers the biases.
"""

from typing import Any

import numpy as np

from .._util.arrays import Array, as_rows, scale
from ..errors import InputError
from ..nn.layers import Dropout, Linear, ReLU
from ..nn.network import Network


def contributions(network: Network, image: Any, this: int, that: int) -> tuple[Array, float]:
    """Split the difference of two logits into a contribution of each pixel, and a constant.

    Parameters
    ----------
    network : Network
        A network of Linear, ReLU and Dropout layers.
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
    """Go back from the difference of two logits to the pixels: g (1, n_in), and c = Σ b · (gradient at its layer)."""
    inputs = [x]
    for layer in network.layers:
        inputs.append(layer.forward(inputs[-1]))
    g = np.zeros_like(inputs[-1])
    g[0, this] += 1
    g[0, that] -= 1
    constant = 0.0
    for i in reversed(range(len(network.layers))):
        layer = network.layers[i]
        if isinstance(layer, Linear):
            constant += float(g[0] @ layer.b)
        if isinstance(layer, Linear | ReLU):  # the others, Dropout say, only act in training
            g = layer.backward_input(inputs[i], inputs[i + 1], g)
    return g, constant


def _check(network: Network, this: int, that: int) -> None:
    strange = [layer.spec[0] for layer in network.layers if not isinstance(layer, Linear | ReLU | Dropout)]
    if strange:
        raise InputError(f"Contributions can be computed for Linear and ReLU layers, not for {', '.join(strange)}.")
    n_classes = network.sizes[-1]
    if not (0 <= this < n_classes and 0 <= that < n_classes):
        raise InputError(f"The class indices run from 0 to {n_classes - 1}; {this} and {that} were asked for.")
