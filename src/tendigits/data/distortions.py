"""Random distortions of a batch of digits: a seven turned a little is still a seven.

Each pixel of the new image is looked up in the old one, at a position displaced by u rows down and v columns right:

    (u, v) = (A - 1) (row, column) + translation + elastic displacement

where A, a rotation × shear × scaling, acts about the centre of the image, and the elastic displacement is a field of
noise, smoothed by a Gaussian (Simard et al., "Best Practices for Convolutional Neural Networks", 2003). All of this is
linear in the random numbers of an image, so the displacements of a whole batch are one matrix product: random numbers
(n, k) times how far each of them moves every pixel (k, h · w).
"""

from dataclasses import dataclass, fields
from functools import lru_cache
from math import inf

import numpy as np

from .._util.arrays import Array
from ..errors import InputError

CHUNK = 32  # images distorted at a time, so that their coordinates stay in the processor's cache


@dataclass(frozen=True)
class Distortion:
    """How much to distort images. Zeros change nothing, so each kind of distortion can be used alone.

    Parameters
    ----------
    rotation : float
        Each image is turned by an angle drawn uniformly from [-rotation, rotation], in degrees.
    scaling, shear : float
        Likewise a share, along each axis by itself: 0.1 is 10 %.
    translation : float
        Likewise pixels, along each axis.
    elastic : float
        The root mean square of the elastic displacement along each axis, in pixels.
    smoothness : float
        The standard deviation of the Gaussian that smooths it, in pixels: at about this distance, pixels begin to move
        independently.

    References
    ----------
    P. Y. Simard, D. Steinkraus and J. C. Platt, "Best Practices for Convolutional Neural Networks Applied to Visual
    Document Analysis", 2003.

    Examples
    --------
    >>> distort = Distortion(rotation=15, elastic=1)
    >>> distort(np.zeros((32, 28, 28), np.uint8), np.random.default_rng(0)).shape
    (32, 28, 28)
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
            if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
                raise InputError(f"The distortion's {field.name} must be a number, not {value!r}.")
            if not 0 <= value < inf:
                raise InputError(f"The distortion's {field.name} must not be negative: {value}.")
            object.__setattr__(self, field.name, float(value))  # NumPy's numbers cannot be saved as JSON
        if self.smoothness < 1:
            raise InputError(f"The distortion's smoothness must be at least 1 pixel, not {self.smoothness}.")

    def __bool__(self) -> bool:
        return any((self.rotation, self.scaling, self.shear, self.translation, self.elastic))

    def __call__(self, images: Array, rng: np.random.Generator) -> Array:
        """Distort images, each in its own way.

        Parameters
        ----------
        images : array-like of uint8 or float, shape (n, h, w)
            The images; outside them all is 0.
        rng : numpy.random.Generator
            Draws the distortions.

        Returns
        -------
        ndarray, shape (n, h, w)
            New images of the same dtype, computed in float32.

        Raises
        ------
        InputError
            If shape or dtype are others.
        """
        images = np.asarray(images)
        if images.ndim != 3 or not (images.dtype == np.uint8 or images.dtype.kind == "f"):
            raise InputError(f"Images must be (n, h, w) of uint8 or floats, not {images.shape} of {images.dtype}.")
        out = np.empty(images.shape, np.float32 if images.dtype == np.uint8 else images.dtype)
        warp(images, self.draw(len(images), images.shape[1:], rng), out)
        return out if out.dtype == images.dtype else np.rint(out, out=out).astype(images.dtype)

    def draw(self, n: int, shape: tuple[int, int], rng: np.random.Generator) -> "DisplacementField":
        """Draw the random numbers of n distortions; nothing else here is random.

        Parameters
        ----------
        n : int
            How many images to distort.
        shape : tuple of int
            Height and width of an image.
        rng : numpy.random.Generator
            Draws the numbers.

        Returns
        -------
        DisplacementField
            For `warp`.
        """
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


def _turned(angle: Array, stretch_u: Array, stretch_v: Array, shear_u: Array, shear_v: Array) -> Array:
    """Build the matrices (n, 2, 2) that shear and scale, and then rotate."""
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    stretch = np.array([[1 + stretch_u, shear_u], [shear_v, 1 + stretch_v]])
    matrices: Array = np.einsum("ijn,jkn->nik", turn, stretch)
    return matrices


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
def _bumps(height: int, width: int, sigma: float) -> Array:
    """Build Gaussians centred on the points of a grid that covers the image: (points, h · w).

    Multiplied by white noise, they give what smoothing noise at every pixel would, at a fraction of the cost; with its
    points σ apart, the grid does not show. They are scaled so that the mean square is one at every pixel.
    """
    along = [
        np.exp(-0.5 * ((np.arange(size) - points[:, None]) / sigma) ** 2)
        for size, points in ((size, np.arange(-2 * sigma, size + 2 * sigma, sigma)) for size in (height, width))
    ]
    along = [gaussians / np.sqrt((gaussians**2).sum(axis=0)) for gaussians in along]
    bumps: Array = np.einsum("ai,bj->abij", *along).reshape(-1, height * width).astype(np.float32)
    return bumps


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
