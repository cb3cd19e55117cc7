"""The limit: an epoch's two large matrix products, and nothing else."""

import numpy as np

from ..problem import Problem
from .base import Contestant


class Products(Contestant):
    """x W1 and xᵀ dz1 for every batch, by the same BLAS, on the same shapes, into buffers; the data stands still."""

    def prepare(self, problem: Problem) -> None:
        """Make one batch of everything."""
        self.sizes = [len(index) for index in problem.batches()]
        self.x = np.array(problem.rows[: problem.batch])
        self.W = problem.start[0]
        self.z = np.empty((problem.batch, problem.hidden), np.float32)
        self.dz = np.random.default_rng(0).standard_normal(self.z.shape, np.float32)
        self.dW = np.empty_like(self.W)

    def epoch(self) -> None:
        """Multiply as often as an epoch does."""
        for n in self.sizes:
            np.matmul(self.x[:n], self.W, out=self.z[:n])
            np.matmul(self.x[:n].T, self.dz[:n], out=self.dW)
