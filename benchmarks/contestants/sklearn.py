"""scikit-learn's MLPClassifier."""

import numpy as np
from sklearn.neural_network import MLPClassifier

from ..problem import CLASSES, Problem
from .base import Contestant


class Classifier(Contestant):
    """`partial_fit`, which is one epoch, with solver "sgd", no momentum and no penalty, over float32 rows.

    The images lie in their order already, for there is no way to tell MLPClassifier an order: unlike all others it
    does not gather its batches while the clock runs.
    """

    def prepare(self, problem: Problem) -> None:
        """Bring the images into order; fit once so that the parameters exist, then overwrite them."""
        self.x, self.y = problem.rows[problem.order], problem.labels[problem.order]
        self.model = MLPClassifier(
            (problem.hidden,),
            solver="sgd",
            alpha=0,
            batch_size=problem.batch,
            learning_rate_init=problem.rate,
            momentum=0,
            nesterovs_momentum=False,
            shuffle=False,
        )
        self.model.partial_fit(self.x[: problem.batch], self.y[: problem.batch], classes=np.arange(CLASSES))
        for p, value in zip(self.params(), problem.start, strict=True):
            p[...] = value

    def epoch(self) -> float:
        """Train for one epoch."""
        self.model.partial_fit(self.x, self.y)
        return self.model.loss_

    def params(self) -> list[np.ndarray]:
        """Return the arrays themselves."""
        (W1, W2), (b1, b2) = self.model.coefs_, self.model.intercepts_
        return [W1, b1, W2, b2]
