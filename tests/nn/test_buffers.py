"""Buffers: where a step's results go, so that nothing of a batch's size is allocated."""

import itertools
import tracemalloc

import numpy as np
import pytest
from gradients import gradient, small_problem

from tendigits import Network
from tendigits.nn.buffers import Buffers
from tendigits.nn.layers import Conv2D, Dropout, Flatten, Linear, MaxPool2D, ReLU, Reshape
from tendigits.nn.optimizers import SGD


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_all_arithmetic_has_the_networks_dtype(dtype):
    network = Network([4, 3, 2], dtype=dtype)
    buffers = Buffers(network, 5)
    gradient(network, np.ones((5, 4), dtype), np.zeros(5, int), buffers)
    assert {a.dtype for a in [network.grads, *itertools.chain(*buffers(5))]} == {np.dtype(dtype)}


def test_buffers_change_where_results_go_and_nothing_else():
    network, x, labels = small_problem((6, 5, 4, 3))
    plain = gradient(network, x, labels)
    expected = network.grads.copy()
    network.grads[...] = np.nan
    assert gradient(network, x, labels, Buffers(network, len(x))) == pytest.approx(plain, rel=1e-12)
    np.testing.assert_allclose(network.grads, expected, rtol=1e-10, atol=1e-14)


def test_steps_after_the_first_allocate_nothing_of_batch_size():
    n = 512
    network = Network([784, 128, 10])
    buffers, optimizer = Buffers(network, n), SGD(network)
    x, labels = np.random.default_rng(0).random((n, 784), dtype=np.float32), np.arange(n) % 10
    gradient(network, x, labels, buffers)
    tracemalloc.start()
    for _ in range(3):
        gradient(network, x, labels, buffers)
        optimizer.step(0.1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    hidden_layer = n * 128 * 4
    assert peak < hidden_layer / 2, "a byte for each unit, the labels' and the softmax's few numbers, and no more"


def test_memory_is_shared_where_a_layer_may_write_over_its_input_and_no_one_looks_back():
    layers = [Reshape(6, 6), Conv2D(1, 2, 3), ReLU(), MaxPool2D(2), ReLU(), Flatten(), Dropout(0.5), Linear(8, 3)]
    buffers = Buffers(Network(layers), 4)
    ys, _ = buffers(4)
    shared = [np.shares_memory(y, before) for before, y in itertools.pairwise(ys)]
    #        Conv2D ReLU   Pool   ReLU   Flatten Dropout Linear: pooling and ReLU look at what they put out
    assert shared == [False, True, False, False, False, True, False]


def test_an_activation_writes_over_the_output_of_the_layer_before_it():
    ys, dys = Buffers(Network([6, 5, 3]), 4)(4)
    assert np.shares_memory(ys[0], ys[1])
    assert np.shares_memory(dys[0], dys[1])


def test_a_smaller_batch_fills_the_beginning_of_the_same_arrays():
    network, x, labels = small_problem((6, 5, 3))
    buffers = Buffers(network, len(x))
    gradient(network, x, labels, buffers)
    gradient(network, x[:2], labels[:2], buffers)
    ours = network.grads.copy()
    gradient(network, x[:2], labels[:2])
    np.testing.assert_allclose(ours, network.grads, rtol=1e-10, atol=1e-14)
