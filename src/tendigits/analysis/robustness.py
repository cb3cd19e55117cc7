"""How much can a digit change before a network misreads it? Accuracy under disturbances, each at several strengths.

Shifts, rotations and sizes go, image by image, one way or the other by chance; strokes become thicker or thinner by
grey dilation and erosion; noise is Gaussian, in gray levels of 255.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._util.arrays import Array
from ..data.distortions import Moves, plane, warp
from ..nn.network import Network
from .evaluate import evaluate

Disturb = Callable[[Array, float, np.random.Generator], Array]


def shifted(images: Array, pixels: float, rng: np.random.Generator) -> Array:
    """Move each image by `pixels` up, down, left or right."""
    u, v = pixels * np.array([(1, 0), (-1, 0), (0, 1), (0, -1)])[rng.integers(4, size=len(images))].T
    return _looked_up(images, u, v, np.eye(2)[None])


def rotated(images: Array, degrees: float, rng: np.random.Generator) -> Array:
    """Turn each image by `degrees`, to the left or to the right."""
    angle = np.radians(degrees) * rng.choice([-1, 1], len(images))
    turns = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return _looked_up(images, 0, 0, turns.transpose(2, 0, 1))


def scaled(images: Array, factor: float, rng: np.random.Generator) -> Array:
    """Make each image `factor` times as large, about its centre."""
    return _looked_up(images, 0, 0, np.eye(2)[None] / factor)


def thicker(images: Array, pixels: float, rng: np.random.Generator) -> Array:
    """Let the ink grow by so many pixels in all."""
    from scipy.ndimage import grey_dilation

    return np.asarray(grey_dilation(images, (1, int(pixels) + 1, int(pixels) + 1)))


def thinner(images: Array, pixels: float, rng: np.random.Generator) -> Array:
    """Let the ink shrink by so many pixels in all."""
    from scipy.ndimage import grey_erosion

    return np.asarray(grey_erosion(images, (1, int(pixels) + 1, int(pixels) + 1)))


def noisy(images: Array, deviation: float, rng: np.random.Generator) -> Array:
    """Add Gaussian noise of this standard deviation to every pixel."""
    noise = deviation * rng.standard_normal(images.shape, np.float32)
    return np.clip(np.rint(images + noise), 0, 255).astype(np.uint8)


def _looked_up(images: Array, u: Any, v: Any, matrices: Array) -> Array:
    """Look each pixel up at matrix × (its place from the centre) + (u, v), displaced as `augment` describes."""
    n, *shape = images.shape
    numbers = np.zeros((2, n, 3), np.float32)
    numbers[0, :, 0], numbers[1, :, 0] = u, v
    numbers[..., 1:] = (matrices - np.eye(2)).transpose(1, 0, 2)
    out = np.empty(images.shape, np.float32)
    warp(images, Moves(numbers, plane(*shape), (shape[0], shape[1])), out)
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
    """Measure the accuracy on disturbed images: {disturbance: {strength: accuracy}}; "as they are" has one, 0.

    images: uint8 (n, h, w); labels: class indices (n,). The same seed disturbs in the same way, whatever the network.
    """
    results = {"as they are": {0.0: evaluate(network, images, labels).accuracy}}
    for name, (disturb, strengths) in DISTURBANCES.items():
        results[name] = {
            strength: evaluate(network, disturb(images, strength, np.random.default_rng(seed)), labels).accuracy
            for strength in strengths
        }
    return results
