"""tendigits as its users run it: the very loop of `fit`, without validation and without a progress bar."""

from collections.abc import Callable
from contextlib import nullcontext
from itertools import cycle

import numpy as np

from tendigits import Network, Settings
from tendigits.training.loop import epoch, steps
from tendigits.training.run import Run

from ..problem import CLASSES, Problem
from .base import Contestant


class GivenOrder(np.random.Generator):
    """The random generator that shuffles the images, made to do so in the order that all contestants are given."""

    def __init__(self, order: np.ndarray) -> None:
        super().__init__(np.random.PCG64(0))
        self.order = order

    def permutation(self, n: int) -> np.ndarray:
        """Return the given order of n images."""
        return self.order[:n]


def plain_sgd(problem: Problem, workers: int) -> Settings:
    """Settings for epochs without end of the same plain steps."""
    return Settings(
        epochs=10**6,
        batch_size=problem.batch,
        optimizer="sgd",
        learning_rate=problem.rate,
        weight_decay=0,
        schedule="constant",
        workers=workers,
    )


class Tendigits(Contestant):
    """`training.loop.epoch` over uint8 images; `Network.predict` and `Network.forward`."""

    def prepare(self, problem: Problem) -> None:
        """Make the network and its run."""
        images = np.array(problem.images)  # in memory, not mapped from the file
        self.network = Network([images.shape[1], problem.hidden, CLASSES])
        self.network.params[...] = np.concatenate([p.ravel() for p in problem.start])
        self.order = problem.order
        settings = plain_sgd(problem, self.threads)
        self.run = Run(self.network, (images, problem.labels), None, settings, 0)
        self.run.rng = GivenOrder(problem.order)

    def epoch(self) -> float:
        """Train for one epoch."""
        with self.run.team or nullcontext():
            epoch(self.run)
        return self.run.history.last["train_loss"]

    def begin(self) -> Callable[[], None]:
        """Begin an epoch; return what does one of its steps."""
        self.run.order = self.order
        stop = cycle([False, True])  # asked before a step, and after it
        return lambda: steps(self.run, self.run.worker, lambda: next(stop), lambda n: None)

    def params(self) -> list[np.ndarray]:
        """Return copies of the layers' views."""
        return [p.copy() for layer in (self.network.layers[0], self.network.layers[2]) for p in (layer.W, layer.b)]

    def classes(self, images: np.ndarray) -> np.ndarray:
        """Checks, scaling, network and argmax, as a user calls it."""
        return self.network.predict(images)

    def single(self, row: np.ndarray) -> np.ndarray:
        """The forward pass alone."""
        return self.network.forward(row)
