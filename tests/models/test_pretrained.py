"""The network in the box: it is there, it is the one it says it is, and it reads."""

import hashlib

import numpy as np
import pytest
from click.testing import CliRunner
from drawing import drawn

from tendigits import load_pretrained
from tendigits.analysis.evaluate import evaluate
from tendigits.cli.main import main
from tendigits.data.dataset import class_index
from tendigits.images.mnist_format import to_mnist
from tendigits.models.pretrained import PATH

SHA256 = "5da7982a310ba07ed9487a16cc2ae522c6a2d82ab0e9404d1b6bd13ba249975b"


def test_it_is_the_network_that_was_released():
    assert hashlib.sha256(load_pretrained().params.tobytes()).hexdigest() == SHA256
    assert PATH.stat().st_size <= 450_000


def test_it_says_how_it_was_made():
    info = load_pretrained().info
    assert "--recipe hands --seed 0" in info["command"]
    assert info["data"]["name"] == "mnist+digits+strokes"
    assert {"data", "training", "results", "versions"} <= set(info)


def test_its_stated_accuracy_is_true(real_mnist):
    network = load_pretrained()
    labels = class_index(real_mnist.test_labels, network.classes)
    accuracy = evaluate(network, real_mnist.test_images, labels).accuracy
    assert accuracy == pytest.approx(network.info["results"]["test_accuracy"], abs=1e-4)  # a tie, on another machine
    assert accuracy >= 0.99


def test_it_reads_a_drawing():
    assert load_pretrained().predict(to_mnist(drawn())[np.newaxis]) == [7]


@pytest.mark.parametrize("arguments", [["info"], ["evaluate", "--data", "digits"]])
def test_commands_without_a_model_mean_it(arguments):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output


def test_predict_without_a_model(tmp_path):
    from PIL import Image

    Image.fromarray(drawn()).save(tmp_path / "seven.png")
    result = CliRunner().invoke(main, ["predict", str(tmp_path / "seven.png")])
    assert ": 7 " in result.output
