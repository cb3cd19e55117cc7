"""Training on principal components: the network learns in fewer dimensions, and ends as one over whole images.

An image x is replaced by its k coordinates z = (x − m) P along the directions in which the images vary most: m is their
mean, and P, of shape (n_in, k), has orthonormal columns, the first k eigenvectors of their covariance. A layer that
computes x W + b then begins as its restriction to these directions,

    W' = Pᵀ W,  b' = b + m W,

and after training is folded back. Since z W' + b' = x (P W') + (b' − m P W'), exactly,

    W = P W',  b = b' − m W

make an ordinary layer over pixels that computes the same.
"""

from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np

from .._util.arrays import Array, is_sparse, scale
from .._util.blas import one_blas_thread
from ..data.minibatch import Examples
from ..errors import InputError
from ..nn.layers import Linear
from ..nn.network import Network

SAMPLE = 6000  # the directions are found by at least this many images, evenly spaced, or by all
CHUNK = 2000  # images projected at a time


class Components:
    """The first principal components of images, and the maps between the full and the reduced network.

    The directions are those of the images alone: weights of examples do not turn them.

    Parameters
    ----------
    examples : Examples
        The training images, of n_in values each.
    k : int
        How many components.
    dtype : dtype
        Of the network.

    Attributes
    ----------
    mean : ndarray of float, shape (n_in,)
        m, the mean image.
    directions : ndarray of float, shape (n_in, k)
        P, the directions, orthonormal; the images vary most along the first.

    Raises
    ------
    InputError
        If images have fewer than k values, or are sparse.

    """

    def __init__(self, examples: Examples, k: int, dtype: np.dtype[Any]) -> None:
        if is_sparse(examples.rows):
            raise InputError("Principal components need dense rows: make them dense, X.toarray().")
        n, n_in = examples.rows.shape
        if k > n_in:
            raise InputError(f"Images of {n_in} values have no {k} components: ask for fewer.")
        sample = examples.rows[:: max(1, n // SAMPLE)]
        x = scale(sample, np.empty(sample.shape, dtype), examples.divisor)
        with one_blas_thread():  # the same bits on any number of cores
            self.mean, self.directions = principal_components(x, k)

    def __repr__(self) -> str:
        n_in, k = self.directions.shape
        return f"Components({k} of {n_in})"

    def project(self, examples: Examples) -> Examples:
        """Compute the coordinates of images.

        Parameters
        ----------
        examples : Examples
            Images, with their labels and weights.

        Returns
        -------
        projected : Examples
            The same with z, of shape (n, k), in place of the images.

        """
        rows, P = examples.rows, self.directions
        z = np.empty((len(rows), P.shape[1]), P.dtype)
        pixels = np.empty((min(CHUNK, len(rows)), len(P)), P.dtype)
        with one_blas_thread():
            for start in range(0, len(rows), CHUNK):
                part = rows[start : start + CHUNK]
                np.matmul(scale(part, pixels[: len(part)], examples.divisor), P, out=z[start : start + CHUNK])
            z -= self.mean @ P
        return replace(examples, rows=z, shape=z.shape[1:])

    def reduce(self, network: Network) -> Network:
        """Restrict a network to the components.

        Parameters
        ----------
        network : Network
            A network over whole images that begins with Linear.

        Returns
        -------
        Network
            One over z, with parameters of its own.

        Raises
        ------
        InputError
            If it begins with another layer.

        """
        first, *others = network.layers
        if type(first) is not Linear:
            raise InputError(f"To train on components, a network must begin with Linear, not {first}.")
        W, b = self.directions.T @ first.W, first.b + self.mean @ first.W
        layers = [Linear(*W.shape), *map(copy, others)]
        reduced = Network(layers, seed=None, dtype=network.dtype)
        reduced.params[...] = np.concatenate([W.ravel(), b, network.params[first.W.size + b.size :]])
        return reduced

    def fold(self, reduced: Network, network: Network) -> None:
        """Make a network over whole images compute what one over the components does.

        Parameters
        ----------
        reduced : Network
            The network over z.
        network : Network
            The network over whole images, whose parameters are replaced.

        """
        ours, theirs = network.layers[0], reduced.layers[0]
        assert isinstance(ours, Linear)  # as `reduce` made sure
        assert isinstance(theirs, Linear)
        with one_blas_thread():
            np.matmul(self.directions, theirs.W, out=ours.W)
            np.subtract(theirs.b, self.mean @ ours.W, out=ours.b)
        network.params[ours.W.size + ours.b.size :] = reduced.params[theirs.W.size + theirs.b.size :]


def principal_components(x: Array, k: int) -> tuple[Array, Array]:
    """Find the directions in which images vary most.

    Parameters
    ----------
    x : ndarray of float, shape (n, n_in)
        The images.
    k : int
        How many directions.

    Returns
    -------
    mean : ndarray, shape (n_in,)
        The mean image.
    directions : ndarray, shape (n_in, k)
        The first k eigenvectors of the covariance, in the order of falling variance.

    References
    ----------
    I. T. Jolliffe, "Principal Component Analysis", 2nd edition, 2002, chapter 1.

    Examples
    --------
    >>> mean, P = principal_components(np.array([[0.0, 1.0], [2.0, 1.0], [4.0, 1.0]]), 1)
    >>> mean, abs(P)
    (array([2., 1.]), array([[1.],
           [0.]]))

    """
    mean = x.mean(axis=0)
    centred = x - mean
    vectors = np.linalg.eigh(centred.T @ centred)[1]
    return mean, np.ascontiguousarray(vectors[:, : -k - 1 : -1])
