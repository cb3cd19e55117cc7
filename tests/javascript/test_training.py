"""Training in JavaScript, under Node, equals the package's; and its bugs are those of the museum."""

import ast
from pathlib import Path

import numpy as np
import pytest
from gradients import gradient
from scripts import run_in_node, write, write_json

from tendigits import Network
from tendigits.nn.layers import LAYERS, BatchNorm, Conv2D, Flatten, Linear, MaxPool2D, ReLU, Reshape
from tendigits.nn.optimizers import SGD, Adam, Momentum

MUSEUM = Path(__file__).parents[2] / "lessons" / "bugs.py"
OPTIMIZERS = {
    "sgd": (SGD, {}, 0.2),
    "momentum": (Momentum, {"nesterov": False}, 0.05),
    "nesterov": (Momentum, {"nesterov": True}, 0.05),
    "adam": (Adam, {}, 0.001),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("training")


@pytest.fixture(scope="module")
def batches(digits, folder):
    images, labels = digits.train_images[:320], digits.train_labels[:320]
    write(folder, "batches", images)
    write_json(folder, "labels", labels.tolist())
    return images.reshape(320, 784).astype(np.float32) / 255, labels


def networks():
    pooled = [Conv2D(1, 4, 5), MaxPool2D(2), ReLU(), Conv2D(4, 6, 3, 1), ReLU(), MaxPool2D(2)]
    yield "plain", Network([784, 16, 10], seed=0)
    yield "deep", Network([784, 24, 16, 10], seed=1)
    yield "linear", Network([784, 10], seed=2)
    if "Tanh" in LAYERS:
        yield "tanh", Network([Linear(784, 16), LAYERS["Tanh"](), Linear(16, 10)], seed=5)
    yield "convolutional", Network([Reshape(28, 28, 1), *pooled, Flatten(), Linear(216, 10)], seed=3)


def write_gradients(folder, name, network, x, labels):
    write(folder, f"{name}-start", network.params)
    loss, correct = gradient(network, x[:8], labels[:8])
    write(folder, f"{name}-logits", network.forward(x[:8]))
    write(folder, f"{name}-grads", network.grads)
    return {"spec": network.spec, "loss": loss, "correct": correct}


def ten_steps(network, kind, options, rate, x, labels):
    optimizer = kind(network, **options)
    for start in range(0, 320, 32):
        gradient(network, x[start : start + 32], labels[start : start + 32])
        optimizer.step(rate)
    return network.params


def test_forward_loss_gradients_and_optimizers(folder, batches):
    gradients = {name: write_gradients(folder, name, network, *batches) for name, network in networks()}
    write_json(folder, "gradients", gradients)
    runs = {}
    for decay in 0, 0.01:
        for name, (kind, options, rate) in OPTIMIZERS.items():
            start = Network([784, 24, 16, 10], seed=1)
            run = f"{name}-{decay}"
            write(folder, f"{run}-params", ten_steps(start, kind, options | {"weight_decay": decay}, rate, *batches))
            runs[run] = {"optimizer": name, "rate": rate, "decay": decay}
    write_json(folder, "optimizers", runs)
    run_in_node("training.test.mjs", folder)


def test_batch_normalisation_forward(folder, batches):
    rng = np.random.default_rng(0)
    layers = [Reshape(28, 28, 1), Conv2D(1, 3, 5), BatchNorm(3), ReLU(), Flatten(), Linear(1728, 10)]
    network = Network(layers, seed=4)
    norm = network.layers[2]
    for values in norm.gamma, norm.beta, norm.mean, norm.var:
        values[...] = rng.uniform(0.5, 1.5, values.shape)
    write(folder, "normalised-start", network.params)
    write(folder, "normalised-logits", network.forward(batches[0][:8]))
    write_json(folder, "normalised", {"spec": network.spec})
    run_in_node("batchnorm.test.mjs", folder)


@pytest.mark.slow
def test_a_run_of_the_page_that_learns(folder, batches):
    run_in_node("run.test.mjs", folder)


# The museum


def museum():
    """The functions of the lesson, without its pictures and runs."""
    tree = ast.parse(MUSEUM.read_text("utf-8"))
    wanted = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        or (isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("EPS", "TOLERANCE"))
    ]
    names = {"np": np, "SEED": 0, "HIDDEN": 16, "LEARNING_RATE": 0.2, "BATCH_SIZE": 16, "EPOCHS": 1}
    names |= {"X_val": None, "Y_val": None, "TOLERANCE": 1e-5, "FLOOR": 1e-4}
    for node in wanted:
        exec(compile(ast.Module([node], []), str(MUSEUM), "exec"), names)
    return names


def flat(grads):
    return np.concatenate([grads[name].ravel() for name in ("W1", "b1", "W2", "b2")])


def test_every_bug_has_the_museum_s_wrong_gradient(folder, batches):
    rooms, rng = museum(), np.random.default_rng(5)
    params = rooms["init_params"](rng, (784, 16, 10))
    x, labels = batches[0][:16].astype(np.float64), batches[1][:16]
    Y = rooms["one_hot"](labels)
    early = rooms["gradient_of_step"](rooms["early_step"], 0.2)
    wrong = {
        "none": rooms["backward"](params, x, Y),
        "relu-mask": rooms["backward_ge"](params, x, Y),
        "softmax-batch": rooms["backward_batch_max"](params, x, Y),
        "bias-axis": rooms["backward_axis"](params, x, Y),
        "early-update": early(params, x, Y),
        "log-eps": rooms["backward_capped"](params, x, Y),
        "unscaled": rooms["backward"](params, x * 255, Y),
    }
    for name, grads in wrong.items():
        write(folder, f"bug-{name}", flat(grads))
    write(folder, "bugs-start", flat(params))
    write(folder, "bugs-x", x)
    about = {"spec": Network([784, 16, 10]).spec, "labels": labels.tolist(), "rate": 0.2}
    write_json(folder, "bugs", about)
    run_in_node("bugs.test.mjs", folder)
