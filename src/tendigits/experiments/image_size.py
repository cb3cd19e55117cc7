"""The size of the images that a network takes, which need not be MNIST's."""

from math import isqrt

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from ..images.decode import resized
from ..nn.network import Network


def image_shape(network: Network) -> tuple[int, int]:
    """Tell the height and width of the images that a network takes.

    Parameters
    ----------
    network : Network
        The network; where its notes do not say, its images are squares.

    Returns
    -------
    tuple of int
        (height, width).

    Raises
    ------
    InputError
        If it takes no images.
    """
    n, noted = network.sizes[0], network.info.get("preprocessing", {}).get("image_shape", [])
    height, width = noted if len(noted) == 2 else (isqrt(n), isqrt(n))
    if height * width != n:
        raise InputError(f"The model takes {n} features, which are not an image: only models of images read pictures.")
    return height, width


def in_size_of(network: Network, digits: Array) -> Array:
    """Resize digits in MNIST's format for a network.

    Parameters
    ----------
    network : Network
        The network.
    digits : ndarray of uint8, shape (n, 28, 28)
        The digits.

    Returns
    -------
    ndarray of uint8, shape (n, height, width)
        The images that it takes.

    Raises
    ------
    InputError
        If it takes no images.
    """
    shape = image_shape(network)
    return np.stack([resized(digit, shape) for digit in digits])
