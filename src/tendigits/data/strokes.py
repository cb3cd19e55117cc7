"""Digits written by made-up hands: any number of them, in the shapes of many countries, which MNIST has few of.

shape → places moved a little → a path, bent, trembling, slanted, turned → a pen's ink → MNIST's format
"""

from dataclasses import dataclass

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from ..images.mnist_format import FIELD, fit_to_box
from .dataset import Dataset, make_dataset
from .glyphs import SHAPES, glyph
from .idx import NAMES
from .pen import fading, ink

POINTS = 112  # of a path: less than a pixel apart


@dataclass(frozen=True)
class Hand:
    """How people differ: standard deviations, or a mean and a standard deviation; lengths in digit heights.

    Parameters
    ----------
    place, end : float
        How far the places stray that the pen goes through, and those where it starts or stops.
    bend, tremble : float
        How far the path as a whole is bent, and how far the pen trembles.
    slant : (float, float)
        To the right: the slant's tangent.
    rotation : float
        Degrees.
    stretch : float
        Of the logarithm of width over height.
    nib : (float, float)
        The typical width of the line, and the spread of its logarithm.
    pressure : float
        Of the logarithm of the line's width along the path.
    down : (float, float)
        How much wider the line is going down than level: of its logarithm.
    fading : float
        What the ink loses of its darkness from the middle of the sheet to its edge.
    blur : (float, float)
        The width of the ink's edge in pixels: the lowest and the highest.
    """

    place: float = 0.022
    end: float = 0.045
    bend: float = 0.07
    tremble: float = 0.006
    slant: tuple[float, float] = (0.15, 0.2)
    rotation: float = 3.0
    stretch: float = 0.15
    nib: tuple[float, float] = (0.09, 0.4)
    pressure: float = 0.2
    down: tuple[float, float] = (0.1, 0.2)
    fading: float = 0.15
    blur: tuple[float, float] = (1.0, 4.0)


USUAL = Hand()
# of felt pens and screens
CRISP = Hand(place=0.015, end=0.03, tremble=0.0, nib=(0.1, 0.5), pressure=0.1, fading=0.05, blur=(0.6, 1.5))


def load_strokes() -> Dataset:
    """Write 10,000 digits to train on and 1,000 to test on, the same every time: 28×28, labels 0 to 9."""
    rng = np.random.default_rng(0)
    parts = [part for n in (10_000, 1_000) for part in handwritten(n, rng)]
    return make_dataset("strokes", dict(zip(NAMES, parts, strict=True)))


def handwritten(n: int, rng: np.random.Generator, hand: Hand = USUAL) -> tuple[Array, Array]:
    """Write digits, each of the ten as often, and in each of its shapes as likely.

    Parameters
    ----------
    n : int
        How many.
    rng : numpy.random.Generator
        The only source of randomness.
    hand : Hand, optional
        How much they differ.

    Returns
    -------
    images : array of shape (n, 28, 28), uint8
        In MNIST's format.
    labels : array of shape (n,), uint8
    """
    labels = rng.permutation(n) % 10
    chance = rng.random(n)
    images = np.empty((n, FIELD, FIELD), np.uint8)
    for digit, shapes in SHAPES.items():
        for i, shape in enumerate(shapes):
            these = np.flatnonzero((labels == digit) & (np.floor(chance * len(shapes)) == i))
            images[these] = write(digit, shape, len(these), rng, hand)
    return images, labels.astype(np.uint8)


def write(digit: int, shape: str, n: int, rng: np.random.Generator, hand: Hand = USUAL) -> Array:
    """Write a digit in one of its SHAPES n times, each time by another hand.

    Parameters
    ----------
    digit : int
    shape : str
        The name of one of its shapes.
    n : int
        How often.
    rng : numpy.random.Generator
    hand : Hand
        How much hands differ.

    Returns
    -------
    ndarray of uint8, shape (n, 28, 28)
        Light ink on black, in MNIST's format.

    Raises
    ------
    InputError
        If the digit has no such shape.
    """
    if shape not in SHAPES.get(digit, ()):
        raise InputError(f"There is no digit {digit} of shape {shape!r}.")
    return write_path(SHAPES[digit][shape], n, rng, hand)


def write_path(path: str, n: int, rng: np.random.Generator, hand: Hand = USUAL, n_points: int = POINTS) -> Array:
    """Draw a pen's path through given places, n times.

    Parameters
    ----------
    path : str
        The places, as in SHAPES.
    n : int
        How often.
    rng : numpy.random.Generator
    hand : Hand
        How much hands differ.
    n_points : int
        Into how many points the path is divided; a long one needs more.

    Returns
    -------
    ndarray of uint8, shape (n, 28, 28)
        Light ink on black, in MNIST's format.
    """
    points = _paths(path, n, rng, hand, n_points)
    sheets = ink(points, _radii(points, rng, hand), rng.uniform(*hand.blur, n))
    sheets *= fading(hand.fading * rng.standard_normal((n, 2)))
    return np.array([fit_to_box(np.floor(255 * sheet)) for sheet in sheets], np.uint8).reshape(-1, FIELD, FIELD)


def _paths(path: str, n: int, rng: np.random.Generator, hand: Hand, n_points: int) -> Array:
    """Draw n paths, (n, n_points, 2) of x and y, about 0, their longer side 1."""
    form = glyph(path, n_points)
    spread = np.where(form.ends, hand.end, hand.place)[:, None]
    points = form.spline @ (form.places + spread * rng.standard_normal((n, *form.places.shape)))
    points = _bent(points, rng, hand) + hand.tremble * _noise((n, n_points, 2), 12, rng)
    points = points @ _posture(n, rng, hand)
    low, high = points.min(axis=1, keepdims=True), points.max(axis=1, keepdims=True)
    scaled: Array = (points - (low + high) / 2) / (high - low).max(axis=2, keepdims=True)
    return scaled


def _bent(points: Array, rng: np.random.Generator, hand: Hand) -> Array:
    """Add what a quadratic in x and y moves the points: a straight line becomes part of a parabola."""
    x, y = points[..., 0], points[..., 1]
    curves = np.stack([x * x, x * y, y * y], axis=-1)
    bent: Array = points + curves @ (4 * hand.bend * rng.standard_normal((len(points), 3, 2)))
    return bent


def _posture(n: int, rng: np.random.Generator, hand: Hand) -> Array:
    """Draw n matrices (2, 2) that stretch, slant and turn rows of x and y."""
    angle = np.radians(hand.rotation) * rng.standard_normal(n)
    slant = rng.normal(*hand.slant, n)
    stretch = np.exp(hand.stretch * rng.standard_normal(n))
    slanted = np.array([[stretch, np.zeros(n)], [-slant, np.ones(n)]])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrices: Array = np.einsum("ijn,jkn->nik", slanted, turn)
    return matrices


def _radii(points: Array, rng: np.random.Generator, hand: Hand) -> Array:
    """Draw the nib's radius at every point of paths (n, p, 2): (n, p)."""
    (n, n_points, _), steps = points.shape, np.gradient(points, axis=1)
    down = steps[..., 1] / np.maximum(np.hypot(steps[..., 0], steps[..., 1]), 1e-9)
    width = hand.nib[0] * np.exp(hand.nib[1] * rng.standard_normal((n, 1)))
    pressure = hand.pressure * _noise((n, n_points, 1), 4, rng)[..., 0] + rng.normal(*hand.down, (n, 1)) * down
    radii: Array = width.clip(0.03, 0.28) / 2 * np.exp(pressure)
    return radii


def _noise(shape: tuple[int, int, int], waves: int, rng: np.random.Generator) -> Array:
    """Draw smooth noise along paths (n, p, k), a sum of so many cosines whose mean square is one."""
    n, n_points, k = shape
    along = np.cos(np.linspace(0, np.pi, n_points)[:, None] * np.arange(1, waves + 1))
    noise: Array = along @ rng.standard_normal((n, waves, k)) / np.sqrt(waves / 2)
    return noise
