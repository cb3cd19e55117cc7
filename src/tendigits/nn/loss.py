"""The loss: softmax and cross-entropy, fused into one stable step.

For one example with logits z and true class t, the softmax gives p_k = exp(z_k) / Σ exp(z_j), and the
cross-entropy is the surprise at the truth: -log p_t = log Σ exp(z_j) - z_t. Its gradient with respect to the
logits is p - y, with y the one-hot label. Subtracting the largest logit first changes neither and makes overflow
impossible; taking the logarithm of the sum instead of the probability leaves no log(0) to guard against.
"""

import numpy as np

from .layers import Array


def softmax(logits: Array) -> Array:
    """Probabilities of shape (n, classes), each row positive and summing to one."""
    p: Array = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return p


def cross_entropy(logits: Array, labels: Array) -> float:
    """The mean of -log p(label) over the batch, in nats; `labels` are integer class indices of shape (n,)."""
    return softmax_cross_entropy(logits.copy(), labels)[0]


def softmax_cross_entropy(
    logits: Array, labels: Array, weights: Array | None = None, total: float | None = None
) -> tuple[float, int]:
    """Turn logits into the gradient of the mean loss, in place; return that loss and how many were right.

    logits: (n, classes), overwritten by (p - y) / n. labels: (n,) integer class indices. weights: (n,), how much each
    example counts; the mean is then Σ w loss / Σ w and the gradient w (p - y) / Σ w. total: what to divide by instead
    of n or Σ w, where these examples are a part of more.
    """
    n = len(labels)
    true = np.arange(n), labels
    logits -= logits.max(axis=1, keepdims=True)
    z_true = logits[true]
    highest = (logits == 0).argmax(axis=1)  # of bytes: argmax copies what lies column by column, as logits do
    correct = int(np.count_nonzero(highest == labels))
    p = np.exp(logits, out=logits)
    sums = p.sum(axis=1)
    losses = np.log(sums) - z_true
    share = 1 / (total or n) if weights is None else weights / (total or weights.sum())
    p *= (share / sums)[:, np.newaxis]
    p[true] -= share
    return float((losses * share).sum()), correct
