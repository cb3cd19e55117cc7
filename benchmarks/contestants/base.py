"""What a contestant can be asked for."""

import numpy as np

from ..problem import Problem


class Contestant:
    """A way to train 784-hidden-10 by plain SGD, and perhaps to predict with it.

    What happens in `prepare` is not timed, so anything that is done once for many epochs belongs there.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads

    def prepare(self, problem: Problem) -> None:
        """Take the data, and start from the problem's parameters."""
        raise NotImplementedError

    def epoch(self) -> float | None:
        """Train for one epoch, in the problem's batches; return the mean training loss, unless it is not computed."""
        raise NotImplementedError

    def params(self) -> list[np.ndarray]:
        """Return W1, b1, W2, b2 as they are now."""
        raise NotImplementedError

    def classes(self, images: np.ndarray) -> np.ndarray:
        """Name the class of each image: uint8 pixels or float32 rows, (n, 784)."""
        raise NotImplementedError

    def single(self, row: np.ndarray) -> np.ndarray:
        """Compute the logits of one float32 row, (1, 784)."""
        raise NotImplementedError
