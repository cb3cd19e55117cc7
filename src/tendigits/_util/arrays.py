"""Arrays at the door: checked once, in one clear sentence, and brought to the shape that a network takes."""

from typing import Any

import numpy as np

from ..errors import InputError

Array = np.ndarray[Any, np.dtype[Any]]
Seed = int | np.random.Generator
Rng = np.random.Generator | None
Shape = tuple[int, ...]  # of one example: the first axis, the examples, is left out


def as_rows(images: Any, n_features: int) -> Array:
    """View images of shape (n, n_features) or (n, height, width) as rows (n, n_features).

    uint8 are pixels, 0 to 255, which `scale` brings to 0..1; floats are taken as they are.
    Raises InputError for another shape or dtype, for no images at all, and for NaN or infinity.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise InputError(
            f"Images must be uint8 pixels (0 to 255) or floats (0 to 1), not {images.dtype}: convert them first."
        )
    if len(images.shape) < 2 or np.prod(images.shape[1:]) != n_features:
        raise InputError(
            f"Images of shape {images.shape} do not fit: the network takes (n, {n_features}), one row per image."
        )
    if len(images) == 0:
        raise InputError("There are no images.")
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        raise InputError("The images contain NaN or infinity.")
    rows: Array = images.reshape(len(images), n_features)
    return rows


def as_labels(labels: Any, n_images: int, n_classes: int) -> Array:
    """Check integer class indices of shape (n_images,), 0 to n_classes - 1, and return them as intp."""
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
    """Check weights of shape (n_images,), finite and positive, and return them as `dtype`."""
    weights = np.asarray(weights, dtype)
    if weights.shape != (n_images,):
        raise InputError(f"Weights of shape {weights.shape} do not fit {n_images} images: one weight per image.")
    if not np.isfinite(weights).all() or weights.min() <= 0:
        raise InputError("Weights must be finite and positive; leave out the images that should not count.")
    checked: Array = weights
    return checked


def scale(pixels: Array, out: Array) -> Array:
    """Fill `out` with `pixels` as floats: uint8 come from 0..255 to 0..1, floats keep their values."""
    out[...] = pixels
    if pixels.dtype == np.uint8:
        out *= 1 / 255
    return out


def positive(**sizes: int) -> None:
    """Raise InputError unless all of a layer's sizes are positive integers."""
    if not all(isinstance(size, int) and size > 0 for size in sizes.values()):
        words = ", ".join(f"{name}={size}" for name, size in sizes.items())
        raise InputError(f"A layer's sizes must be positive integers, not {words}.")
