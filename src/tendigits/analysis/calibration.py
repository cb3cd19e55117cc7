"""Calibration: of the answers given with a probability of 90 %, nine in ten should be right.

A network that is too sure, or not sure enough, is mended by one number: its logits are divided by a temperature T,
which is fitted to images that it did not learn from. No answer changes, only how sure the network is of it. Dividing
the weights and biases of the last layer by T does the same, so the temperature travels with the network, into every
format.
"""

from dataclasses import dataclass
from math import exp, log
from typing import Any

import numpy as np

from .._util.arrays import Array
from ..nn.layers import Linear
from ..nn.loss import softmax
from ..nn.network import Network
from .evaluate import Evaluation

BINS = 15
ENOUGH = 1000  # images to fit a temperature to
LARGEST = 10.0  # temperature; the smallest is its inverse
HALVINGS = 20  # of the interval between them: to a hundred-thousandth


@dataclass(frozen=True)
class Calibration:
    """How often the answers of each degree of confidence are right.

    Parameters
    ----------
    counts : ndarray of int, shape (bins,)
        The number of answers with a probability from i / bins (exclusive) to (i + 1) / bins.
    confidence : ndarray of float, shape (bins,)
        The mean of their probabilities; 0 where there are none.
    accuracy : ndarray of float, shape (bins,)
        The share of them that is right; 0 where there are none.
    """

    counts: Array
    confidence: Array
    accuracy: Array

    def __repr__(self) -> str:
        return f"Calibration(error {self.error:.2%}, {self.counts.sum():,} answers in {len(self.counts)} bins)"

    @property
    def error(self) -> float:
        """The expected calibration error: how far confidence is from accuracy, a mean over all answers, 0 to 1."""
        return float(np.average(np.abs(self.confidence - self.accuracy), weights=self.counts))


def calibration(evaluation: Evaluation, bins: int = BINS) -> Calibration:
    """Compare how sure a network was with how often it was right.

    Parameters
    ----------
    evaluation : Evaluation
        How the network read images that it did not learn from.
    bins : int, optional
        The number of bins, all equally wide.

    Returns
    -------
    Calibration
        The answers, bin by bin.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", 2017, equations 1 to 5.

    Examples
    --------
    >>> from tendigits import load_digits, load_pretrained
    >>> from tendigits.analysis.evaluate import evaluate
    >>> digits = load_digits()
    >>> calibration(evaluate(load_pretrained(), digits.test_images, digits.test_labels))
    Calibration(error ...%, 359 answers in 15 bins)
    """
    sure = evaluation.probabilities.max(axis=1).astype(float)
    right = evaluation.predicted == evaluation.labels
    where = np.clip(np.ceil(sure * bins).astype(int) - 1, 0, bins - 1)
    counts = np.bincount(where, minlength=bins)
    of_each = np.maximum(counts, 1)
    confidence, accuracy = (np.bincount(where, values, bins) / of_each for values in (sure, right))
    return Calibration(counts, confidence, accuracy)


def temperature(logits: Array, labels: Array) -> float:
    """Find the temperature T with which softmax(logits / T) is as sure, in the mean, as it is right.

    The mean of the largest probabilities falls as T rises, so the T at which it equals the accuracy is found by
    bisection. Fitting T by the cross-entropy, as is usual, gives nearly the same, but a few mistakes of which the
    network was very sure weigh more.

    Parameters
    ----------
    logits : ndarray of float, shape (n, n_classes)
        The network's answers to images that it did not learn from.
    labels : ndarray of int, shape (n,)
        Class indices.

    Returns
    -------
    float
        T, above 1 for a network that is too sure; from 0.1 to 10.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", 2017, section 4.2.

    Examples
    --------
    >>> logits = np.array([[4.0, 0.0]] * 4)
    >>> labels = np.array([0, 0, 0, 1])  # three in four are right: p = 3/4 where 4 / T = log 3
    >>> round(temperature(logits, labels), 3)
    3.641
    """
    accuracy = (logits.argmax(axis=1) == labels).mean()
    low, high = -log(LARGEST), log(LARGEST)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        too_sure = softmax(logits.astype(float) / exp(middle)).max(axis=1).mean() > accuracy
        low, high = (middle, high) if too_sure else (low, middle)
    return exp((low + high) / 2)


def calibrate(network: Network, images: Any, labels: Array) -> float | None:
    """Divide a network's logits by the temperature that suits held-out images, in its last layer.

    Parameters
    ----------
    network : Network
        The network, or an ensemble; its last layer is changed in place.
    images, labels : array-like
        Images that it did not learn from, and their class indices.

    Returns
    -------
    float or None
        The temperature; None if there are fewer than 1000 images, too few to fit one, or a last layer is not Linear;
        then nothing is changed.
    """
    lasts = [member.layers[-1] for member in getattr(network, "members", [network])]
    if len(labels) < ENOUGH or not all(isinstance(last, Linear) for last in lasts):
        return None
    T = temperature(network.logits(images), labels)
    for last in lasts:
        for name in last.shapes:
            getattr(last, name)[...] /= T
    return T
