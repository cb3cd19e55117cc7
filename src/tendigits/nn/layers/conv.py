"""Conv2D: one small set of weights, applied at every position of an image.

Images are (n, height, width, channels): the channels of a pixel are adjacent in memory, and so are the pixels of a row,
so that a window consists of a few long runs of numbers, which are quick to copy. With all windows laid out as the rows
of one matrix, the convolution is a single matrix product, which is what processors do best:

    y[n, i, j] = windows(x)[n, i, j] · W + b,   windows(x)[n, i, j] = x[n, i : i + k, j : j + k] as a row of k·k·c

(Chellapilla et al., "High Performance Convolutional Neural Networks for Document Processing", 2006.) This matrix is k²
times as large as the images, so it is built for a few images at a time, as many as fit in the processor's cache.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..._util.arrays import Array, Shape, positive
from ...errors import InputError
from .base import Affine

CACHE = 1 << 20  # bytes for a matrix of windows: about the size of a core's own cache


class Conv2D(Affine):
    """y = x * W + b for images x (n, h, w, c_in), with W (k·k·c_in, c_out), b (c_out,) and y (n, h', w', c_out).

    As in every deep-learning library, "convolution" means cross-correlation: the kernel is not flipped.

    Parameters
    ----------
    c_in, c_out : int
        Numbers of input and output channels.
    kernel : int
        k, the side of a window in pixels.
    padding : int
        Rows and columns of zeros added on each side of x; h' = h + 2 padding - k + 1.

    """

    onnx = "Conv"

    def __init__(self, c_in: int, c_out: int, kernel: int, padding: int = 0) -> None:
        positive(c_in=c_in, c_out=c_out, kernel=kernel)
        if not (isinstance(padding, int) and 0 <= padding < kernel):
            raise InputError(f"The padding must be from 0 up to, not including, the kernel's {kernel}, not {padding}.")
        self.arguments = c_in, c_out, kernel, padding
        self.c_in, self.kernel, self.padding = c_in, kernel, padding
        self.shapes = {"W": (kernel * kernel * c_in, c_out), "b": (c_out,)}

    def out_shape(self, in_shape: Shape) -> Shape:
        """Compute (h', w', c_out)."""
        smaller = self.kernel - 1 - 2 * self.padding
        if len(in_shape) != 3 or in_shape[2] != self.c_in or min(in_shape[:2]) <= smaller:
            raise InputError(f"The layers do not fit: {self} cannot take images of {in_shape}.")
        return in_shape[0] - smaller, in_shape[1] - smaller, *self.shapes["b"]

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Compute y = windows(x) W + b."""
        y: Array = np.empty((len(x), *self.out_shape(x.shape[1:])), x.dtype) if out is None else out
        for part, rows in windows(x, self.kernel, self.padding):
            np.matmul(rows, self.W, out=flat(y[part]))
            y[part] += self.b
        return y

    def backward_params(self, x: Array, dy: Array) -> None:
        """Compute dW = windows(x)ᵀ dy and db = Σ dy, over all examples and positions, which share W and b."""
        self.dW[...] = 0
        for part, rows in windows(x, self.kernel, self.padding):
            self.dW += rows.T @ flat(dy[part])
        np.sum(flat(dy), axis=0, out=self.db)

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Compute dx: x[i + a, j + b] contributes to y[i, j] through W[a, b], so it gets dy[i, j] W[a, b]ᵀ.

        One matrix product for each position (a, b) in the window; the results are added up, shifted by (a, b).
        """
        dx: Array = np.empty_like(x) if out is None else out
        k, (h, w) = self.kernel, dy.shape[1:3]
        W = self.W.reshape(k, k, self.c_in, -1)
        for part in parts(len(x), h * w * self.c_in * x.itemsize):
            padded = np.zeros(pad_shape(x[part].shape, self.padding), x.dtype)
            for a, b in product(range(k), repeat=2):
                padded[:, a : a + h, b : b + w] += (flat(dy[part]) @ W[a, b].T).reshape(-1, h, w, self.c_in)
            dx[part] = inner(padded, self.padding)
        return dx


def windows(x: Array, kernel: int, padding: int) -> Iterator[tuple[slice, Array]]:
    """Lay out the windows of images as rows, a few images at a time.

    Parameters
    ----------
    x : ndarray of float, shape (n, h, w, c)
        Images.
    kernel : int
        k, the side of a window in pixels.
    padding : int
        Rows and columns of zeros added on each side.

    Yields
    ------
    part : slice
        Which of the images.
    rows : ndarray of float, shape (images · h' · w', k·k·c)
        Their windows, in a buffer that the next part overwrites.

    """
    n, height, width, c = pad_shape(x.shape, padding)
    h, w = height - kernel + 1, width - kernel + 1
    at_a_time = parts(n, h * w * kernel * kernel * c * x.itemsize)
    most = max((part.stop - part.start for part in at_a_time), default=0)
    images, rows = np.zeros((most, height, width, c), x.dtype), np.empty((most, h, w, kernel, kernel, c), x.dtype)
    s = images.strides
    views = as_strided(images, rows.shape, (*s[:3], *s[1:]), writeable=False)
    for part in at_a_time:
        count = part.stop - part.start
        inner(images, padding)[:count] = x[part]
        rows[:count] = views[:count]
        yield part, rows[:count].reshape(count * h * w, -1)


def parts(n: int, size: int) -> list[slice]:
    """Divide n images into parts that fit in the cache.

    Parameters
    ----------
    n : int
        Number of images.
    size : int
        Bytes needed for each image.

    Returns
    -------
    list of slice
        The parts, in order.

    """
    step = max(1, CACHE // size)
    return [slice(start, min(start + step, n)) for start in range(0, n, step)]


def pad_shape(shape: Shape, padding: int) -> Shape:
    """Compute the shape of images with padding around them.

    Parameters
    ----------
    shape : tuple of int
        (n, h, w, c).
    padding : int
        Pixels added on each side.

    Returns
    -------
    tuple of int
        (n, h + 2 padding, w + 2 padding, c).

    """
    n, height, width, c = shape
    return n, height + 2 * padding, width + 2 * padding, c


def inner(images: Array, padding: int) -> Array:
    """View padded images without their padding.

    Parameters
    ----------
    images : ndarray, shape (n, h + 2 padding, w + 2 padding, c)
        Padded images.
    padding : int
        Pixels to leave out on each side.

    Returns
    -------
    ndarray, shape (n, h, w, c)
        A view.

    """
    stop = -padding or None
    return images[:, padding:stop, padding:stop]


def flat(images: Array) -> Array:
    """View images as a list of pixels.

    Parameters
    ----------
    images : ndarray, shape (n, h, w, c)
        Images.

    Returns
    -------
    ndarray, shape (n · h · w, c)
        A view.

    """
    return images.reshape(-1, images.shape[-1])
