"""The images of one part of a data set, training or test, with their labels, and their writers where they are known."""

from collections.abc import Sequence
from math import isqrt
from typing import NamedTuple

import numpy as np

from .._util.arrays import Array
from ..errors import InputError


class Part(NamedTuple):
    """Images with labels.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
        Pixels from 0, paper, to 255, ink.
    labels : ndarray of uint8 or str, shape (n,)
        What each shows.
    writers : ndarray of str, shape (n,), or None
        Who wrote each, "" where that is not known; None if it is known of none.
    """

    images: Array
    labels: Array
    writers: Array | None = None


def as_labels(names: Sequence[str], where: str) -> Array:
    """Turn names of classes into labels.

    Parameters
    ----------
    names : sequence of str
        The name of each image's class.
    where : str
        What to call their source in an error.

    Returns
    -------
    ndarray of uint8 or str, shape (n,)
        Numbers where all names are whole numbers, else the names.

    Raises
    ------
    InputError
        If a number is larger than 255.
    """
    kinds = set(names)
    if not all(name.isascii() and name.isdecimal() and str(int(name)) == name for name in kinds):
        return np.array(names)
    if largest := [name for name in kinds if int(name) > 255]:
        raise InputError(f"{where} holds the label {largest[0]}; labels that are numbers go from 0 to 255.")
    return np.array([int(name) for name in names], np.uint8)


def as_images(pixels: Array, where: str) -> Array:
    """Turn numbers into images: rows into squares, shares of 1 into levels up to 255.

    Parameters
    ----------
    pixels : ndarray of numbers, shape (n, side²), (n, height, width) or (n, height, width, 1)
        Gray levels from 0 to 255. Booleans, and floats none of which exceeds 1, are multiplied by 255.
    where : str
        What to call their source in an error.

    Returns
    -------
    ndarray of uint8, shape (n, height, width)
        The images.

    Raises
    ------
    InputError
        If they have another shape, or values that are not levels.
    """
    if pixels.ndim == 4 and pixels.shape[3] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim == 2:
        side = isqrt(pixels.shape[1])
        if side**2 != pixels.shape[1]:
            raise InputError(
                f"{where} holds {pixels.shape[1]} pixels for each image, which is not a square, as 28 × 28 is."
            )
        pixels = pixels.reshape(-1, side, side)
    if pixels.ndim != 3:
        raise InputError(f"{where} should hold gray images (n, height, width), not {pixels.shape}.")
    return pixels if pixels.dtype == np.uint8 else _levels(pixels, where)


def _levels(pixels: Array, where: str) -> Array:
    if pixels.dtype.kind not in "buif":
        raise InputError(f"{where} should hold numbers from 0 to 255, not {pixels.dtype}.")
    if pixels.size and not (np.isfinite(pixels).all() and pixels.min() >= 0 and pixels.max() <= 255):
        raise InputError(f"{where} holds pixels that are not from 0 to 255.")
    shares = pixels.dtype.kind == "b" or (pixels.dtype.kind == "f" and pixels.size and pixels.max() <= 1)
    levels = pixels * np.float32(255) if shares else pixels
    return np.rint(levels).astype(np.uint8)
