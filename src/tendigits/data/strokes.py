"""Digits written by a made-up pen: any number of them, in the shapes of many countries that MNIST has few of or none.

    shape → places moved a little → a path → slanted, turned, stretched, bent; a trembling hand → a round nib → MNIST's format
"""

from dataclasses import dataclass

import numpy as np

from .._util.arrays import Array
from ..images.mnist_format import fit_to_box
from .dataset import Dataset, make_dataset
from .glyphs import SHAPES, glyph
from .idx import NAMES

SIDE = 40  # of the sheet in pixels, twice MNIST's box
POINTS = 128  # of a path: less than a pixel apart
CHUNK = 64  # digits drawn at a time


@dataclass(frozen=True)
class Hand:
    """How much people differ, as standard deviations; lengths are shares of the digit's height.

    place, end: of the places that the pen goes through, and of those where it starts and stops. slant: of the
    tangent; rotation: degrees. stretch: of the logarithm of width over height. bend: of the path as a whole.
    tremble: of the hand. nib: the pen's width, typical and of its logarithm. pressure: of the width's logarithm along
    the path. blur: the width of the ink's edge in pixels, lowest and highest.
    """

    place: float = 0.025
    end: float = 0.045
    slant: tuple[float, float] = (0.12, 0.2)
    rotation: float = 5.0
    stretch: float = 0.2
    bend: float = 0.1
    tremble: float = 0.006
    nib: tuple[float, float] = (0.085, 0.4)
    pressure: float = 0.2
    blur: tuple[float, float] = (1.0, 4.0)
    fading: float = 0.6


def load_strokes() -> Dataset:
    """Write 10,000 digits to train on and 1,000 to test on, the same every time, in MNIST's 28×28 format.

    Labels 0 to 9, each a tenth.
    """
    rng = np.random.default_rng(0)
    parts = [part for n in (10_000, 1_000) for part in handwritten(n, rng)]
    return make_dataset("strokes", dict(zip(NAMES, parts, strict=True)))


def handwritten(n: int, rng: np.random.Generator, hand: Hand = Hand()) -> tuple[Array, Array]:  # noqa: B008 - frozen
    """Write n digits, each a tenth and each of its shapes as likely: images, uint8 (n, 28, 28), and labels, (n,)."""
    labels = rng.permutation(n) % 10
    images = np.empty((n, 28, 28), np.uint8)
    chosen = [list(SHAPES[digit])[rng.integers(len(SHAPES[digit]))] for digit in labels]
    for digit, shape in sorted(set(zip(labels.tolist(), chosen, strict=True))):
        which = [i for i, each in enumerate(zip(labels, chosen, strict=True)) if each == (digit, shape)]
        images[which] = write(digit, shape, len(which), rng, hand)
    return images, labels.astype(np.uint8)


def write(digit: int, shape: str, n: int, rng: np.random.Generator, hand: Hand = Hand()) -> Array:  # noqa: B008
    """Write one of SHAPES n times, each time by another hand: uint8 (n, 28, 28)."""
    points, radii = path(digit, shape, n, rng, hand), nib(n, rng, hand)
    blur = rng.uniform(*hand.blur, n)
    sheets = ink(points, radii, blur) * light(n, rng, hand)
    return np.stack([fit_to_box(np.floor(255 * sheet)) for sheet in sheets])


def path(digit: int, shape: str, n: int, rng: np.random.Generator, hand: Hand) -> Array:
    """Draw n paths: (n, POINTS, 2) of x and y, about 0 and one high or wide."""
    form = glyph(digit, shape, POINTS)
    spread = np.where(form.ends, hand.end, hand.place)[:, None]
    points = form.spline @ (form.places + spread * rng.standard_normal((n, *form.places.shape)))
    points = _bent(points, rng, hand) + hand.tremble * _smooth(n, 2, 12, rng)
    points = points @ _posture(n, rng, hand)
    low, high = points.min(axis=1, keepdims=True), points.max(axis=1, keepdims=True)
    return (points - (low + high) / 2) / (high - low).max(axis=2, keepdims=True)


def _posture(n, rng, hand):
    angle = np.radians(hand.rotation) * rng.standard_normal(n)
    slant = hand.slant[0] + hand.slant[1] * rng.standard_normal(n)
    stretch = np.exp(hand.stretch * rng.standard_normal(n))
    one, zero = np.ones(n), np.zeros(n)
    slanted = np.array([[stretch, zero], [-slant, one]])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.einsum("ijn,jkn->nik", slanted, turn)


def _bent(points, rng, hand):
    x, y = points[..., 0], points[..., 1]
    curves = np.stack([x * x, x * y, y * y], axis=-1)
    return points + curves @ (4 * hand.bend * rng.standard_normal((len(points), 3, 2)))


def _smooth(n, k, waves, rng):
    """Smooth noise along a path."""
    t = np.linspace(0, np.pi, POINTS)
    basis = np.cos(t[:, None] * np.arange(1, waves + 1))
    return basis @ rng.standard_normal((n, waves, k)) / np.sqrt(waves / 2)


def nib(n, rng, hand):
    width = hand.nib[0] * np.exp(hand.nib[1] * rng.standard_normal((n, 1)))
    return 0.5 * width.clip(0.03, 0.22) * np.exp(hand.pressure * _smooth(n, 1, 4, rng)[..., 0])


def ink(points, radii, blur):
    """Stamp a round nib."""
    scale = (SIDE - 2 - blur[:, None]) / (1 + 2 * radii.max(axis=1, keepdims=True))
    xy, r = SIDE / 2 + points * scale[..., None], radii * scale
    r = np.maximum(r, 0.6)
    y, x = np.mgrid[:SIDE, :SIDE].reshape(2, -1) + 0.5
    grid = np.stack([np.ones(SIDE * SIDE), x, y, x * x + y * y]).astype(np.float32)
    power = np.stack([r * r - (xy**2).sum(axis=2), 2 * xy[..., 0], 2 * xy[..., 1], -np.ones_like(r)], axis=2) / (2 * r)[..., None]
    power = power.astype(np.float32)
    depth = np.stack([(each @ grid).max(axis=0) for each in power])
    return (depth / blur[:, None] + 0.5).clip(0, 1).reshape(-1, SIDE, SIDE)


def light(n, rng, hand):
    """Ink that fades to one side."""
    y, x = np.mgrid[:SIDE, :SIDE].reshape(2, -1) / SIDE - 0.5
    slope = rng.standard_normal((n, 2)) * 0.5
    field = slope @ np.stack([x, y])
    return (1 - hand.fading * np.abs(field)).clip(0.3, 1).reshape(n, SIDE, SIDE)
