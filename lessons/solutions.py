"""Solutions to the exercises of all lessons that have some: one function each, in the notebooks' own terms.

Try first. A solution that you have read is worth less than a mistake that you have made.
To see a check pass, paste the function into its cell in the notebook and run the check again.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# ---------------------------------------------------------------- mnist.ipynb


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


# ---------------------------------------------------------------- convolution.ipynb


def map_side(side, k, padding=0, stride=1):
    """Exercise 1: one place at the start, and one more for each whole step that is left."""
    return (side + 2 * padding - k) // stride + 1


def pad_same(x, k):
    """Exercise 2: a window of k makes the map k - 1 smaller, so half of that is added on each side."""
    margin = k // 2
    return np.pad(x, ((0, 0), (margin, margin), (margin, margin), (0, 0)))


def receptive_field(layers):
    """Exercise 3: each layer adds k - 1 steps, and a step is as long as all strides before it, multiplied."""
    width, step = 1, 1
    for k, stride in layers:
        width += (k - 1) * step
        step *= stride
    return width


def mean_pool_backward(dp):
    """Exercise 4: each pixel of a field moves the mean by a quarter."""
    return np.repeat(np.repeat(dp / 4, 2, axis=1), 2, axis=2)


def strided_convolve(x, W, b, k, stride):
    """Exercise 5: take every stride-th window before anything is copied, so that nothing is computed in vain."""
    view = sliding_window_view(x, (k, k), axis=(1, 2))[:, ::stride, ::stride]
    rows = view.transpose(0, 1, 2, 4, 5, 3).reshape(*view.shape[:3], len(W))
    return rows @ W + b


def input_gradient_by_convolution(dz, W, k):
    """Exercise 6: frame dz with zeros, turn the filters by half a turn, exchange channels and filters."""
    framed = np.pad(dz, ((0, 0), (k - 1, k - 1), (k - 1, k - 1), (0, 0)))
    boxes = W.reshape(k, k, -1, W.shape[1])[::-1, ::-1]  # (k, k, channels, filters), first and last exchanged
    turned = boxes.swapaxes(2, 3).reshape(k * k * W.shape[1], -1)
    return strided_convolve(framed, turned, 0, k, stride=1)


# ---------------------------------------------------------------- autograd.ipynb


def tanh_tensor(x):
    """Exercise 1: tanh, and on the way back its slope, which the result already tells."""
    y = np.tanh(x.data)
    return Tensor(y, [(x, lambda g: g * (1 - y**2))], "tanh")  # noqa: F821 - the notebook's own class


def mean_tensor(x, axis):
    """Exercise 2: the sum, divided by the length of the axis; both know their way back."""
    return x.sum(axis=axis) * (1 / x.data.shape[axis])


# ---------------------------------------------------------------- generalisation.ipynb


def kept_epoch(losses, patience):
    """Exercise 1: remember the best epoch, and stop when it lies as many epochs back as there is patience."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best == patience:
            break
    return best


def adamw(w, g, memory, rate, decay):
    """Exercise 2: Adam sees the slope alone; the decay is taken from the old weights."""
    return adam(w, g, memory, rate) - rate * decay * w  # noqa: F821 - the notebook's own function


# ---------------------------------------------------------------- certainty.ipynb


def brier_score(p, labels):
    """Exercise 1: the sum over the classes, then the mean over the images."""
    return ((p - np.eye(p.shape[1])[labels]) ** 2).sum(axis=1).mean()


def largest_coverage(p, labels, allowed):
    """Exercise 2: the share of mistakes after each answer, surest first; the last place where it is small enough."""
    surest_first = np.argsort(-p.max(axis=1))
    wrong = (p.argmax(axis=1) != labels)[surest_first]
    answered = np.arange(1, len(wrong) + 1)
    allowed_places = np.flatnonzero(np.cumsum(wrong) <= allowed * answered)
    return (allowed_places[-1] + 1) / len(labels) if len(allowed_places) else 0.0
