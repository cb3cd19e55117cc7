"""A pen on a sheet of paper: a round nib, wide here and narrow there, that leaves ink along a path."""

import numpy as np

from .._util.arrays import Array

SIDE = 32  # of the sheet in pixels; MNIST's box has 20
THINNEST = 0.6  # radius in pixels of the finest line that is still one


def ink(points: Array, radii: Array, blur: Array) -> Array:
    """Stamp a round nib at every point of a path.

    A stamp of radius r about (x, y) covers the places where the power r² - d², d being the distance from its centre, is
    positive. Near the edge the power over 2r is how far inside a place lies, and it is linear in what a pixel gives:
    1, its x, its y and x² + y². So all stamps at all pixels are one matrix product.

    Parameters
    ----------
    points : array of shape (n, p, 2)
        n paths of p points, x to the right and y down, each about 0 and at most one high and one wide.
    radii : array of shape (n, p)
        The nib's radius at each point, in the same unit.
    blur : array of shape (n,)
        How wide the edge of the ink is, in pixels.

    Returns
    -------
    array of shape (n, SIDE, SIDE)
        Ink from 0 to 1.
    """
    scale = (SIDE - 2 - blur[:, None]) / (1 + 2 * radii.max(axis=1, keepdims=True))
    xy, r = SIDE / 2 + points * scale[..., None], np.maximum(radii * scale, THINNEST)
    stamps = np.stack([r**2 - (xy**2).sum(axis=2), 2 * xy[..., 0], 2 * xy[..., 1], -np.ones_like(r)], axis=2)
    stamps = (stamps / (2 * r)[..., None]).astype(np.float32)
    pixels = _pixels()
    inside, power = np.empty((len(stamps), SIDE**2), np.float32), np.empty((points.shape[1], SIDE**2), np.float32)
    for i, each in enumerate(stamps):
        np.matmul(each, pixels, out=power).max(axis=0, out=inside[i])
    sheets: Array = (inside / blur[:, None] + 0.5).clip(0, 1).reshape(-1, SIDE, SIDE)
    return sheets


def _pixels() -> Array:
    """List 1, x, y and x² + y² of every pixel's centre: (4, SIDE²)."""
    y, x = np.mgrid[:SIDE, :SIDE].reshape(2, -1) + 0.5
    return np.stack([np.ones_like(x), x, y, x**2 + y**2]).astype(np.float32)


def fading(slopes: Array) -> Array:
    """Compute the darkness of ink that fades towards one side.

    Parameters
    ----------
    slopes : array of shape (n, 2)
        What it loses from the middle of the sheet to the right and to the lower edge, from there to both sides.

    Returns
    -------
    array of shape (n, SIDE, SIDE)
        Factors from 0.3 to 1.
    """
    y, x = np.mgrid[:SIDE, :SIDE].reshape(2, -1) / (SIDE / 2) - 1
    factors: Array = (1 - np.abs(slopes @ np.stack([x, y]))).clip(0.3, 1).reshape(-1, SIDE, SIDE)
    return factors
