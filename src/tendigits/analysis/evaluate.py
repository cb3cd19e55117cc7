"""How good is a network? Accuracy with its interval, the confusion matrix, every class, the worst mistakes."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from .._util.arrays import Array, as_labels
from ..nn.network import Network

Interval = tuple[float, float]


def accuracy_interval(correct: int, n: int, z: float = 1.96) -> Interval:
    """Compute Wilson's score interval of an accuracy.

    Unlike p ± z √(p (1 - p) / n), it never leaves [0, 1] and is right for accuracies close to 1.

    Parameters
    ----------
    correct : int
        How many images were read correctly.
    n : int
        How many images there were.
    z : float, optional
        The quantile of the normal distribution; 1.96 gives the 95 % interval.

    Returns
    -------
    low, high : float
        The ends of the interval.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.

    Examples
    --------
    >>> low, high = accuracy_interval(98, 100)
    >>> f"{low:.3f} to {high:.3f}"
    '0.930 to 0.994'
    """
    p = correct / n
    centre = p + z * z / (2 * n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return min(p, max(0.0, (centre - half) / scale)), max(p, min(1.0, (centre + half) / scale))  # against rounding


@dataclass(frozen=True)
class Evaluation:
    """How a network read n labelled images.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, n_classes)
        What the network said.
    labels : ndarray of int, shape (n,)
        Class indices: what the images show.
    classes : ndarray, shape (n_classes,)
        The name of each class.
    """

    probabilities: Array
    labels: Array
    classes: Array

    def __repr__(self) -> str:
        return f"Evaluation({self.accuracy:.2%} of {len(self.labels):,} images)"

    @property
    def predicted(self) -> Array:
        """The index of each image's most probable class, shape (n,)."""
        predicted: Array = self.probabilities.argmax(axis=1)
        return predicted

    @property
    def correct(self) -> int:
        """The number of images read correctly."""
        return int(np.count_nonzero(self.predicted == self.labels))

    @property
    def accuracy(self) -> float:
        """The share of images read correctly, 0 to 1."""
        return self.correct / len(self.labels)

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the accuracy."""
        return accuracy_interval(self.correct, len(self.labels))

    @property
    def confusion(self) -> Array:
        """Counts, shape (n_classes, n_classes): a row for each true class, a column for each predicted one."""
        k = len(self.classes)
        return np.bincount(np.asarray(self.labels, np.intp) * k + self.predicted, minlength=k * k).reshape(k, k)

    @property
    def mistakes(self) -> Array:
        """Positions of the misread images, the most confident mistakes first."""
        wrong = np.flatnonzero(self.predicted != self.labels)
        return wrong[np.argsort(-self.probabilities[wrong].max(axis=1), kind="stable")]

    def per_class(self) -> list[dict[str, Any]]:
        """Compute scikit-learn's precision, recall and F1 of each class.

        Returns
        -------
        list of dict
            For each class its name, "class", and "precision", "recall", "f1" and "images", their number.
        """
        from sklearn.metrics import precision_recall_fscore_support

        k = range(len(self.classes))
        figures = precision_recall_fscore_support(self.labels, self.predicted, labels=k, zero_division=0.0)
        rows = zip(self.classes.tolist(), *(column.tolist() for column in figures), strict=True)
        return [dict(zip(("class", "precision", "recall", "f1", "images"), row, strict=True)) for row in rows]


def evaluate(network: Network, images: Any, labels: Any) -> Evaluation:
    """Let a network read labelled images.

    Parameters
    ----------
    network : Network
        The network.
    images : array-like of uint8 or float, shape (n, n_in) or (n, height, width)
        The images; uint8 values are pixels, which the network divides, mostly by 255.
    labels : array-like of int, shape (n,)
        Class indices.

    Returns
    -------
    Evaluation
        How it read them.

    Raises
    ------
    InputError
        If network, images and labels do not fit together.

    Examples
    --------
    >>> from tendigits import load_digits, load_pretrained
    >>> digits = load_digits()
    >>> evaluate(load_pretrained(), digits.test_images, digits.test_labels)
    Evaluation(...% of 359 images)
    """
    probabilities = network.predict_proba(images)
    return Evaluation(probabilities, as_labels(labels, len(probabilities), len(network.classes)), network.classes)
