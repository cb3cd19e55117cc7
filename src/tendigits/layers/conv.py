"""Conv2D: one small set of weights, the same at every place of an image.

Images are (n, height, width, channels): the channels of a pixel lie side by side in memory, and so do the pixels of a
row, so that a window is a few long runs of numbers, quickly copied. All windows laid out as rows of one matrix turn the
convolution into a single matrix product, which is what processors do best:

    y[n, i, j] = windows(x)[n, i, j] · W + b,   windows(x)[n, i, j] = x[n, i : i + k, j : j + k] as a row of k·k·c

(Chellapilla et al., "High Performance Convolutional Neural Networks for Document Processing", 2006.) The matrix is k²
times as large as the images, so it is made for a few of them at a time, as many as fit in a processor's cache.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..errors import InputError
from .base import Array, Layer, Shape, he, positive

CACHE = 1 << 20  # bytes for a matrix of windows: what stays near one core


class Conv2D(Layer):
    """y = x * W + b for images x (n, h, w, c_in), with W (k·k·c_in, c_out), b (c_out,) and y (n, h', w', c_out).

    kernel: k, the side of a window. padding: rows and columns of zeros put around x; h' = h + 2 padding - k + 1.
    As in every deep-learning library, "convolution" is cross-correlation: the kernel is not turned round.
    """

    W: Array
    b: Array
    dW: Array
    db: Array

    def __init__(self, c_in: int, c_out: int, kernel: int, padding: int = 0) -> None:
        positive(c_in=c_in, c_out=c_out, kernel=kernel)
        if not (isinstance(padding, int) and 0 <= padding < kernel):
            raise InputError(f"The padding must be from 0 up to, not including, the kernel's {kernel}, not {padding}.")
        self.c_in, self.kernel, self.padding = c_in, kernel, padding
        self.shapes = {"W": (kernel * kernel * c_in, c_out), "b": (c_out,)}

    @property
    def spec(self) -> list[Any]:
        """Name, channels in and out, kernel, padding."""
        return ["Conv2D", self.c_in, self.shapes["b"][0], self.kernel, self.padding]

    def out_shape(self, in_shape: Shape) -> Shape:
        """(h', w', c_out)."""
        smaller = self.kernel - 1 - 2 * self.padding
        if len(in_shape) != 3 or in_shape[2] != self.c_in or min(in_shape[:2]) <= smaller:
            raise InputError(f"The layers do not fit: {self.spec} cannot take images of {in_shape}.")
        return in_shape[0] - smaller, in_shape[1] - smaller, *self.shapes["b"]

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw W by He's rule; the biases start at zero."""
        self.W[...] = he(rng, self.W.shape)
        self.b[...] = 0

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y = windows(x) W + b."""
        y: Array = np.empty((len(x), *self.out_shape(x.shape[1:])), x.dtype) if out is None else out
        for part, rows in windows(x, self.kernel, self.padding):
            np.matmul(rows, self.W, out=flat(y[part]))
            y[part] += self.b
        return y

    def backward_params(self, x: Array, dy: Array) -> None:
        """DW = windows(x)ᵀ dy and db = Σ dy, over all examples and places: each of them used the same W and b."""
        self.dW[...] = 0
        for part, rows in windows(x, self.kernel, self.padding):
            self.dW += rows.T @ flat(dy[part])
        np.sum(flat(dy), axis=0, out=self.db)

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Dx = windows(dy) W', a convolution again: x[i, j] went into y[i - a, j - b] by the weight at (a, b).

        So W' is W turned round in both directions, with inputs and outputs exchanged, and the padding is what was
        missing from a full one.
        """
        dx: Array = np.empty_like(x) if out is None else out
        k = self.kernel
        W = self.W.reshape(k, k, self.c_in, -1)[::-1, ::-1].transpose(0, 1, 3, 2).reshape(-1, self.c_in)
        for part, rows in windows(dy, k, k - 1 - self.padding):
            np.matmul(rows, W, out=flat(dx[part]))
        return dx


def windows(x: Array, kernel: int, padding: int = 0) -> Iterator[tuple[slice, Array]]:
    """Yield, for a few images at a time, which they are and their windows as rows (images · h' · w', k·k·c).

    The rows are valid until the next are asked for: they share one buffer.
    """
    n, height, width, c = x.shape
    h, w = height + 2 * padding - kernel + 1, width + 2 * padding - kernel + 1
    step = min(n, max(1, CACHE // (h * w * kernel * kernel * c * x.itemsize)))
    rows = np.empty((step, h, w, kernel, kernel, c), x.dtype)
    padded = np.zeros((step, height + 2 * padding, width + 2 * padding, c), x.dtype) if padding else None
    for start in range(0, n, step):
        part = slice(start, min(start + step, n))
        images = x[part]
        if padded is not None:
            padded[: len(images), padding:-padding, padding:-padding] = images
            images = padded[: len(images)]
        s = images.strides
        size = len(images)
        rows[:size] = as_strided(images, (size, h, w, kernel, kernel, c), (*s[:3], *s[1:]), writeable=False)
        yield part, rows[:size].reshape(size * h * w, -1)


def flat(images: Array) -> Array:
    """View images (n, h, w, c) as pixels (n · h · w, c)."""
    return images.reshape(-1, images.shape[-1])
