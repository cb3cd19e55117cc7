"""The loss: softmax and cross-entropy, fused into one stable step.

For one example with logits z and true class t, the softmax gives p_k = exp(z_k) / Σ exp(z_j), and the cross-entropy is
-log p_t = log Σ exp(z_j) - z_t. Its gradient with respect to the logits is p - y, where y is the one-hot label.
Subtracting the largest logit first changes neither and rules out overflow; taking the logarithm of the sum rather than
of the probability rules out log(0).

Bridle, "Probabilistic Interpretation of Feedforward Classification Network Outputs", 1990.
"""

import numpy as np

from .._util.arrays import Array


def softmax(logits: Array) -> Array:
    """Compute probabilities from logits: all are from 0 to 1, and each row sums to one.

    Parameters
    ----------
    logits : ndarray of float, shape (n, n_classes)
        One row for each example.

    Returns
    -------
    ndarray of float, shape (n, n_classes)
        The probabilities.

    Examples
    --------
    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])

    """
    p: Array = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return p


def cross_entropy(logits: Array, labels: Array, weights: Array | None = None) -> float:
    """Compute the mean of -log p(label) over a batch.

    Parameters
    ----------
    logits : ndarray of float, shape (n, n_classes)
        One row for each example.
    labels : ndarray of int, shape (n,)
        Class indices.
    weights : ndarray of float, shape (n,), optional
        How much each example counts.

    Returns
    -------
    float
        The mean, in nats.

    Examples
    --------
    >>> round(cross_entropy(np.zeros((1, 10)), np.array([3])), 4)  # log 10
    2.3026

    """
    return softmax_cross_entropy(logits.copy(), labels, weights)[0]


def softmax_cross_entropy(
    logits: Array, labels: Array, weights: Array | None = None, total: float | None = None
) -> tuple[float, int]:
    """Replace logits by the gradient of the mean loss, in place.

    Parameters
    ----------
    logits : ndarray of float, shape (n, n_classes)
        Overwritten by the gradient: (p - y) / n, or w (p - y) / Σ w with weights.
    labels : ndarray of int, shape (n,)
        Class indices.
    weights : ndarray of float, shape (n,), optional
        How much each example counts; the mean is then Σ w loss / Σ w.
    total : float, optional
        The divisor in place of n or Σ w, if these examples are part of a larger batch.

    Returns
    -------
    loss : float
        The mean loss, in nats.
    correct : int
        The number of examples whose largest logit is the label's.

    """
    n = len(labels)
    true = np.arange(n), labels
    logits -= logits.max(axis=1, keepdims=True)
    z_true = logits[true]
    highest = (logits == 0).argmax(axis=1)  # argmax copies column-major arrays: booleans are smaller
    correct = int(np.count_nonzero(highest == labels))
    p = np.exp(logits, out=logits)
    sums = p.sum(axis=1)
    losses = np.log(sums) - z_true
    share = 1 / (total or n) if weights is None else weights / (total or weights.sum())
    p *= (share / sums)[:, np.newaxis]
    p[true] -= share
    return float((losses * share).sum()), correct
