"""Mini-batches: examples gathered, distorted and scaled to the float rows that a training step takes.

Every epoch shuffles the positions of the examples (`training.run.Run.draw_order`), never the examples themselves, and
each batch gathers its own.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._util.arrays import LARGEST_SHARE, PIXELS, Array, Shape, as_labels, as_rows, as_weights, dense, is_sparse, scale
from .distortions import Distortion, DrawnDistortion, brightest


@dataclass(frozen=True)
class Examples:
    """Images and labels, already checked.

    Parameters
    ----------
    rows : ndarray of uint8 or float, or scipy.sparse CSR, shape (n, n_in)
        The images, each of them in one piece of memory.
    labels : ndarray of intp, shape (n,)
        Class indices.
    weights : ndarray of float, shape (n,), or None
        How much each example counts.
    shape : tuple of int
        The original shape of an image: (height, width) or (n_in,).
    divisor : float
        What pixels are divided by: 255, or 1.

    """

    rows: Array
    labels: Array
    weights: Array | None
    shape: Shape
    divisor: float = PIXELS

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Examples({len(self):,} of shape {self.shape})"

    def total(self, index: Array) -> float:
        """Compute the total weight of some examples.

        Parameters
        ----------
        index : ndarray of int
            Their positions.

        Returns
        -------
        float
            The sum of their weights; without weights, their number.

        """
        return len(index) if self.weights is None else float(self.weights[index].sum())


def checked(
    images: Any,
    labels: Any,
    weights: Any,
    n_in: int,
    n_classes: int,
    dtype: np.dtype[Any],
    divisor: float | None = None,
) -> Examples:
    """Check examples for a network.

    Parameters
    ----------
    images : array-like of uint8 or float, shape (n, n_in) or (n, height, width)
        The images, which are not copied unless they lie in another order in memory (column by column, say): gathering
        batches from there would take many times as long.
    labels : array-like of int, shape (n,)
        Class indices.
    weights : array-like of float, shape (n,), or None
        How much each example counts.
    n_in, n_classes : int
        Numbers of inputs and outputs of the network.
    dtype : dtype
        Of the weights.
    divisor : float, optional
        What the network divides pixels by; None means 255 if there are pixels, and 1 if there are floats.

    Returns
    -------
    examples : Examples
        The same, checked.

    Raises
    ------
    InputError
        If they do not fit the network or each other.

    """
    rows = as_rows(images, n_in, divisor)
    rows = rows if is_sparse(rows) else np.ascontiguousarray(rows)
    n, divisor = rows.shape[0], divisor or (PIXELS if rows.dtype == np.uint8 else 1.0)
    checked_weights = None if weights is None else as_weights(weights, n, dtype)
    shape = rows.shape[1:] if is_sparse(rows) else np.shape(images)[1:]
    return Examples(rows, as_labels(labels, n, n_classes), checked_weights, shape, divisor)


def looks_like_pixels(examples: Examples) -> bool:
    """Tell whether floats are images that were not divided by 255.

    Parameters
    ----------
    examples : Examples
        The examples.

    Returns
    -------
    bool
        Whether some are above 2, and they are images, or rows of whole numbers from 0 to 255.
    """
    rows: Any = examples.rows
    if rows.dtype == np.uint8 or rows.max() <= LARGEST_SHARE:
        return False
    values = rows.data if is_sparse(rows) else rows
    return len(examples.shape) > 1 or bool(
        rows.min() >= 0 and rows.max() <= PIXELS and (values == np.rint(values)).all()
    )


class Minibatch:
    """One batch, refilled for every step.

    The images stay uint8 in memory: gathering a quarter of the bytes and scaling them into `x` is faster than gathering
    floats.

    Parameters
    ----------
    examples : Examples
        All training examples.
    n : int
        The largest batch.
    dtype : dtype
        Of `x`.
    distortion : Distortion
        Each image is distorted anew every time.

    Attributes
    ----------
    x : ndarray of float, shape (n, n_in)
        The images of the batch.
    labels : ndarray of intp, shape (n,)
        Their class indices.
    weights : ndarray of float, shape (n,), or None
        How much each of them counts.
    total : float
        The total weight of the batch, or its number of examples.
    rng : numpy.random.Generator or None
        For layers that draw random numbers.

    """

    def __init__(self, examples: Examples, n: int, dtype: np.dtype[Any], distortion: Distortion) -> None:
        self.n, self._examples, self._distortion = n, examples, distortion
        self._white = brightest(examples.rows) if distortion else 0.0
        self._pixels = np.empty((n, examples.rows.shape[1]), examples.rows.dtype)
        self._x = np.empty(self._pixels.shape, dtype)
        self._labels = np.empty(n, examples.labels.dtype)
        self._weights = np.empty(n, dtype)
        self.total = 0.0
        self.rng: np.random.Generator | None = None

    def __repr__(self) -> str:
        return f"Minibatch(n={self.n})"

    def fill(self, index: Array, rng: np.random.Generator) -> "Minibatch":
        """Fill the batch.

        Parameters
        ----------
        index : ndarray of int, shape (n,)
            Positions of the examples, all of them valid.
        rng : numpy.random.Generator
            Draws the distortions, and then serves the layers.

        Returns
        -------
        Minibatch
            This batch.

        """
        self.gather(index, self.draw(len(index), rng))
        self.total, self.rng = self._examples.total(index), rng
        return self

    def draw(self, n: int, rng: np.random.Generator) -> DrawnDistortion | None:
        """Draw the distortions of n images.

        Parameters
        ----------
        n : int
            Number of images.
        rng : numpy.random.Generator
            Draws them.

        Returns
        -------
        DrawnDistortion or None
            What happens to each; None if images are not distorted.

        """
        if not self._distortion:
            return None
        height, width = self._examples.shape
        return self._distortion.draw(n, (height, width), rng)

    def gather(self, index: Array, moves: DrawnDistortion | None) -> None:
        """Gather, distort and scale examples into `x`, `labels` and `weights`.

        Parameters
        ----------
        index : ndarray of int, shape (n,)
            Positions of the examples, all of them valid.
        moves : DrawnDistortion or None
            The distortions.

        """
        n = len(index)
        pixels, self.x, self.labels = self._pixels[:n], self._x[:n], self._labels[:n]
        if is_sparse(self._examples.rows):
            pixels[...] = dense(self._examples.rows[index])
        else:  # mode="clip": to raise for a bad index, NumPy would copy through a buffer.
            np.take(self._examples.rows, index, axis=0, out=pixels, mode="clip")
        np.take(self._examples.labels, index, out=self.labels, mode="clip")
        self.weights = None
        if self._examples.weights is not None:
            self.weights = np.take(self._examples.weights, index, out=self._weights[:n], mode="clip")
        if moves is None:
            scale(pixels, self.x, self._examples.divisor)
        else:
            self._distort(pixels, moves)

    def _distort(self, pixels: Array, moves: DrawnDistortion) -> None:
        images = len(pixels), *self._examples.shape
        moves.apply(pixels.reshape(images), self.x.reshape(images), self._white)
        if pixels.dtype == np.uint8:
            self.x *= 1 / self._examples.divisor
