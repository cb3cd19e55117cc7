"""Random distortions of a batch of digits: a seven turned a little is still a seven.

Each pixel of the new image is looked up in the old one, at a position displaced by u rows down and v columns right:

    (u, v) = (A - 1) (row, column) + translation + elastic displacement

where A, a rotation × shear × scaling, acts about the centre of the image, and the elastic displacement is a field of
noise, smoothed by a Gaussian (Simard et al., "Best Practices for Convolutional Neural Networks", 2003). All of this is
linear in the random numbers of an image; `displacement` makes use of that. Some images have thinner strokes, too, or
grain (`corruption`).
"""

from dataclasses import dataclass, fields
from math import inf

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from .corruption import MOST_THINNED, Corruption
from .displacement import DisplacementField, bumps, plane, warp


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
    thinning : float
        Of one image in eight, strokes lose up to this many pixels of their width, two at most.
    noise : float
        One image in eight is covered with Gaussian noise of a standard deviation of up to this share of white.

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
    thinning: float = 0.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
                raise InputError(f"The distortion's {field.name} must be a number, not {value!r}.")
            if not 0 <= value < inf:
                raise InputError(f"The distortion's {field.name} must be finite and not negative: {value}.")
            object.__setattr__(self, field.name, float(value))  # NumPy's numbers cannot be saved as JSON
        if self.smoothness < 1:
            raise InputError(f"The distortion's smoothness must be at least 1 pixel, not {self.smoothness}.")
        if self.thinning > MOST_THINNED:
            raise InputError(f"Strokes can be thinned by at most {MOST_THINNED} pixels, not {self.thinning}.")

    def __bool__(self) -> bool:
        moves = any((self.rotation, self.scaling, self.shear, self.translation, self.elastic))
        return moves or self._corrupts

    @property
    def _corrupts(self) -> bool:
        return bool(self.thinning or self.noise)

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
        self.draw(len(images), images.shape[1:], rng).apply(images, out)
        return out if out.dtype == images.dtype else np.rint(out, out=out).astype(images.dtype)

    def draw(self, n: int, shape: tuple[int, int], rng: np.random.Generator) -> "DrawnDistortion":
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
        DrawnDistortion
            What will happen to each image.
        """
        angle, *stretch = rng.uniform(-1, 1, (5, n)) * np.array(
            [np.radians(self.rotation), self.scaling, self.scaling, self.shear, self.shear]
        ).reshape(5, 1)
        numbers = np.zeros((2, n, 3), np.float32)  # for u and for v: constant, times row, times column
        numbers[..., 0] = rng.uniform(-self.translation, self.translation, (2, n))
        numbers[..., 1:] = (_turned(angle, *stretch) - np.eye(2)).transpose(1, 0, 2)
        basis = plane(*shape)
        if self.elastic:
            bends = bumps(*shape, self.smoothness)
            noise = self.elastic * rng.standard_normal((2, n, len(bends)), np.float32)
            numbers, basis = np.concatenate([numbers, noise], axis=2), np.concatenate([basis, bends])
        corruption = Corruption.draw(n, self.thinning, self.noise, rng) if self._corrupts else None
        return DrawnDistortion(DisplacementField(numbers, basis, shape), corruption)


@dataclass(frozen=True)
class DrawnDistortion:
    """What happens to each of n images.

    Parameters
    ----------
    field : DisplacementField
        How far each pixel moves.
    corruption : Corruption or None
        Which strokes are thinned, and what noise is added.
    """

    field: DisplacementField
    corruption: Corruption | None = None

    def __getitem__(self, part: slice) -> "DrawnDistortion":
        """Take what happens to some of the images."""
        return DrawnDistortion(self.field[part], self.corruption and self.corruption[part])

    def apply(self, images: Array, out: Array, white: float | None = None) -> None:
        """Distort images.

        Parameters
        ----------
        images : ndarray of uint8 or float, shape (n, h, w)
            The images; outside them all is 0.
        out : ndarray of float, shape (n, h, w)
            The array to fill, in the units of `images`.
        white : float, optional
            The brightest value that a pixel may have, which noise is measured by; by default `brightest(images)`.
        """
        if not self.corruption:
            return warp(images, self.field, out)
        warp(self.corruption.thin(images), self.field, out)
        self.corruption.add_noise(out, brightest(images) if white is None else white)


def brightest(images: Array) -> float:
    """Tell the brightest value that a pixel may have.

    Parameters
    ----------
    images : ndarray of uint8 or float
        The images, or rows of them.

    Returns
    -------
    float
        255 for uint8; for floats 1, or the largest one if that is more.
    """
    return 255.0 if images.dtype == np.uint8 else max(1.0, float(images.max(initial=1.0)))


def _turned(angle: Array, stretch_u: Array, stretch_v: Array, shear_u: Array, shear_v: Array) -> Array:
    """Build the matrices (n, 2, 2) that shear and scale, and then rotate."""
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    stretch = np.array([[1 + stretch_u, shear_u], [shear_v, 1 + stretch_v]])
    matrices: Array = np.einsum("ijn,jkn->nik", turn, stretch)
    return matrices
