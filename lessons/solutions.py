"""Solutions to the exercises at the end of `mnist.ipynb`: one function each, in the notebook's own terms.

Try first. A solution that you have read is worth less than a mistake that you have made.
To see a check pass, paste the function into its cell in the notebook and run the check again.
"""

import numpy as np


def count_parameters(sizes):
    """Exercise 1: between neighbours, a weight for each pair and a bias for each output."""
    return sum(n_in * n_out + n_out for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True))


def tanh_backward(da, a):
    """Exercise 2: the slopes from behind, times tanh's own slope, which its output already tells."""
    return da * (1 - a**2)


def top_k_accuracy(logits, labels, k):
    """Exercise 3: sort each row, keep the last k places, and ask whether the label is among them."""
    best = np.argsort(logits, axis=1)[:, -k:]
    return (best == labels[:, None]).any(axis=1).mean()


def momentum_update(params, grads, velocity, learning_rate, beta=0.9):
    """Exercise 4: first the velocity, then the step; `[...] =` writes into the array that is there."""
    for name in params:
        velocity[name][...] = beta * velocity[name] + grads[name]
        params[name] -= learning_rate * velocity[name]


def with_weight_decay(params, grads, strength):
    """Exercise 5: the slope of strength / 2 * W**2 is strength * W; biases are left alone."""
    return {name: grad + strength * params[name] if name.startswith("W") else grad.copy()
            for name, grad in grads.items()}


def backward_three_layers(params, X, Y):
    """Exercise 6: the lesson's five lines, with one more layer in the middle."""
    z1 = X @ params["W1"] + params["b1"]
    a1 = np.maximum(z1, 0)
    z2 = a1 @ params["W2"] + params["b2"]
    a2 = np.maximum(z2, 0)
    logits = a2 @ params["W3"] + params["b3"]
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)

    dlogits = (p - Y) / len(X)
    dz2 = (dlogits @ params["W3"].T) * (z2 > 0)
    dz1 = (dz2 @ params["W2"].T) * (z1 > 0)
    return {"W1": X.T @ dz1, "b1": dz1.sum(axis=0),
            "W2": a1.T @ dz2, "b2": dz2.sum(axis=0),
            "W3": a2.T @ dlogits, "b3": dlogits.sum(axis=0)}
