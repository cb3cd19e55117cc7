"""The lesson and the package are each other's oracle: same start, same batches, same numbers to 1e-10."""

import ast
import json
from pathlib import Path

import numpy as np
import pytest

from tendigits import Network
from tendigits.loss import cross_entropy
from tendigits.loss import softmax as package_softmax
from tendigits.optim import SGD

NOTEBOOK = Path(__file__).parents[1] / "mnist.ipynb"
NAMES = {"init_params", "one_hot", "relu", "softmax", "cross_entropy", "forward", "backward", "update"}
SIZES = (784, 128, 10)


@pytest.fixture(scope="module")
def lesson():
    """The lesson's own functions, as the notebook file defines them."""
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    code = [ast.parse("".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
    functions = [
        node for tree in code for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in NAMES
    ]
    namespace = {"np": np}
    exec(compile(ast.Module(functions, type_ignores=[]), NOTEBOOK.name, "exec"), namespace)
    assert namespace.keys() >= NAMES
    return namespace


@pytest.fixture
def twins(lesson):
    """The lesson's parameters and a network that starts from the same ones, biases not zero."""
    rng = np.random.default_rng(0)
    params = lesson["init_params"](rng, SIZES)
    params["b1"] += 0.1 * rng.standard_normal(128)
    params["b2"] += 0.1 * rng.standard_normal(10)
    network = Network(SIZES, seed=None, dtype=np.float64)
    network.params[...] = flat(params)
    return params, network


@pytest.fixture(scope="module")
def batches():
    rng = np.random.default_rng(1)
    return [(rng.random((32, 784)), rng.integers(0, 10, 32)) for _ in range(5)]


def flat(arrays):
    return np.concatenate([arrays[name].ravel() for name in ("W1", "b1", "W2", "b2")])


def assert_same(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


def test_logits_probabilities_and_loss(lesson, twins, batches):
    params, network = twins
    X, labels = batches[0]
    logits = lesson["forward"](params, X)[-1]
    assert_same(network.forward(X), logits)
    assert_same(package_softmax(logits), lesson["softmax"](logits))
    assert_same(cross_entropy(logits, labels), lesson["cross_entropy"](logits, lesson["one_hot"](labels)))


def test_gradients_and_parameters_through_several_steps(lesson, twins, batches):
    params, network = twins
    optimizer = SGD(network)
    for X, labels in batches:
        grads = lesson["backward"](params, X, lesson["one_hot"](labels))
        network.gradient(X, labels)
        assert_same(network.grads, flat(grads))
        lesson["update"](params, grads, 0.5)
        optimizer.step(0.5)
        assert_same(network.params, flat(params))


def test_both_initialise_alike(lesson):
    params = lesson["init_params"](np.random.default_rng(0), SIZES)
    layers = Network(SIZES, seed=0).layers
    for ours, name in ((layers[0], "W1"), (layers[2], "W2")):
        assert ours.W.shape == params[name].shape
        assert ours.W.std() == pytest.approx(params[name].std(), rel=0.05)
    assert not params["b1"].any()
    assert not layers[0].b.any()
