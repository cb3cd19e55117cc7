"""How much can a digit change before a network misreads it? Accuracy under disturbances, each at several strengths.

The direction of a shift or rotation is random, image by image.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._util.arrays import Array
from ..data.displacement import DisplacementField, plane, warp
from ..errors import InputError
from ..nn.network import Network
from .evaluate import evaluate

Disturb = Callable[[Array, float, np.random.Generator], Array]


def shifted(images: Array, pixels: float, rng: np.random.Generator) -> Array:
    """Move each image up, down, left or right.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, h, w)
        The images.
    pixels : float
        How far.
    rng : numpy.random.Generator
        Draws the direction for each image.

    Returns
    -------
    ndarray of uint8, shape (n, h, w)
        New images.
    """
    u, v = pixels * np.array([(1, 0), (-1, 0), (0, 1), (0, -1)])[rng.integers(4, size=len(images))].T
    return _looked_up(images, u, v, np.eye(2)[None])


def rotated(images: Array, degrees: float, rng: np.random.Generator) -> Array:
    """Turn each image to the left or to the right.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, h, w)
        The images.
    degrees : float
        How far.
    rng : numpy.random.Generator
        Draws the direction for each image.

    Returns
    -------
    ndarray of uint8, shape (n, h, w)
        New images.
    """
    angle = np.radians(degrees) * rng.choice([-1, 1], len(images))
    turns = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return _looked_up(images, 0, 0, turns.transpose(2, 0, 1))


def scaled(images: Array, factor: float, rng: np.random.Generator) -> Array:
    """Scale each image about its centre.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, h, w)
        The images.
    factor : float
        How many times as large.
    rng : numpy.random.Generator
        Not used.

    Returns
    -------
    ndarray of uint8, shape (n, h, w)
        New images.
    """
    return _looked_up(images, 0, 0, np.eye(2)[None] / factor)


def thicker(images: Array, pixels: float, rng: np.random.Generator) -> Array:
    """Make strokes thicker, by grey dilation.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, h, w)
        The images.
    pixels : float
        By how many whole pixels, both sides together.
    rng : numpy.random.Generator
        Not used.

    Returns
    -------
    ndarray of uint8, shape (n, h, w)
        New images.
    """
    from scipy.ndimage import grey_dilation

    return np.asarray(grey_dilation(images, (1, int(pixels) + 1, int(pixels) + 1)))


def thinner(images: Array, pixels: float, rng: np.random.Generator) -> Array:
    """Make strokes thinner, by grey erosion.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, h, w)
        The images.
    pixels : float
        By how many whole pixels, both sides together.
    rng : numpy.random.Generator
        Not used.

    Returns
    -------
    ndarray of uint8, shape (n, h, w)
        New images.
    """
    from scipy.ndimage import grey_erosion

    return np.asarray(grey_erosion(images, (1, int(pixels) + 1, int(pixels) + 1)))


def noisy(images: Array, deviation: float, rng: np.random.Generator) -> Array:
    """Add Gaussian noise to every pixel.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, h, w)
        The images.
    deviation : float
        The standard deviation, in grey levels of 255.
    rng : numpy.random.Generator
        Draws the noise.

    Returns
    -------
    ndarray of uint8, shape (n, h, w)
        New images.
    """
    noise = deviation * rng.standard_normal(images.shape, np.float32)
    return np.clip(np.rint(images + noise), 0, 255).astype(np.uint8)


def _looked_up(images: Array, u: Any, v: Any, matrices: Array) -> Array:
    """Look each pixel up at matrix × (its position from the centre) + (u, v), as data/displacement describes."""
    n, *shape = images.shape
    numbers = np.zeros((2, n, 3), np.float32)
    numbers[0, :, 0], numbers[1, :, 0] = u, v
    numbers[..., 1:] = (matrices - np.eye(2)).transpose(1, 0, 2)
    out = np.empty(images.shape, np.float32)
    warp(images, DisplacementField(numbers, plane(*shape), (shape[0], shape[1])), out)
    return np.rint(out).astype(np.uint8)


DISTURBANCES: dict[str, tuple[Disturb, Sequence[float]]] = {
    "shifted, pixels": (shifted, (1, 2, 3, 4)),
    "rotated, degrees": (rotated, (10, 20, 30, 45)),
    "scaled to": (scaled, (0.6, 0.8, 1.2, 1.35)),
    "thicker, pixels": (thicker, (1, 2, 3)),
    "thinner, pixels": (thinner, (1, 2)),
    "noise, gray levels": (noisy, (25, 50, 100)),
}


def robustness(network: Network, images: Array, labels: Array, seed: int = 0) -> dict[str, dict[float, float]]:
    """Measure the accuracy on disturbed images.

    Parameters
    ----------
    network : Network
        The network to test.
    images : ndarray of uint8, shape (n, h, w)
        Images to disturb.
    labels : ndarray of int, shape (n,)
        Class indices.
    seed : int, optional
        The same seed disturbs in the same way, whatever the network.

    Returns
    -------
    dict of str to dict of float to float
        {disturbance: {strength: accuracy}}; "as they are" has one strength, 0.

    Raises
    ------
    InputError
        If the images are no uint8 pixels, or rows.
    """
    if np.ndim(images) != 3 or np.asarray(images).dtype != np.uint8:
        raise InputError(
            "Only uint8 images of shape (n, height, width) can be disturbed, not "
            f"{np.asarray(images).dtype} of shape {np.shape(images)}."
        )
    results = {"as they are": {0.0: evaluate(network, images, labels).accuracy}}
    for name, (disturb, strengths) in DISTURBANCES.items():
        results[name] = {
            strength: evaluate(network, disturb(images, strength, np.random.default_rng(seed)), labels).accuracy
            for strength in strengths
        }
    return results
