"""The draw page's scripts under Node: preparation, network and explanation equal Python's."""

import re

import numpy as np
import pytest
from golden import pictures
from gradients import gradient
from scripts import run_in_node, write, write_json

from tendigits import Network
from tendigits.analysis.attribution import contributions
from tendigits.analysis.novelty import novelty_score
from tendigits.errors import InputError
from tendigits.images.mnist_format import gray_from_rgba, to_mnist
from tendigits.models.builder import architecture
from tendigits.models.model_file import rebuild
from tendigits.nn.optimizers import SGD


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("golden")


# Preparation


def redrawn(rgba):
    try:
        return to_mnist(gray_from_rgba(rgba))
    except InputError:
        return None


@pytest.mark.parametrize("every", [6, pytest.param(1, marks=pytest.mark.slow)])
def test_prepare(folder, every):
    names, rgba = zip(*list(pictures())[::every], strict=True)
    fields = [redrawn(picture) for picture in rgba]
    starts = np.cumsum([0, *(picture.size for picture in rgba)])
    write(folder, "pictures", np.concatenate([picture.ravel() for picture in rgba]))
    write(folder, "fields", [np.zeros((28, 28), np.uint8) if field is None else field for field in fields])
    table = [
        {"name": name, "height": h, "width": w, "start": int(start), "isBlank": field is None}
        for name, (h, w, _), start, field in zip(names, (p.shape for p in rgba), starts, fields, strict=False)
    ]
    write_json(folder, "pictures", table)
    run_in_node("mnist_format.test.mjs", folder)


# Network and explanation


@pytest.fixture(scope="module")
def networks(folder, reader, mnist_or_digits):
    """Write a trained network, a deep one and a linear one, with what Python makes of the test images."""
    images, labels = mnist_or_digits.test_images[:2000], mnist_or_digits.test_labels
    write(folder, "images", images)
    write(folder, "trained-logits", reader.logits(images))
    others = {"deep": deep(), "linear": Network([784, 10], seed=2), "convolutional": convolutional()}
    for name, network in {"trained": reader, **others}.items():
        write(folder, f"{name}-params", network.params)
        explained = write_contributions(folder, name, network, images)
        step = write_step(folder, name, network, images[7], int(labels[7]))
        about = {"spec": network.spec, "n": len(images), "contributions": explained, "step": step | {"image": 7}}
        write_json(folder, name, about)


def deep():
    network = Network([784, 24, 16, 10], seed=1)
    network.params += np.random.default_rng(1).normal(0, 0.02, network.params.shape).astype(np.float32)  # biases, too
    return network


def convolutional():
    network = Network(architecture((28, 28), 10, conv="4x5 pool 6x3 pool", hidden=(12,)), seed=4)
    network.params += np.random.default_rng(2).normal(0, 0.02, network.params.shape).astype(np.float32)
    return network


def write_contributions(folder, name, network, images):
    pairs = [(image, image % 10, (image * 7 + 3) % 10) for image in range(60)]
    results = [contributions(network, images[image], self, other) for image, self, other in pairs]
    write(folder, f"{name}-contributions", [pixels for pixels, _ in results])
    return [
        {"image": image, "self": self, "other": other, "constant": constant}
        for (image, self, other), (_, constant) in zip(pairs, results, strict=True)
    ]


def write_step(folder, name, network, image, label):
    """Write the parameters after one step on one image; leave the network as it was."""
    rate, network = 0.05, rebuild(network.spec, network.params, list(network.classes), {})
    x = image.reshape(1, -1).astype(np.float32) / 255
    loss, _ = gradient(network, x, np.array([label]))
    SGD(network).step(rate)
    write(folder, f"{name}-stepped", network.params)
    return {"label": label, "rate": rate, "loss": loss}


def test_network(folder, networks):
    run_in_node("network.test.mjs", folder)


def test_explain(folder, networks, page, reader, mnist_or_digits):
    about = re.search(r'<script type="application/json" id="about">(.*?)</script>', page.html)[1]
    (folder / "about.json").write_text(about)
    write(folder, "novelty_score", novelty_score(mnist_or_digits.test_images[:60]))
    run_in_node("attribution.test.mjs", folder)
