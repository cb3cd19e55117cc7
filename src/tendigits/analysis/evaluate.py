"""How good is a network? Accuracy with its interval, the confusion matrix, each class, the worst mistakes."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from .._util.arrays import Array, as_labels
from ..nn.network import Network

Interval = tuple[float, float]


def accuracy_interval(correct: int, n: int, z: float = 1.96) -> Interval:
    """Compute Wilson's score interval for the accuracy behind `correct` of `n`; z = 1.96 makes it the 95 % interval.

    Wilson, "Probable inference, the law of succession, and statistical inference", 1927. Unlike p ± z √(p(1-p)/n)
    it never leaves [0, 1] and holds for accuracies close to 1.
    """
    p = correct / n
    centre = p + z * z / (2 * n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return min(p, max(0.0, (centre - half) / scale)), max(p, min(1.0, (centre + half) / scale))  # against rounding


@dataclass(frozen=True)
class Evaluation:
    """What a network made of n labelled images.

    probabilities: (n, n_classes); labels, predicted: class indices (n,); classes: their names.
    """

    probabilities: Array
    labels: Array
    classes: Array

    @property
    def predicted(self) -> Array:
        """The most probable class index of each image."""
        predicted: Array = self.probabilities.argmax(axis=1)
        return predicted

    @property
    def correct(self) -> int:
        """How many images were read correctly."""
        return int(np.count_nonzero(self.predicted == self.labels))

    @property
    def accuracy(self) -> float:
        """The share of images read correctly."""
        return self.correct / len(self.labels)

    @property
    def interval(self) -> Interval:
        """The accuracy's 95 % interval."""
        return accuracy_interval(self.correct, len(self.labels))

    @property
    def confusion(self) -> Array:
        """Counts (n_classes, n_classes): a row for each true class, a column for each predicted one."""
        k = len(self.classes)
        return np.bincount(self.labels * k + self.predicted, minlength=k * k).reshape(k, k)

    @property
    def mistakes(self) -> Array:
        """Positions of the misread images, the most confident first."""
        wrong = np.flatnonzero(self.predicted != self.labels)
        return wrong[np.argsort(-self.probabilities[wrong].max(axis=1), kind="stable")]

    def per_class(self) -> list[dict[str, Any]]:
        """Compute precision, recall, F1 and the number of images of each class, by scikit-learn's metrics."""
        from sklearn.metrics import precision_recall_fscore_support

        k = range(len(self.classes))
        figures = precision_recall_fscore_support(self.labels, self.predicted, labels=k, zero_division=0.0)
        rows = zip(self.classes.tolist(), *(column.tolist() for column in figures), strict=True)
        return [dict(zip(("class", "precision", "recall", "f1", "images"), row, strict=True)) for row in rows]


def evaluate(network: Network, images: Any, labels: Any) -> Evaluation:
    """Let the network read labelled images; labels are class indices (n,). Raises InputError where they do not fit."""
    probabilities = network.predict_proba(images)
    return Evaluation(probabilities, as_labels(labels, len(probabilities), len(network.classes)), network.classes)
