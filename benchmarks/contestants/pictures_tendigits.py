"""tendigits on pictures: an epoch of distortions, and an epoch of the convolutional network of the recipe `cnn`."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import numpy as np

from tendigits import Network
from tendigits._util.blas import one_blas_thread
from tendigits.data.distortions import Distortion
from tendigits.models.builder import architecture
from tendigits.training.loop import epoch
from tendigits.training.recipes import DISTORTED, RECIPES
from tendigits.training.run import Run

from ..problem import CLASSES, Problem
from .base import Contestant
from .tendigits import GivenOrder, plain_sgd


class Distort(Contestant):
    """`Distortion.draw` and `apply` for every batch, from uint8 to floats, the batches shared out among threads."""

    def prepare(self, problem: Problem) -> None:
        """Shape the images."""
        self.images = np.array(problem.images).reshape(-1, 28, 28)
        self.batches = problem.batches()
        self.kind = Distortion(**{**DISTORTED, "thinning": 0.0, "noise": 0.0})  # what its peer does, too
        self.pool = ThreadPoolExecutor(self.threads)

    def epoch(self) -> None:
        """Distort every image once."""
        rng = np.random.default_rng(0)
        tasks = [(index, self.kind.draw(len(index), (28, 28), rng)) for index in self.batches]
        with one_blas_thread():
            list(self.pool.map(self.one, tasks))

    def one(self, task: tuple) -> None:
        """Distort a batch."""
        index, moves = task
        moves.apply(self.images[index], np.empty((len(index), 28, 28), np.float32))


class Convolve(Contestant):
    """`training.loop.epoch`, as in contestants/tendigits.py, each batch shared out among workers."""

    def prepare(self, problem: Problem) -> None:
        """Make the network and its run."""
        images = np.array(problem.images).reshape(-1, 28, 28)
        self.network = Network(cnn_layers(), seed=0)
        self.run = Run(self.network, (images, problem.labels), None, plain_sgd(problem, self.threads), 0)
        self.run.rng = GivenOrder(problem.order)

    def epoch(self) -> float:
        """Train for one epoch."""
        with self.run.team or nullcontext():
            epoch(self.run)
        return self.run.history.last["train_loss"]


def cnn_layers() -> list:
    """The layers of the recipe, without dropout."""
    return architecture((28, 28), CLASSES, conv=RECIPES["cnn"].options["conv"])
