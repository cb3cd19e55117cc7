"""Calibration: of the answers given with a probability of 90 %, nine in ten should be right."""

from dataclasses import dataclass

import numpy as np

from .._util.arrays import Array
from .evaluate import Evaluation

BINS = 15


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
