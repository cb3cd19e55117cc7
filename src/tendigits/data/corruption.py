"""Corruption of a few images: strokes that are too thin, and grain.

Without them a network that learns from distorted images reads noisy and faint digits worse than one that does not.

Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations", 2019.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np

from .._util.arrays import Array

SHARE = 1 / 8  # of the images are thinned, and as many are noisy: enough, and it costs the others no accuracy
MOST_THINNED = 2  # pixels: a pixel from each side of a stroke
GRAINS = 1 << 17


@dataclass(frozen=True)
class Corruption:
    """What becomes of n images.

    Parameters
    ----------
    thinning : ndarray of float, shape (n,)
        How much of their width the strokes of each image lose, in pixels; mostly 0.
    noise : ndarray of float, shape (n,)
        The standard deviation of its noise, as a share of white; mostly 0.
    start : ndarray of int, shape (n,)
        Where in `grain` its noise begins.
    """

    thinning: Array
    noise: Array
    start: Array

    @classmethod
    def draw(cls, n: int, thinning: float, noise: float, rng: np.random.Generator) -> "Corruption":
        """Draw what becomes of n images.

        Parameters
        ----------
        n : int
            How many images.
        thinning, noise : float
            The most that an image is thinned, in pixels, and the largest standard deviation of its noise.
        rng : numpy.random.Generator
            Draws it.

        Returns
        -------
        Corruption
            For `thin` and `add_noise`.
        """
        amounts = rng.random((2, n)) * (rng.random((2, n)) < SHARE)
        return cls(thinning * amounts[0], noise * amounts[1], rng.integers(GRAINS, size=n))

    def __getitem__(self, part: slice) -> "Corruption":
        """Take what becomes of some of the images."""
        return Corruption(self.thinning[part], self.noise[part], self.start[part])

    def thin(self, images: Array) -> Array:
        """Make strokes thinner, by a step of the way towards each image's erosion.

        Parameters
        ----------
        images : ndarray of uint8 or float, shape (n, h, w)
            The images.

        Returns
        -------
        ndarray of the same dtype, shape (n, h, w)
            New images.
        """
        chosen = np.flatnonzero(self.thinning)
        thinned, images = images[chosen], images.copy()
        step = (self.thinning[chosen] / MOST_THINNED)[:, None, None]
        images[chosen] = thinned - (step * (thinned - eroded(thinned))).astype(images.dtype)
        return images

    def add_noise(self, images: Array, white: float) -> None:
        """Add Gaussian noise, in place.

        Parameters
        ----------
        images : ndarray of float, shape (n, h, w)
            The images.
        white : float
            The brightest value of a pixel.
        """
        chosen = np.flatnonzero(self.noise)
        where = self.start[chosen, None] + np.arange(prod(images.shape[1:]))
        noise = np.take(grain(), where, mode="wrap") * (white * self.noise[chosen, None])
        images[chosen] = np.clip(images[chosen] + noise.reshape(-1, *images.shape[1:]), 0, white)


def eroded(images: Array) -> Array:
    """Compute the smallest value around every pixel, in its square of 3 × 3.

    Parameters
    ----------
    images : ndarray, shape (n, h, w)
        The images; their edge is repeated around them.

    Returns
    -------
    ndarray, shape (n, h, w)
        The smallest values.
    """
    for axis in (1, 2):
        width = [(0, 0), (0, 0), (0, 0)]
        width[axis] = (1, 1)
        wide = np.moveaxis(np.pad(images, width, mode="edge"), axis, 1)
        images = np.moveaxis(np.minimum(np.minimum(wide[:, :-2], wide[:, 1:-1]), wide[:, 2:]), 1, axis)
    return images


@lru_cache(1)
def grain() -> Array:
    """Make Gaussian noise that all images take theirs from, since drawing it anew would take longer than a step.

    Returns
    -------
    ndarray of float32, shape (GRAINS,)
        Shared between calls, so not to be written to.
    """
    return np.random.default_rng(0).standard_normal(GRAINS, np.float32)
