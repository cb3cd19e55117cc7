"""BatchNorm among workers: the mean and the variance are those of the whole batch, not of a worker's part of it.

They are sums over examples, so workers add up their own: twice on the way forward (for the mean, then for the squares
of what differs from it), and once on the way back (for the means of dy and dy x̂).
"""

from collections.abc import Callable

import numpy as np

from ..._util.arrays import Array
from ...nn.layers import LAYERS, BatchNorm
from ...nn.layers.batchnorm import EPSILON, MEMORY
from ...nn.network import Network
from .processes import shared_zeros
from .sharing import Barrier

Total = Callable[[Array], Array]  # takes a worker's vector, and returns the sum of all workers'


class SharedBatchNorm(BatchNorm):
    """A worker's BatchNorm; made of an ordinary one by `share_statistics`.

    Parameters
    ----------
    features : int
        As for `BatchNorm`.

    Attributes
    ----------
    total : callable
        Takes a vector of float64, and returns the sum of all workers' vectors.
    keeps : bool
        Whether this worker updates the running averages.

    """

    total: Total
    keeps: bool

    def forward_train(self, x: Array, rng: np.random.Generator | None, out: Array | None = None) -> Array:
        """Compute y from the whole batch's mean and variance."""
        rows = x.reshape(-1, x.shape[-1])
        *sums, self._m = self.total(np.append(rows.sum(axis=0, dtype=np.float64), len(rows)))
        mean = np.array(sums) / self._m
        var = self.total(((rows - mean) ** 2).sum(axis=0)) / self._m
        self._mean, self._var = mean.astype(x.dtype), var.astype(x.dtype)
        if self.keeps:
            for running, now in ((self.mean, self._mean), (self.var, self._var)):
                running += (1 - MEMORY) * (now - running)
        return self._normalise(x, self._mean, self._var, out)

    def backward_params(self, x: Array, dy: Array) -> None:
        """Compute this worker's part of dγ = Σ dy x̂ and dβ = Σ dy."""
        rows = dy.reshape(-1, dy.shape[-1])
        np.einsum("ij,ij->j", rows, self._normalised(x).reshape(rows.shape), out=self.dgamma)
        np.sum(rows, axis=0, out=self.dbeta)

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Compute dx as `BatchNorm` does, with the whole batch's dγ and dβ."""
        sums = self.total(np.concatenate([self.dgamma, self.dbeta]).astype(np.float64)) / self._m
        dgamma, dbeta = sums.astype(x.dtype).reshape(2, -1)
        dx: Array = np.multiply(self._normalised(x), -dgamma, out=out)
        dx += dy
        dx -= dbeta
        dx *= self.gamma / self._deviation
        return dx

    @property
    def _deviation(self) -> Array:
        deviation: Array = np.sqrt(self._var + self._var.dtype.type(EPSILON))
        return deviation

    def _normalised(self, x: Array) -> Array:
        x_hat: Array = (x - self._mean) / self._deviation
        return x_hat


del LAYERS[SharedBatchNorm.name()]  # a way to train, not a kind of layer that models are made of


def share_statistics(network: Network, total: Total, *, keeps: bool) -> None:
    """Make the BatchNorm layers of a worker's replica compute the whole batch's statistics.

    Parameters
    ----------
    network : Network
        The replica, which is changed.
    total : callable
        Takes a vector of float64, and returns the sum of all workers' vectors.
    keeps : bool
        Whether this worker updates the running averages: one of those that share parameters, or each that has its own.

    """
    for layer in network.layers:
        if type(layer) is BatchNorm:
            layer.__class__ = SharedBatchNorm
            layer.__dict__.update(total=total, keeps=keeps)


class Totals:
    """Sums over workers that share memory.

    Parameters
    ----------
    network : Network
        The network, whose BatchNorm layers decide the largest vector.
    n : int
        The number of workers.
    barrier : callable
        Returns once all workers have called it.

    """

    def __init__(self, network: Network, n: int, barrier: Barrier) -> None:
        widths = [2 * layer.arguments[0] for layer in network.layers if type(layer) is BatchNorm]
        self._barrier, self._vectors = barrier, shared_zeros((n, max([0, *widths])), np.float64)

    def __repr__(self) -> str:
        return f"Totals({len(self._vectors)} workers)"

    def of(self, rank: int) -> Total:
        """Make the function by which a worker adds its vectors to the others'.

        Parameters
        ----------
        rank : int
            The worker's number.

        Returns
        -------
        callable
            Takes a vector of float64, and returns the sum of all workers'.

        """

        def total(vector: Array) -> Array:
            self._vectors[rank, : len(vector)] = vector
            self._barrier()
            together: Array = self._vectors[:, : len(vector)].sum(axis=0)
            self._barrier()  # all have read it
            return together

        return total
