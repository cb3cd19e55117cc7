"""The networks in the box: they are there, they are what they say they are, and they read."""

import hashlib

import numpy as np
import pytest
from click.testing import CliRunner
from drawing import drawn

from tendigits import InputError, load_pretrained
from tendigits.analysis.evaluate import evaluate
from tendigits.cli.main import main
from tendigits.data.dataset import class_index
from tendigits.images.mnist_format import to_mnist
from tendigits.models.pretrained import PATHS

SHA256 = {
    "hands": "0c6407c24f486878a513a6e97ed9011c419df1359169fee505ea765d0599a8e4",
    "reader": "f0e63a11a8048c22661f4ff889ac9607c24c5a7686038e791d9ac296e91db740",
}
each_network = pytest.mark.parametrize("name", PATHS)


@each_network
def test_it_is_the_network_that_was_released(name):
    assert hashlib.sha256(load_pretrained(name).params.tobytes()).hexdigest() == SHA256[name]
    assert PATHS[name].stat().st_size <= 450_000


@each_network
def test_it_says_how_it_was_made(name):
    info = load_pretrained(name).info
    assert f"--recipe {name} --seed 0" in info["command"]
    assert info["data"]["name"] == "mnist+digits+strokes"
    assert {"data", "training", "results", "versions"} <= set(info)


@each_network
def test_its_stated_accuracy_is_true(real_mnist, name):
    network = load_pretrained(name)
    labels = class_index(real_mnist.test_labels, network.classes)
    accuracy = evaluate(network, real_mnist.test_images, labels).accuracy
    assert accuracy == pytest.approx(network.info["results"]["test_accuracy"], abs=1e-4)  # a tie, on another machine
    assert accuracy >= 0.99


def test_hands_is_the_network_of_the_lesson():
    assert load_pretrained().spec == [["Linear", 784, 128], ["ReLU"], ["Linear", 128, 10]]


def test_another_name_is_refused():
    with pytest.raises(InputError, match="no pretrained network 'best': choose one of hands, reader"):
        load_pretrained("best")


@each_network
def test_it_reads_a_drawing(name):
    assert load_pretrained(name).predict(to_mnist(drawn())[np.newaxis]) == [7]


@pytest.mark.parametrize("arguments", [["info"], ["evaluate", "--data", "digits"]])
def test_commands_without_a_model_mean_it(arguments):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output


def test_commands_know_them_by_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in PATHS:
        result = CliRunner().invoke(main, ["info", name])
        assert f"--recipe {name}" in result.output
    load_pretrained("reader").save("hands")  # a file of that name comes first
    assert "--recipe reader" in CliRunner().invoke(main, ["info", "hands"]).output


def test_predict_without_a_model(tmp_path):
    from PIL import Image

    Image.fromarray(drawn()).save(tmp_path / "seven.png")
    result = CliRunner().invoke(main, ["predict", str(tmp_path / "seven.png")])
    assert ": 7 " in result.output
