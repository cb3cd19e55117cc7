"""The likeliest mistakes, and what one is told: what was wrong, what is expected, what to type instead."""

import gzip
import json
import shlex
from contextlib import suppress

import click
import numpy as np
import pytest
from commands import failed, tendigits
from PIL import Image

from tendigits import DigitClassifier, InputError, Network, Settings, fit, read_image, train_and_test
from tendigits.cli.hints import EXAMPLES
from tendigits.cli.main import main
from tendigits.data.dataset import make_dataset
from tendigits.data.idx import NAMES, idx_bytes

MISTAKES = {  # what is typed: what must be in the one sentence that answers it
    "train --data digits --lr 0.1": ["no option --lr", "type --learning-rate"],
    "train --data digits --batch 32": ["no option --batch", "type --batch-size"],
    "train --data digits --learning_rate 0.1": ["no option --learning_rate", "type --learning-rate"],
    "train --data digits --epoch 3": ["no option --epoch", "type --epochs"],
    "train --data digits --output m.npz": ["no option --output", "type --out"],
    "train --data digits --quux 3": ["no option --quux", "`tendigits train --help` lists those there are"],
    "train --data digits --hidden big": ["'big' is not a layer's width", "128,64"],
    "train --data digits --optimizer sgdd": ["'sgdd' is not one of", "adam"],
    "train --data digits --out model.onnx": ["saved as .npz", "tendigits export model.npz --to onnx"],
    "train --data digits --out model.json": ["saved as .npz", "tendigits export model.npz --to json"],
    "train --data nowhere": ["nowhere"],
    "train --data digits --transposed": ["--transposed is for files"],
    "evaluate --data digits --plots picture.png": ["'picture.png' is a file"],
    "score --data digits --against --quux": ["no option --quux", "`tendigits score --help` lists those there are"],
    "train --data keras.npz --out keras.npz": ["keras.npz is to be read, and would be replaced"],
    "read picture.png --annotate ./picture.png": ["picture.png is to be read, and would be replaced"],
    "train --data page": ["web page", "download it again"],
    "train --from keras.npz --data digits": ["holds x_train, y_train, and no network", "--data"],
    "evaluate picture.png": ["picture.png is a picture, not a model", "tendigits predict picture.png"],
    "evaluate --model model.npz": ["named without an option", "tendigits evaluate MODEL"],
    "evaluate keras.npz": ["holds x_train, y_train, and no network", "tendigits train"],
    "evaluate nowhere.npz": ["nowhere.npz does not exist"],
    "info keras.npz": ["and no network of tendigits"],
    "predict https://example.org/3.png": ["an address on the web", "download the picture"],
    "predict empty": ["no pictures in the folder empty"],
    "predict nowhere.png": ["nowhere.png", "it cannot be read"],
    "predict text.png": ["text.png", "not a picture"],
    "predict": ["Missing argument", "IMAGE"],
    "export --to keras": ["'keras' is not one of", "onnx"],
    "export": ["Missing option", "--to"],
    "trian": ["No such command 'trian'"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What is at hand when one mistypes: pictures, Keras' data, a page that was to be data."""
    folder = tmp_path_factory.mktemp("mistakes")
    Image.new("L", (28, 28), 255).save(folder / "picture.png")
    np.savez(folder / "keras.npz", x_train=np.zeros((2, 28, 28), np.uint8), y_train=np.zeros(2, np.uint8))
    (folder / "text.png").write_text("no picture")
    (folder / "empty").mkdir()
    (folder / "page").mkdir()
    for name in NAMES.values():
        (folder / "page" / f"{name}.gz").write_text("<!DOCTYPE html><title>404</title>")
    return folder


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_told_in_one_sentence(folder, line):
    result = tendigits(*line.split(), cwd=folder)
    assert failed(result, 2, *MISTAKES[line])
    assert len([each for each in result.stderr.splitlines() if each.startswith("Error")]) == 1


IMAGES, LABELS = np.zeros((6, 784), np.uint8), np.arange(6) % 2
NETWORK = Network([784, 4, 2])
MISTAKES_IN_PYTHON = {
    "fit(network, images, labels)": (
        lambda: fit(NETWORK, IMAGES, LABELS),
        r"one pair: fit\(network, \(images, labels\)\)",
    ),
    "network.fit": (lambda: NETWORK.fit(IMAGES, LABELS), r"tendigits\.fit\(network, \(images, labels\)\)"),
    "a forgotten / 255": (
        lambda: fit(NETWORK, (IMAGES + 255.0, LABELS), settings=Settings(batch_size=2)),
        "divide them by 255",
    ),
    "integers": (lambda: NETWORK.predict(IMAGES.astype(int)), "uint8 pixels"),
    "one class": (lambda: train_and_test(dataset(np.zeros(20, np.uint8))), "only one class, 0"),
    "read_image of an address": (lambda: read_image("http://example.org/3.png"), "download the picture"),
    "read_image of a video": (lambda: read_image(np.zeros((2, 3, 4, 5))), r"not \(2, 3, 4, 5\)"),
    "an optimizer of another name": (lambda: Settings(optimizer="adamw"), "sgd, momentum, adam"),
    "lbfgs": (lambda: DigitClassifier(solver="lbfgs").fit(IMAGES, LABELS), "'adam'"),
}


@pytest.mark.parametrize("mistake", MISTAKES_IN_PYTHON)
@pytest.mark.filterwarnings("error")
def test_a_mistake_in_python_is_told_too(mistake):
    make, words = MISTAKES_IN_PYTHON[mistake]
    with pytest.raises((ValueError, AttributeError, UserWarning), match=words):
        make()


def dataset(labels):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (len(labels), 28, 28), np.uint8)
    arrays = {"train_images": images, "train_labels": labels, "test_images": images, "test_labels": labels}
    return make_dataset("noise", arrays)


def test_nobody_has_the_wrong_attribute():
    assert not hasattr(NETWORK, "fit")


def write_idx(folder, labels):
    folder.mkdir()
    data = dataset(np.asarray(labels, np.uint8))
    for role, name in NAMES.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(idx_bytes(getattr(data, role))))
    return folder


def test_ten_images_need_no_corrections(tmp_path):
    write_idx(tmp_path / "few", [0, 1] * 5)
    result = tendigits("train", "--data", "few", "--epochs", 2, "--hidden", "8,4", "--optimizer", "Adam", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Note: There are only 9 images to train on, fewer than the 128 of a batch" in result.stderr
    assert Network.load(tmp_path / "model.npz").sizes == [784, 8, 4, 2]


def test_a_learning_rate_that_teaches_nothing_gets_a_hint(tmp_path):
    labels = np.repeat(np.arange(10, dtype=np.uint8), 4)
    with pytest.warns(UserWarning, match="learned nothing.* learning rate 100 is probably too high.* about 0.5"):
        train_and_test(dataset(labels), Settings(epochs=2, batch_size=8, optimizer="sgd", learning_rate=100.0))


def test_classes_that_a_model_cannot_hold_are_told_before_training():
    dates = np.array(["2026-01-01", "2026-01-02"] * 10, "datetime64[D]")
    data = dataset(np.arange(20, dtype=np.uint8) % 2)
    object.__setattr__(data, "train_labels", dates)
    with pytest.raises(InputError, match=r"datetime64\[D\]\): make them texts first, labels.astype\(str\)"):
        train_and_test(data)


def test_predict_takes_what_one_has(tmp_path, monkeypatch):
    model = tmp_path / "model.npz"
    Network([784, 8, 10]).save(model)
    (tmp_path / "scans").mkdir()
    for i in range(12):
        picture = Image.new("RGB", (40, 60), "white")
        picture.paste("black", (15 + i % 3, 10, 22, 50))
        picture.save(tmp_path / "scans" / f"{i}.png")

    def files(*arguments):
        result = tendigits("predict", *arguments, "--json", cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        return [reading["file"] for reading in json.loads(result.stdout)]

    expected = [f"scans/{i}.png" for i in range(12)]
    assert [file.replace("\\", "/") for file in files("scans")] == expected
    one = str(tmp_path / "scans" / "3.png")
    for arguments in [("model.npz", one), (one, "model.npz"), ("--model", "model.npz", one), (one, "--model", model)]:
        assert files(*arguments) == [one]


def test_a_closed_stdin_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    assert failed(tendigits("predict", "-", cwd=tmp_path), 2, "stdin is closed")


@pytest.mark.parametrize("command", EXAMPLES)
def test_what_help_shows_can_be_typed(command):
    for example in EXAMPLES[command]:
        _, name, *words = shlex.split(example.partition(" >")[0])
        with suppress(click.exceptions.Exit):  # after --help
            main.commands[name].make_context(name, words)


@pytest.mark.parametrize("shape", [(8, 8), (32, 32), (20, 14)])
def test_pictures_are_brought_to_the_models_own_size(tmp_path, shape):
    network = Network([shape[0] * shape[1], 4, 3])
    if shape[0] != shape[1]:
        network.info = {"preprocessing": {"image_shape": list(shape)}}
    network.save(tmp_path / "model.npz")
    picture = np.full((60, 40), 255, np.uint8)
    picture[10:50, 18:22] = 0
    Image.fromarray(picture).save(tmp_path / "one.png")
    result = tendigits("predict", "model.npz", "one.png", "--json", cwd=tmp_path)
    (reading,) = json.loads(result.stdout)
    assert reading["probabilities"] == network.predict_proba(read_image(tmp_path / "one.png", shape))[0].tolist()
    Network([7, 2]).save(tmp_path / "features.npz")
    assert failed(tendigits("predict", "features.npz", "one.png", cwd=tmp_path), 2, "which are not an image")
