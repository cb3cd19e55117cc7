"""Displaced images: each pixel of the new image is looked up in the old one, at a position of its own.

The displacements are linear in the random numbers of an image, so that those of a whole batch are one matrix product:
numbers (n, k) times how far each of them moves every pixel (k, h · w).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .._util.arrays import Array

CHUNK = 32  # images displaced at a time, so that their coordinates stay in the processor's cache


@dataclass(frozen=True)
class DisplacementField:
    """The displacement of every pixel of n images: `numbers @ basis`, not yet multiplied.

    Parameters
    ----------
    numbers : ndarray of float32, shape (2, n, k)
        Coefficients of u, rows down, and of v, columns right.
    basis : ndarray of float32, shape (k, h · w)
        How far a coefficient of 1 moves each pixel.
    shape : tuple of int
        Height and width of an image.
    """

    numbers: Array
    basis: Array
    shape: tuple[int, int]

    def __getitem__(self, part: slice) -> "DisplacementField":
        """Take the part of the field that belongs to some of the images."""
        return DisplacementField(self.numbers[:, part], self.basis, self.shape)

    def __repr__(self) -> str:
        _, n, k = self.numbers.shape
        return f"DisplacementField({n:,} images of {self.shape[0]} × {self.shape[1]}, {k} numbers for each axis)"


@lru_cache(8)
def plane(height: int, width: int) -> Array:
    """Build the basis of affine displacements: 1, row and column of every pixel, measured from the centre.

    Parameters
    ----------
    height, width : int
        The size of an image.

    Returns
    -------
    ndarray of float32, shape (3, h · w)
        Shared between calls, so not to be written to.

    Examples
    --------
    >>> plane(1, 3).tolist()
    [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [-1.0, 0.0, 1.0]]
    """
    rows, columns = np.mgrid[:height, :width].reshape(2, -1) - np.array([[(height - 1) / 2], [(width - 1) / 2]])
    return np.stack([np.ones(height * width), rows, columns]).astype(np.float32)


@lru_cache(8)
def bumps(height: int, width: int, sigma: float) -> Array:
    """Build the basis of elastic displacements: Gaussians centred on the points of a grid that covers the image.

    Multiplied by white noise, they give what smoothing noise at every pixel would, at a fraction of the cost; with its
    points σ apart, the grid does not show. They are scaled so that the mean square is one at every pixel.

    Parameters
    ----------
    height, width : int
        The size of an image.
    sigma : float
        σ, the standard deviation of the Gaussians, in pixels.

    Returns
    -------
    ndarray of float32, shape (points, h · w)
        Shared between calls, so not to be written to.
    """
    along = [
        np.exp(-0.5 * ((np.arange(size) - points[:, None]) / sigma) ** 2)
        for size, points in ((size, np.arange(-2 * sigma, size + 2 * sigma, sigma)) for size in (height, width))
    ]
    along = [gaussians / np.sqrt((gaussians**2).sum(axis=0)) for gaussians in along]
    basis: Array = np.einsum("ai,bj->abij", *along).reshape(-1, height * width).astype(np.float32)
    return basis


def warp(images: Array, field: DisplacementField, out: Array) -> None:
    """Look images up at displaced positions, interpolating between pixels (bilinear).

    Parameters
    ----------
    images : ndarray of uint8 or float, shape (n, h, w)
        The images; outside them all is 0.
    field : DisplacementField
        How far from its own position each pixel of the result is looked up.
    out : ndarray of float, shape (n, h, w)
        The array to fill.
    """
    for start in range(0, len(images), CHUNK):
        part = slice(start, start + CHUNK)
        _warp(images[part], field[part], out[part])


def _warp(images: Array, field: DisplacementField, out: Array) -> None:
    n, height, width = images.shape
    padded = np.zeros((n, height + 3, width + 3), images.dtype)  # zeros to find outside the image
    padded[:, 1:-2, 1:-2] = images
    u, v = field.numbers @ field.basis
    row, down = _split(u, np.repeat(np.arange(1, height + 1, dtype=np.float32), width), height + 1)
    column, right = _split(v, np.tile(np.arange(1, width + 1, dtype=np.float32), height), width + 1)
    row *= width + 3
    row += column
    index = row.astype(np.intp)
    index += (np.arange(n) * ((height + 3) * (width + 3)))[:, None]
    top = _between(padded, index, right)
    index += width + 3
    bottom = _between(padded, index, right)
    bottom -= top
    bottom *= down
    np.add(top, bottom, out=out.reshape(n, -1))


def _split(displacement: Array, position: Array, last: int) -> tuple[Array, Array]:
    """Split displaced positions, clipped to 0 … last, into their whole part, int32, and the fraction, 0 to 1."""
    displacement += position
    np.clip(displacement, 0, last, out=displacement)
    whole = displacement.astype(np.int32)
    displacement -= whole
    return whole, displacement


def _between(images: Array, index: Array, right: Array) -> Array:
    """Interpolate between the pixels at `index` and their neighbours to the right, as floats."""
    left = np.take(images, index, mode="clip").astype(right.dtype)
    index += 1
    value = np.take(images, index, mode="clip").astype(right.dtype)
    index -= 1
    value -= left
    value *= right
    value += left
    return value
