"""Arrays at the boundary: checked once, refused in one clear sentence, and brought to the shape a network takes."""

from typing import Any

import numpy as np

from ..errors import InputError

Array = np.ndarray[Any, np.dtype[Any]]
Seed = int | np.random.Generator
Rng = np.random.Generator | None
Shape = tuple[int, ...]  # of one example, without the first axis, along which the examples lie


def as_rows(images: Any, n_features: int) -> Array:
    """View images as rows, one per image.

    Parameters
    ----------
    images : array-like of uint8 or float, shape (n, n_features) or (n, height, width)
        Or one image, (height, width) or (n_features,). uint8 values are pixels, 0 to 255, which `scale` divides by 255;
        floats are taken as they are. SciPy's sparse arrays stay sparse, to become dense a batch at a time.
    n_features : int
        How many values an image has.

    Returns
    -------
    ndarray, shape (n, n_features)
        A view where possible, of the same dtype.

    Raises
    ------
    InputError
        If shape or dtype are others, if there are no images, or if they contain NaN or infinity.

    Examples
    --------
    >>> as_rows(np.zeros((5, 28, 28), np.uint8), 784).shape
    (5, 784)
    """
    images = images.tocsr() if is_sparse(images) else np.asarray(images)
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
    if images.dtype.kind == "f" and not np.isfinite(images.data if is_sparse(images) else images).all():
        raise InputError("The images contain NaN or infinity.")
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
    weights = np.asarray(weights, dtype)
    if weights.shape != (n_images,):
        raise InputError(f"Weights of shape {weights.shape} do not fit {n_images} images: one weight per image.")
    if not np.isfinite(weights).all() or weights.min() <= 0:
        raise InputError("Weights must be finite and positive; leave out the images that should not count.")
    checked: Array = weights
    return checked


def scale(pixels: Array, out: Array) -> Array:
    """Turn pixels into floats between 0 and 1.

    Parameters
    ----------
    pixels : ndarray of uint8 or float
        uint8 values are divided by 255; floats keep their values.
    out : ndarray of float
        The array to fill, of the same shape.

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
        out *= 1 / 255
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
    if not all(isinstance(size, int) and size > 0 for size in sizes.values()):
        words = ", ".join(f"{name}={size}" for name, size in sizes.items())
        raise InputError(f"A layer's sizes must be positive integers, not {words}.")
