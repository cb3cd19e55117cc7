"""Random distortions of a batch of digits: a seven turned a little is still a seven.

Every pixel of the new image is looked up in the old one, at a place that has been moved (u rows down, v columns right):

    u, v = what an affine map, rotation × shear × scaling, adds about the centre, + translation + elastic displacement

The elastic displacement is a field of noise made smooth by a Gaussian (Simard et al., "Best Practices for Convolutional
Neural Networks", 2003). All of this is linear in the numbers that are drawn for an image, so the displacements of a
whole batch are one matrix product: drawn numbers (n, k) times how each of them moves every pixel (k, h · w).
"""

from dataclasses import dataclass, fields
from functools import lru_cache
from math import inf

import numpy as np

from .._util.arrays import Array
from ..errors import InputError

CHUNK = 32  # images distorted at a time: their coordinates stay in the processor's cache


@dataclass(frozen=True)
class Distortion:
    """How much to distort; zeros change nothing, so that each kind can be had alone.

    rotation: degrees; scaling and shear: 0.1 is 10 %, along each axis by itself; translation: pixels. An image gets a
    value drawn evenly between plus and minus these. elastic: pixels by which the elastic displacement moves a
    place, root mean square along each axis. smoothness: σ of the Gaussian, in pixels: how far away it moves otherwise.
    """

    rotation: float = 0.0
    scaling: float = 0.0
    shear: float = 0.0
    translation: float = 0.0
    elastic: float = 0.0
    smoothness: float = 5.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value < inf:
                raise InputError(f"The distortion's {field.name} must not be negative: {value}.")
        if self.smoothness < 1:
            raise InputError(f"The distortion's smoothness must be at least 1 pixel, not {self.smoothness}.")

    def __bool__(self) -> bool:
        return any((self.rotation, self.scaling, self.shear, self.translation, self.elastic))

    def __call__(self, images: Array, rng: np.random.Generator) -> Array:
        """Distort images (n, h, w), each in its own way, into new ones of the same dtype, uint8 or a kind of float.

        All is computed in float32. Raises InputError for another shape or dtype.
        """
        images = np.asarray(images)
        if images.ndim != 3 or not (images.dtype == np.uint8 or images.dtype.kind == "f"):
            raise InputError(f"Images must be (n, h, w) of uint8 or floats, not {images.shape} of {images.dtype}.")
        out = np.empty(images.shape, np.float32 if images.dtype == np.uint8 else images.dtype)
        warp(images, self.draw(len(images), images.shape[1:], rng), out)
        return out if out.dtype == images.dtype else np.rint(out, out=out).astype(images.dtype)

    def draw(self, n: int, shape: tuple[int, int], rng: np.random.Generator) -> "DisplacementField":
        """Draw how to distort n images of one shape: all the chance there is."""
        angle, *stretch = rng.uniform(-1, 1, (5, n)) * np.array(
            [np.radians(self.rotation), self.scaling, self.scaling, self.shear, self.shear]
        ).reshape(5, 1)
        numbers = np.zeros((2, n, 3), np.float32)  # for u and for v: constant, times row, times column
        numbers[..., 0] = rng.uniform(-self.translation, self.translation, (2, n))
        numbers[..., 1:] = (_turned(angle, *stretch) - np.eye(2)).transpose(1, 0, 2)
        basis = plane(*shape)
        if self.elastic:
            bumps = _bumps(*shape, self.smoothness)
            noise = self.elastic * rng.standard_normal((2, n, len(bumps)), np.float32)
            numbers, basis = np.concatenate([numbers, noise], axis=2), np.concatenate([basis, bumps])
        return DisplacementField(numbers, basis, shape)


@dataclass(frozen=True)
class DisplacementField:
    """Displacements of every pixel, not yet multiplied out: numbers (2, n, k), float32, times basis (k, h · w).

    shape: (h, w) of the images.
    """

    numbers: Array
    basis: Array
    shape: tuple[int, int]

    def __getitem__(self, part: slice) -> "DisplacementField":
        """Pick some of the images."""
        return DisplacementField(self.numbers[:, part], self.basis, self.shape)


def _turned(angle: Array, stretch_u: Array, stretch_v: Array, shear_u: Array, shear_v: Array) -> Array:
    """Build the matrices (n, 2, 2) that shear and stretch, and then turn."""
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    stretch = np.array([[1 + stretch_u, shear_u], [shear_v, 1 + stretch_v]])
    matrices: Array = np.einsum("ijn,jkn->nik", turn, stretch)
    return matrices


@lru_cache(8)
def plane(height: int, width: int) -> Array:
    """Build 1, row and column of every pixel, from the centre: (3, h · w)."""
    rows, columns = np.mgrid[:height, :width].reshape(2, -1) - np.array([[(height - 1) / 2], [(width - 1) / 2]])
    return np.stack([np.ones(height * width), rows, columns]).astype(np.float32)


@lru_cache(8)
def _bumps(height: int, width: int, sigma: float) -> Array:
    """Build Gaussians about the points of a grid that covers the image: (points, h · w).

    Times white noise they give what smoothing noise of every pixel would, at a fraction of the cost: the grid is fine
    enough, its points σ apart, to be no longer seen. Divided so that the mean square is one at every pixel.
    """
    along = [
        np.exp(-0.5 * ((np.arange(size) - points[:, None]) / sigma) ** 2)
        for size, points in ((size, np.arange(-2 * sigma, size + 2 * sigma, sigma)) for size in (height, width))
    ]
    along = [gaussians / np.sqrt((gaussians**2).sum(axis=0)) for gaussians in along]
    bumps: Array = np.einsum("ai,bj->abij", *along).reshape(-1, height * width).astype(np.float32)
    return bumps


def warp(images: Array, moves: DisplacementField, out: Array) -> None:
    """Fill `out`, floats, with images (n, h, w) looked up at displaced places; outside them all is 0.

    Between pixels the value is interpolated along both axes (bilinear).
    """
    for start in range(0, len(images), CHUNK):
        part = slice(start, start + CHUNK)
        _warp(images[part], moves[part], out[part])


def _warp(images: Array, moves: DisplacementField, out: Array) -> None:
    n, height, width = images.shape
    padded = np.zeros((n, height + 3, width + 3), images.dtype)  # a border to be looked up outside
    padded[:, 1:-2, 1:-2] = images
    u, v = moves.numbers @ moves.basis
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


def _split(displacement: Array, place: Array, last: int) -> tuple[Array, Array]:
    """Split displaced places, clipped to 0 … last, into their whole part, int32, and the rest, from 0 to 1."""
    displacement += place
    np.clip(displacement, 0, last, out=displacement)
    whole = displacement.astype(np.int32)
    displacement -= whole
    return whole, displacement


def _between(images: Array, index: Array, right: Array) -> Array:
    """Interpolate between the pixels at `index` and those to the right of them, as floats."""
    left = np.take(images, index, mode="clip").astype(right.dtype)
    index += 1
    value = np.take(images, index, mode="clip").astype(right.dtype)
    index -= 1
    value -= left
    value *= right
    value += left
    return value
