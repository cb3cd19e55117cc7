"""The lessons and the package are each other's oracle: same start, same batches, same numbers to 1e-10.

PyTorch, where it is installed, is the judge of the chapter on convolution as well.
"""

import ast
import json
from pathlib import Path

import numpy as np
import pytest
from gradients import bound, gradient
from numpy.lib.stride_tricks import sliding_window_view

from tendigits import Network
from tendigits.nn.layers import Conv2D, Flatten, Linear, MaxPool2D, ReLU, Reshape
from tendigits.nn.loss import cross_entropy
from tendigits.nn.loss import softmax as package_softmax
from tendigits.nn.optimizers import SGD, Adam, Momentum

ROOT = Path(__file__).parents[2]
NAMES = {"init_params", "one_hot", "relu", "softmax", "cross_entropy", "forward", "backward", "update"}
SIZES = (784, 128, 10)


def functions_of(notebook):
    """Return a notebook's own functions, as its file defines them."""
    cells = json.loads((ROOT / notebook).read_text("utf-8"))["cells"]
    code = [ast.parse("".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
    functions = [node for tree in code for node in tree.body if isinstance(node, ast.FunctionDef)]
    namespace = {"np": np, "sliding_window_view": sliding_window_view}
    exec(compile(ast.Module(functions, type_ignores=[]), notebook, "exec"), namespace)
    return namespace


@pytest.fixture(scope="module")
def lesson():
    lesson = functions_of("mnist.ipynb")
    assert lesson.keys() >= NAMES
    return lesson


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
    return np.concatenate([arrays[name].ravel() for name in sorted(arrays, key=lambda name: (name[1], name[0]))])


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
        gradient(network, X, labels)
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


# ---------------------------------------------------------------- the chapter on convolution


@pytest.fixture(scope="module")
def chapter():
    chapter = functions_of("lessons/convolution.ipynb")
    chapter["K"] = 5
    return chapter


@pytest.fixture
def images():
    """Twelve images with as much paper beside paper as real ones have, and their labels."""
    rng = np.random.default_rng(2)
    return np.maximum(rng.random((12, 28, 28, 1)) - 0.5, 0) * (rng.random((12, 28, 28, 1)) < 0.3), np.arange(12) % 10


@pytest.fixture
def cnn(chapter):
    """The chapter's parameters in float64, biases not zero."""
    rng = np.random.default_rng(3)
    params = chapter["init"](rng, [(25, 8), (200, 16), (256, 10)])
    return {name: value + 0.1 * rng.standard_normal(value.shape) for name, value in params.items()}


def test_convolution_and_pooling_are_the_packages_layers(chapter):
    rng = np.random.default_rng(4)
    x, W, b, dz = (rng.standard_normal(shape) for shape in [(3, 9, 8, 2), (18, 4), (4,), (3, 7, 6, 4)])
    layer = Conv2D(2, 4, 3)
    bound(layer).W[...], layer.b[...] = W, b
    z = chapter["convolve"](x, W, b, 3)
    layer.backward_params(x, dz)
    assert_same(layer.forward(x), z)
    for ours, theirs in zip((layer.dW, layer.db), chapter["filter_gradients"](x, dz, 3), strict=True):
        assert_same(ours, theirs)
    assert_same(layer.backward_input(x, z, dz), chapter["input_gradient"](dz, W, x.shape, 3))
    ties = rng.integers(0, 3, (3, 8, 6, 4)).astype(float)
    p, dp = chapter["pool"](ties), rng.standard_normal((3, 4, 3, 4))
    assert_same(MaxPool2D(2).forward(ties), p)
    assert_same(MaxPool2D(2).backward_input(ties, p, dp), chapter["pool_backward"](dp, ties, p))


def test_a_convolutional_network_through_several_steps(lesson, chapter, cnn, images):
    convolutional = [Conv2D(1, 8, 5), MaxPool2D(2), ReLU(), Conv2D(8, 16, 5), MaxPool2D(2), ReLU()]
    network = Network([Reshape(28, 28), *convolutional, Flatten(), Linear(256, 10)], dtype=np.float64)
    network.params[...] = flat(cnn)
    X, labels = images
    optimizer = SGD(network)
    for _ in range(3):
        assert_same(network.forward(X.reshape(-1, 784)), chapter["forward"](cnn, X)[-1])
        grads = chapter["backward"](cnn, X, np.eye(10)[labels])
        gradient(network, X.reshape(-1, 784), labels)
        assert_same(network.grads, flat(grads))
        lesson["update"](cnn, grads, 0.1)
        optimizer.step(0.1)
    assert_same(network.params, flat(cnn))


def test_a_convolutional_network_is_pytorchs(chapter, cnn, images):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    functional = torch.nn.functional
    X, labels = images
    theirs = {name: torch.tensor(value, requires_grad=True) for name, value in cnn.items()}

    def layer(x, i):
        """Convolve, pool, bend; PyTorch puts the filters, and the channels, first."""
        boxes = theirs[f"W{i}"].reshape(5, 5, x.shape[1], -1).permute(3, 2, 0, 1)
        return functional.relu(functional.max_pool2d(functional.conv2d(x, boxes, theirs[f"b{i}"]), 2))

    maps = layer(layer(torch.tensor(X).permute(0, 3, 1, 2), 1), 2)
    logits = maps.permute(0, 2, 3, 1).flatten(1) @ theirs["W3"] + theirs["b3"]
    functional.cross_entropy(logits, torch.tensor(labels)).backward()
    assert_same(chapter["forward"](cnn, X)[-1], logits.detach().numpy())
    for name, grad in chapter["backward"](cnn, X, np.eye(10)[labels]).items():
        assert_same(grad, theirs[name].grad.numpy())


def test_of_equal_pixels_the_same_one_wins_as_in_pytorch(chapter):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    rng = np.random.default_rng(5)
    x, dp = rng.integers(0, 3, (3, 8, 6, 4)).astype(float), rng.standard_normal((3, 4, 3, 4))
    theirs = torch.tensor(x, requires_grad=True)
    p = torch.nn.functional.max_pool2d(theirs.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)
    p.backward(torch.tensor(dp))
    assert_same(chapter["pool_backward"](dp, x, chapter["pool"](x)), theirs.grad.numpy())


# ---------------------------------------------------------------- the chapters on autograd and on generalisation


@pytest.fixture(scope="module")
def autograd():
    """The chapter's functions, its Tensor, and the methods that it gives to it."""
    cells = json.loads((ROOT / "lessons/autograd.ipynb").read_text("utf-8"))["cells"]
    code = [ast.parse("".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
    defined = [
        node for tree in code for node in tree.body if ast.unparse(node).startswith(("def ", "class ", "Tensor."))
    ]
    namespace = {"np": np}
    exec(compile(ast.Module(defined, type_ignores=[]), "autograd.ipynb", "exec"), namespace)
    return namespace


def test_automatic_gradients_are_the_packages(autograd, twins, batches):
    params, network = twins
    for X, labels in batches:
        grads, loss = autograd["gradients"](params, X, np.eye(10)[labels])
        assert_same(loss, cross_entropy(network.forward(X), labels))
        gradient(network, X, labels)
        np.testing.assert_allclose(network.grads, flat(grads), rtol=0, atol=1e-12)


def test_automatic_gradients_are_pytorchs(autograd):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    rng = np.random.default_rng(6)
    start = [rng.uniform(0.5, 2, shape) for shape in [(4, 3), (3, 5), (5,), (4, 1)]]

    def computed(a, b, c, d, log, exp):
        z = a @ b + c
        return (log(z) * exp(d * -1) / (z + 2) - z**3).sum(), (a, b, c, d)

    ours, inputs = computed(*map(autograd["Tensor"], start), autograd["log"], autograd["exp"])
    ours.backward()
    theirs, tensors = computed(*(torch.tensor(x, requires_grad=True) for x in start), torch.log, torch.exp)
    theirs.backward()
    assert_same(ours.data, theirs.item())
    for x, y in zip(inputs, tensors, strict=True):
        assert_same(x.grad, y.grad.numpy())


def test_the_chapters_optimisers_are_the_packages():
    chapter = functions_of("lessons/generalisation.ipynb")
    network = Network((5, 4, 3), seed=0, dtype=np.float64)
    optimizers: dict = {"sgd": SGD(network), "momentum": Momentum(network, nesterov=False), "adam": Adam(network)}
    rng = np.random.default_rng(7)
    for name, optimizer in optimizers.items():
        w, memory = network.params.copy(), {}
        for _ in range(5):
            network.grads[...] = rng.normal(size=w.shape)
            w = chapter[name](w, network.grads.copy(), memory, 0.01)
            optimizer.step(0.01)
            np.testing.assert_allclose(network.params, w, rtol=1e-6, atol=1e-9)
