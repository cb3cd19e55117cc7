"""Numerical gradients: the test that every backward pass must stand."""

import numpy as np

from tendigits.nn.loss import cross_entropy, softmax_cross_entropy


def gradient(network, x, labels, buffers=None, *, weights=None, total=None, rng=None):
    """Fill the network's gradients for a batch; return its loss and how many were right: a step, but for its end."""
    out, d_out = buffers(len(x)) if buffers else (None, None)
    ys = network.activations(x, out, rng)
    outcome = softmax_cross_entropy(ys[-1], labels, weights, total)
    network.backward(ys, ys[-1], d_out)
    return outcome


def bound(layer, seed=3, dtype=np.float64):
    """Give a layer parameters and gradients of its own, drawn at random."""
    rng = np.random.default_rng(seed)
    for name, shape in layer.shapes.items():
        setattr(layer, name, rng.standard_normal(shape).astype(dtype))
        setattr(layer, f"d{name}", np.zeros(shape, dtype))
    return layer


def numerical_gradient(f, vector, h=1e-6):
    """Central differences of f() along every coordinate of `vector`, which f reads."""
    gradient = np.empty_like(vector)
    for i, value in enumerate(vector.copy()):
        vector[i] = value + h
        above = f()
        vector[i] = value - h
        gradient[i] = (above - f()) / (2 * h)
        vector[i] = value
    return gradient


def directional_derivative(f, vector, direction, h=1e-6):
    """Central difference of f() along one direction: two evaluations, however many coordinates."""
    start = vector.copy()
    vector[...] = start + h * direction
    above = f()
    vector[...] = start - h * direction
    below = f()
    vector[...] = start
    return (above - below) / (2 * h)


def relative_error(ours, reference):
    return np.linalg.norm(ours - reference) / (np.linalg.norm(ours) + np.linalg.norm(reference))


def gradient_error(network, x, labels):
    """How far the network's gradient is from the numerical one, relative to their sizes."""
    gradient(network, x, labels)
    expected = numerical_gradient(lambda: cross_entropy(network.forward(x), labels), network.params)
    return relative_error(network.grads, expected)


def small_problem(layers=(6, 5, 4, 3), n=7, seed=0):
    """A small float64 network with nonzero biases, and a batch for it."""
    from tendigits import Network

    rng = np.random.default_rng(seed)
    network = Network(layers, seed=rng, dtype=np.float64)
    network.params += 0.1 * rng.standard_normal(network.params.shape)
    n_in, n_classes = network.sizes[0], network.sizes[-1]
    return network, rng.random((n, n_in)), rng.integers(0, n_classes, n)
