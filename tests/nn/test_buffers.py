"""The workspace: where a step's results go, so that nothing of a batch's size is allocated."""

import tracemalloc

import numpy as np
import pytest
from gradients import small_problem

from tendigits import Network
from tendigits.nn.buffers import Workspace
from tendigits.nn.layers import Conv2D, Dropout, Flatten, Linear, MaxPool2D, ReLU, Reshape
from tendigits.nn.optimizers import SGD


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_all_arithmetic_has_the_networks_dtype(dtype):
    network = Network([4, 3, 2], dtype=dtype)
    workspace = Workspace(network, 5)
    network.gradient(np.ones((5, 4), dtype), np.zeros(5, int), workspace)
    assert {a.dtype for a in [network.grads, *workspace.ys, *workspace.dys]} == {np.dtype(dtype)}


def test_a_workspace_changes_where_results_go_and_nothing_else():
    network, x, labels = small_problem((6, 5, 4, 3))
    plain = network.gradient(x, labels)
    expected = network.grads.copy()
    network.grads[...] = np.nan
    assert network.gradient(x, labels, Workspace(network, len(x))) == pytest.approx(plain, rel=1e-12)
    np.testing.assert_allclose(network.grads, expected, rtol=1e-10, atol=1e-14)


def test_steps_after_the_first_allocate_nothing_of_batch_size():
    n = 512
    network = Network([784, 128, 10])
    workspace, optimizer = Workspace(network, n), SGD(network)
    x, labels = np.random.default_rng(0).random((n, 784), dtype=np.float32), np.arange(n) % 10
    network.gradient(x, labels, workspace)
    tracemalloc.start()
    for _ in range(3):
        network.gradient(x, labels, workspace)
        optimizer.step(0.1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    smallest_activation = n * 10 * 4
    assert peak < 2 * smallest_activation, "the labels' and the softmax's few numbers per example, and no more"


def test_memory_is_shared_where_a_layer_may_write_over_its_input_and_no_one_looks_back():
    layers = [Reshape(6, 6), Conv2D(1, 2, 3), ReLU(), MaxPool2D(2), ReLU(), Flatten(), Dropout(0.5), Linear(8, 3)]
    workspace = Workspace(Network(layers), 4)
    shared = [np.shares_memory(y, before) for before, y in zip(workspace.ys, workspace.ys[1:], strict=False)]
    #        Conv2D ReLU  Pool   ReLU   Flatten Dropout Linear: pooling and ReLU look at what they put out, and
    # what Flatten puts out is the same memory
    assert shared == [False, True, False, False, True, False, False]
