"""From images as they lie in memory to the rows a network takes: checked once, gathered, scaled."""

from typing import Any

import numpy as np

from .augment import Moves, warp
from .errors import InputError
from .layers import Array


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


Examples = tuple[Array, Array, Array | None]  # rows, class indices, weights


class Batch:
    """One batch's inputs `x` (n, n_features), `labels` (n,) and `weights` (n,) or None, filled again for every step.

    The images stay uint8 in memory: gathering a quarter of the bytes and scaling them into `x` is faster than
    gathering floats.
    """

    def __init__(self, rows: Array, labels: Array, n: int, dtype: np.dtype[Any], weights: Array | None = None) -> None:
        self._rows, self._all_labels, self._all_weights = rows, labels, weights
        self._pixels = np.empty((n, rows.shape[1]), rows.dtype)
        self.x = np.empty((n, rows.shape[1]), dtype)
        self.labels = np.empty(n, labels.dtype)
        self.weights = None if weights is None else np.empty(n, dtype)

    def fill(self, index: Array, moves: Moves | None = None) -> None:
        """Take the examples at `index`, an array of n valid positions, distorted by `moves` where these are given."""
        # mode="clip", because NumPy takes a detour through a buffer to be able to raise for a bad index.
        np.take(self._rows, index, axis=0, out=self._pixels, mode="clip")
        if moves is None:
            scale(self._pixels, out=self.x)
        else:
            self._distort(moves)
        np.take(self._all_labels, index, out=self.labels, mode="clip")
        if self._all_weights is not None:
            np.take(self._all_weights, index, out=self.weights, mode="clip")

    def _distort(self, moves: Moves) -> None:
        images = len(self.x), *moves.shape
        warp(self._pixels.reshape(images), moves, out=self.x.reshape(images))
        if self._pixels.dtype == np.uint8:
            self.x *= 1 / 255
