"""Optimizers against their textbook formulas, and schedules at their corners."""

import numpy as np
import pytest

from tendigits import Network
from tendigits.nn.layers import Conv2D, Flatten, Linear, Reshape
from tendigits.nn.optimizers import OPTIMIZERS, SGD, Adam, Momentum
from tendigits.nn.schedules import SCHEDULES

RATE, DECAY = 0.1, 0.01


def descend(optimizer_type, steps=5, **options):
    """Run steps with made-up gradients; return the parameters along the way and those gradients."""
    rng = np.random.default_rng(0)
    network = Network([3, 2], seed=1, dtype=np.float64)
    optimizer = optimizer_type(network, **options)
    path, gradients = [network.params.copy()], rng.standard_normal((steps, network.params.size))
    for gradient in gradients:
        network.grads[...] = gradient
        optimizer.step(RATE)
        path.append(network.params.copy())
    return path, gradients


def test_sgd():
    path, gradients = descend(SGD)
    np.testing.assert_allclose(path[-1], path[0] - RATE * gradients.sum(axis=0))


@pytest.mark.parametrize("nesterov", [False, True])
def test_momentum(nesterov):
    path, gradients = descend(Momentum, nesterov=nesterov)
    theta, v = path[0], 0
    for g in gradients:
        v = 0.9 * v - RATE * g
        theta = theta + (0.9 * v - RATE * g if nesterov else v)
    np.testing.assert_allclose(path[-1], theta)


def test_momentum_is_nesterovs_unless_told_otherwise():
    np.testing.assert_array_equal(descend(Momentum)[0], descend(Momentum, nesterov=True)[0])


def test_adam():
    path, gradients = descend(Adam)
    theta, m, v = path[0], 0, 0
    for t, g in enumerate(gradients, start=1):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        theta = theta - RATE * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    np.testing.assert_allclose(path[-1], theta)


@pytest.mark.parametrize("optimizer_type", OPTIMIZERS.values())
def test_weight_decay_shrinks_weights_and_spares_biases(optimizer_type):
    network = Network([3, 2], dtype=np.float64)
    network.params[...] = 1
    optimizer_type(network, weight_decay=DECAY).step(RATE)
    np.testing.assert_allclose(network.layers[0].W, 1 - RATE * DECAY)
    np.testing.assert_array_equal(network.layers[0].b, 1)


@pytest.mark.parametrize("optimizer_type", OPTIMIZERS.values())
def test_a_float32_network_stays_float32(optimizer_type):
    network = Network([3, 2])
    optimizer = optimizer_type(network)
    network.grads[...] = 1
    optimizer.step(RATE)
    assert {vector.dtype for vector in [network.params, *optimizer.state.values()]} == {np.dtype(np.float32)}


@pytest.mark.parametrize("optimizer_type", OPTIMIZERS.values())
def test_parameters_are_moved_in_place(optimizer_type):
    network = Network([3, 2])
    before = network.params
    optimizer = optimizer_type(network)
    network.grads[...] = 1
    optimizer.step(RATE)
    assert network.params is before
    assert np.shares_memory(network.layers[0].W, network.params)


def test_momentum_never_becomes_subnormal():
    network = Network([3, 2], seed=None)
    optimizer = Momentum(network)
    velocity = optimizer.state["velocity"]
    network.grads[...] = 1e-20
    optimizer.step(RATE)
    for _ in range(2000):
        network.grads[...] = 0
        optimizer.step(RATE)
        smallest = np.abs(velocity[velocity != 0]).min(initial=1)
        assert smallest >= np.finfo(np.float32).tiny
    assert not velocity.any()


@pytest.mark.parametrize(
    ("name", "begin", "middle", "end"),
    [("constant", 1, 1, 1), ("step", 1, 0.1, 0.01), ("cosine", 1, 0.5, 0), ("one-cycle", 0.04, 0.625, 0)],
)
def test_schedules(name, begin, middle, end):
    schedule = SCHEDULES[name]
    assert [schedule(0), schedule(0.5), schedule(1)] == pytest.approx([begin, middle, end])
    assert all(0 <= schedule(i / 100) <= 1 for i in range(101))


def test_one_cycle_rises_in_a_straight_line_and_peaks_at_the_end_of_its_warm_up():
    assert [SCHEDULES["one-cycle"](progress) for progress in (0.05, 0.1, 0.2)] == pytest.approx([0.28, 0.52, 1])


def test_step_falls_at_half_time_and_at_three_quarters_and_not_before():
    assert [SCHEDULES["step"](progress) for progress in (0.49, 0.5, 0.74, 0.75)] == [1, 0.1, 0.1, 0.01]


def test_the_l2_penalty_adds_to_loss_and_gradient_and_spares_biases():
    network = Network([3, 2], dtype=np.float64)
    network.grads[...] = 1
    W = network.layers[0].W
    assert SGD(network).penalize(0.1) == pytest.approx(0.05 * (W**2).sum())
    np.testing.assert_allclose(network.layers[0].dW, 1 + 0.1 * W)
    np.testing.assert_array_equal(network.layers[0].db, 1)


def test_weight_decay_comes_before_the_step():
    network = Network([1, 1], seed=None, dtype=np.float64)
    network.params[...] = 1
    network.grads[...] = 1
    SGD(network, weight_decay=DECAY).step(RATE)
    assert network.layers[0].W[0, 0] == pytest.approx(1 - RATE * DECAY - RATE, abs=1e-15)


def test_weight_decay_shrinks_convolutions_too():
    network = Network([Reshape(4, 4), Conv2D(1, 2, 3), Flatten(), Linear(8, 2)], dtype=np.float64)
    network.params[...] = 1
    SGD(network, weight_decay=DECAY).step(RATE)
    for layer in (network.layers[1], network.layers[3]):
        np.testing.assert_allclose(layer.W, 1 - RATE * DECAY)
        np.testing.assert_array_equal(layer.b, 1)


def test_the_sweep_spares_what_is_not_tiny():
    network = Network([3, 2], seed=None)
    optimizer = Momentum(network)
    for _ in range(100):
        network.grads[...] = 1
        optimizer.step(RATE)
    np.testing.assert_allclose(optimizer.state["velocity"], -RATE * (1 - 0.9**100) / (1 - 0.9), rtol=1e-5)


def test_learning_rates_where_the_caller_names_none():
    assert {name: kind.learning_rate for name, kind in OPTIMIZERS.items()} == {
        "sgd": 0.5,
        "momentum": 0.2,
        "adam": 0.001,
    }


def test_an_optimizer_says_how_far_it_is():
    optimizer = SGD(Network([3, 2]))
    optimizer.step(RATE)
    assert repr(optimizer) == "SGD(8 parameters, 1 steps taken)"
