"""Arrays at the boundary: checked once, refused in one clear sentence, and brought to the shape a network takes."""

from collections.abc import Sequence
from copy import copy
from typing import Any, TypeVar

import numpy as np

from ..errors import InputError

T = TypeVar("T")
Array = np.ndarray[Any, np.dtype[Any]]
Seed = int | np.random.Generator
Rng = np.random.Generator | None
Shape = tuple[int, ...]  # of one example, without the first axis, along which the examples lie

PIXELS = 255.0  # the divisor of networks that take pixels; of those that take features as they are it is 1
LARGEST_SHARE = 2  # floats above this are no pixels that have been divided


def as_rows(images: Any, n_features: int, divisor: float | None = None) -> Array:
    """View images as rows, one per image, and check their values.

    Parameters
    ----------
    images : array-like of uint8 or float, shape (n, n_features) or (n, height, width)
        Or one image, (height, width) or (n_features,). uint8 values are pixels, 0 to 255, which `scale` divides; floats
        are taken as they are. SciPy's sparse arrays stay sparse, to become dense a batch at a time.
    n_features : int
        How many values an image has.
    divisor : float, optional
        What the network divides pixels by, if that is known.

    Returns
    -------
    ndarray, shape (n, n_features)
        A view where possible, of the same dtype.

    Raises
    ------
    InputError
        If shape or dtype are others, if there are no images, if they contain NaN or infinity, or are floats up to 255
        for a network that takes them divided by 255.

    Examples
    --------
    >>> as_rows(np.zeros((5, 28, 28), np.uint8), 784).shape
    (5, 784)
    """
    rows: Any = view_rows(images, n_features)
    if rows.dtype.kind == "f":
        finite(rows.data if is_sparse(rows) else rows, "The images contain NaN or infinity.")
        if divisor == PIXELS and rows.max() > LARGEST_SHARE:
            raise InputError(
                f"The images are floats up to {rows.max():g}, but the network takes uint8 pixels, or floats between "
                "0 and 1: divide them by 255 (images / 255)."
            )
    checked: Array = rows
    return checked


def view_rows(images: Any, n_features: int) -> Array:
    """View images as rows, one per image.

    Parameters
    ----------
    images, n_features
        As for `as_rows`.

    Returns
    -------
    ndarray, shape (n, n_features)
        A view where possible, of the same dtype.

    Raises
    ------
    InputError
        If shape or dtype are others, or if there are no images.
    """
    try:
        images = images.tocsr() if is_sparse(images) else np.asarray(images)
    except ValueError as error:  # rows of different lengths
        raise InputError(f"The images are not an array: {error}") from error
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise InputError(
            f"Images must be uint8 pixels (0 to 255) or floats (0 to 1), not {images.dtype}: convert them first."
        )
    if len(images.shape) < 3 and images.shape[1:] != (n_features,) and images.size == n_features:
        images = images[np.newaxis]  # one image
    if len(images.shape) < 2 or np.prod(images.shape[1:]) != n_features:
        raise InputError(
            f"Images of shape {images.shape} do not fit: the network takes (n, {n_features}), one row per image."
        )
    if images.shape[0] == 0:
        raise InputError("There are no images.")
    rows: Array = images.reshape(images.shape[0], n_features)
    return rows


def is_sparse(images: Any) -> bool:
    """Tell whether images are one of SciPy's sparse arrays or matrices, without importing SciPy.

    Parameters
    ----------
    images
        Anything.

    Returns
    -------
    bool
        Whether they are.
    """
    return hasattr(images, "tocsr")


def dense(rows: Any) -> Array:
    """Make sparse rows dense.

    Parameters
    ----------
    rows : ndarray or scipy.sparse array, shape (n, n_features)
        Some rows.

    Returns
    -------
    ndarray, shape (n, n_features)
        The same rows; those that are dense already are not copied.
    """
    filled: Array = rows.toarray() if is_sparse(rows) else rows
    return filled


def as_labels(labels: Any, n_images: int, n_classes: int) -> Array:
    """Check class indices.

    Parameters
    ----------
    labels : array-like of int, shape (n_images,)
        Class indices, 0 to n_classes - 1.
    n_images, n_classes : int
        How many images and classes there are.

    Returns
    -------
    ndarray of intp, shape (n_images,)
        A copy.

    Raises
    ------
    InputError
        If shape, dtype or range are others.
    """
    labels = np.asarray(labels)
    if labels.shape != (n_images,):
        raise InputError(f"Labels of shape {labels.shape} do not fit {n_images} images: one label per image.")
    if labels.dtype.kind not in "iu":
        raise InputError(f"Labels must be integers, not {labels.dtype}.")
    if labels.min() < 0 or labels.max() >= n_classes:
        raise InputError(
            f"Labels run from {labels.min()} to {labels.max()}, but the network knows the classes 0 to {n_classes - 1}."
        )
    index: Array = labels.astype(np.intp)
    return index


def as_weights(weights: Any, n_images: int, dtype: np.dtype[Any]) -> Array:
    """Check the weights of examples.

    Parameters
    ----------
    weights : array-like of float, shape (n_images,)
        How much each image counts: finite and positive.
    n_images : int
        How many images there are.
    dtype : dtype
        The precision to return them in.

    Returns
    -------
    ndarray of dtype, shape (n_images,)
        The weights.

    Raises
    ------
    InputError
        If the shape is another, or a weight is not finite and positive.
    """
    try:
        weights = np.asarray(weights, dtype)
    except (TypeError, ValueError) as error:
        raise InputError(f"Weights must be numbers: {error}") from error
    least = float(np.finfo(dtype).smallest_normal) ** 0.75  # what is divided by less may overflow
    if weights.shape != (n_images,):
        raise InputError(f"Weights of shape {weights.shape} do not fit {n_images} images: one weight per image.")
    if not np.isfinite(weights).all() or weights.min() <= 0:
        raise InputError("Weights must be finite and positive; leave out the images that should not count.")
    if weights.min() < least:
        raise InputError(f"Weights must be at least {least:.0e}, not {weights.min():g}: multiply them all by a number.")
    checked: Array = weights
    return checked


def finite(values: Array, otherwise: str = "The network's output overflows: its parameters are too large.") -> Array:
    """Check that all values are finite.

    Parameters
    ----------
    values : ndarray of float
        The values.
    otherwise : str, optional
        What to say if they are not.

    Returns
    -------
    ndarray
        `values`.

    Raises
    ------
    InputError
        If there is NaN or infinity.
    """
    if not np.isfinite(values).all():
        raise InputError(otherwise)
    return values


def scale(pixels: Array, out: Array, divisor: float | None = None) -> Array:
    """Turn pixels into floats between 0 and 1.

    Parameters
    ----------
    pixels : ndarray of uint8 or float
        uint8 values are divided; floats keep their values.
    out : ndarray of float
        The array to fill, of the same shape.
    divisor : float, optional
        By what; None means 255.

    Returns
    -------
    ndarray
        `out`.

    Examples
    --------
    >>> scale(np.array([0, 51, 255], np.uint8), np.empty(3)).tolist()
    [0.0, 0.2, 1.0]
    """
    out[...] = pixels
    if pixels.dtype == np.uint8:
        out *= 1 / (divisor or PIXELS)
    return out


def positive(**sizes: int) -> None:
    """Check the sizes of a layer.

    Parameters
    ----------
    **sizes : int
        Each by its name.

    Raises
    ------
    InputError
        Unless all are positive integers.
    """
    if not all(isinstance(size, int) and size is not True and size > 0 for size in sizes.values()):
        words = ", ".join(f"{name}={size!r}" for name, size in sizes.items())
        raise InputError(f"A layer's sizes must be positive integers, not {words}.")


def unshared(layers: Sequence[T]) -> list[T]:
    """Copy layers that a network has already, or that stand there twice, so that no two share parameters.

    Parameters
    ----------
    layers : sequence of Layer
        The layers; each names its parameters in `shapes`.

    Returns
    -------
    list of Layer
        As many, no two of them the same object.
    """

    def is_taken(i: int) -> bool:
        has_parameters = any(hasattr(layers[i], name) for name in getattr(layers[i], "shapes", ()))
        return has_parameters or any(layers[i] is other for other in layers[:i])

    return [copy(layer) if is_taken(i) else layer for i, layer in enumerate(layers)]
