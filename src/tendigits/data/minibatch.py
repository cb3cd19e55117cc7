"""Mini-batches: uint8 images gathered and scaled to the float rows that a training step takes."""

from typing import Any

import numpy as np

from .._util.arrays import Array, scale
from .distortions import DisplacementField, warp

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

    def fill(self, index: Array, moves: DisplacementField | None = None) -> None:
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

    def _distort(self, moves: DisplacementField) -> None:
        images = len(self.x), *moves.shape
        warp(self._pixels.reshape(images), moves, out=self.x.reshape(images))
        if self._pixels.dtype == np.uint8:
            self.x *= 1 / 255
