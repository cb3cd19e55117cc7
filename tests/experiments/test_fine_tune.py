"""Fine-tuning: a hand of its own is learned, and what is known is not forgotten."""

import json
from dataclasses import replace

import numpy as np
import pytest
from commands import failed, tendigits
from PIL import Image

from tendigits import DataUnavailable, InputError, Network, load_pretrained
from tendigits.data.dataset import make_dataset
from tendigits.data.idx import NAMES
from tendigits.data.strokes import write_path
from tendigits.experiments import fine_tune as module
from tendigits.experiments.fine_tune import OPTIONS, fine_tune, known_data
from tendigits.training.recipes import training

ODD = {  # an odd 1, 4 and 9
    1: "12,95 46,5! 54,5 88,95",
    4: "66,5 22,52 34,66 82,56 | 84,30 44,95",
    9: "62,34 40,8 22,30 42,50 62,32! 58,80 70,95 90,84",
}
QUICK = training(**OPTIONS | {"epochs": 2})["settings"]


def hand(n_train=10, n_test=40, labels=tuple(ODD), seed=0):
    """A data set of one person's 1s, 4s and 9s."""
    rng = np.random.default_rng(seed)
    parts = []
    for n in (n_train, n_test):
        parts += [np.concatenate([write_path(ODD[label], n, rng) for label in labels])]
        parts += [np.repeat(np.array(labels, np.uint8), n)]
    return make_dataset("hand", dict(zip(NAMES, parts, strict=True)))


@pytest.fixture(scope="module")
def result(digits):
    return fine_tune(load_pretrained(), hand(), digits, QUICK, progress=False)


def test_a_hand_is_learned_and_little_forgotten(result):
    assert result.before.accuracy < 0.9
    assert result.after.accuracy > result.before.accuracy + 0.1
    assert result.known == "digits"
    assert result.forgotten < 0.02
    assert len(result.history) == 2


def test_the_model_says_how_it_came_about(result):
    info = result.network.info
    assert info["data"]["name"] == "hand+digits"
    assert info["training"]["from"] == "mnist+digits+strokes"
    assert info["training"]["rehearsed"] == "digits"
    assert info["preprocessing"]["orientation"] == "upright"
    assert info["results"]["known_before"] == result.known_before
    assert result.network.novelty is not None


def test_the_network_it_began_with_stays_as_it_was(result, digits):
    network = load_pretrained()
    before = network.params.copy()
    again = fine_tune(network, hand(), digits, QUICK, progress=False)
    np.testing.assert_array_equal(network.params, before)
    np.testing.assert_array_equal(again.network.params, result.network.params)  # the same seed, the same bits


def test_what_it_learned_from_is_rehearsed_else_the_bundled_digits(monkeypatch, digits):
    at_hand = {"digits", "strokes"}

    def named(*sources):
        if at_hand.issuperset(sources):
            return replace(digits, name="+".join(sources))
        raise DataUnavailable("no connection")

    monkeypatch.setattr(module, "load", named)
    network = load_pretrained()
    assert known_data(network).name == "digits", "MNIST, from which it learned too, cannot be had"
    for name, known in ("sheets+strokes", "strokes"), ("sheets", "digits"):
        network.info["data"]["name"] = name
        assert known_data(network).name == known
    network.info = {}
    assert known_data(network).name == "digits"


def test_a_network_of_other_classes_rehearses_nothing():
    network = Network([784, 8, 3])
    network.classes = np.array(["A", "B", "C"])
    assert known_data(network) is None
    with pytest.raises(InputError, match="hand holds other classes than the model"):
        fine_tune(network, hand(), None)


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match="images of 28 × 28, but the model reads 64 pixels"):
        fine_tune(Network([64, 10]), hand(), None)
    with pytest.raises(InputError, match="ensemble"):
        fine_tune(Network.ensemble([Network([784, 10]), Network([784, 10])]), hand(), None)


# ------------------------------------------------------------------ the command


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a model that knows nothing of MNIST, and listed pictures of two writers."""
    folder = tmp_path_factory.mktemp("place")
    network = load_pretrained()
    network.info["data"]["name"] = "digits"
    network.save(folder / "base.npz")
    data = hand(12, 1)
    lines = ["file,label,writer"]
    for i, (image, label) in enumerate(zip(data.train_images, data.train_labels, strict=True)):
        Image.fromarray(image).save(folder / f"{i}.png")
        lines.append(f"{i}.png,{label},{'bo' if i % 4 == 0 else 'ada'}")
    (folder / "labels.csv").write_text("\n".join(lines))
    return folder


def test_train_from_a_model(place):
    options = ("--data", ".", "--from", "base.npz", "--epochs", "2", "--out", "own.npz")
    result = tendigits("train", *options, cwd=place)
    assert result.returncode == 0, result.stderr
    assert "Going on from base.npz" in result.stdout
    assert "rehearsing digits" in result.stdout
    assert "Before: " in result.stdout
    assert "On digits: " in result.stdout
    assert Network.load(place / "own.npz").info["training"]["learning_rate"] == OPTIONS["learning_rate"]
    summary = json.loads(tendigits("train", *options, "--json", cwd=place).stdout)
    assert summary["known_before"] - summary["known_after"] == pytest.approx(summary["forgotten"])


def test_layers_beside_from(place):
    start = ("train", "--data", "digits", "--from", "base.npz")
    failed(tendigits(*start, "--hidden", "64", cwd=place), 2, "--from keeps the layers of its model (784-128-10)")
    failed(tendigits(*start, "--members", "2", cwd=place), 2, "leave out --members")
    failed(tendigits(*start, "--recipe", "cnn", cwd=place), 2, "--from keeps the layers")
    failed(tendigits(*start, "--resume", cwd=place), 2, "--resume has nothing to continue")


def test_evaluate_by_writer(place):
    result = tendigits("evaluate", "base.npz", "--data", ".", "--by", "writer", cwd=place)
    assert "writer  images  accuracy\nbo " in result.stdout
    report = json.loads(tendigits("evaluate", "base.npz", "--data", ".", "--by", "writer", "--json", cwd=place).stdout)
    assert [(row["writer"], row["images"]) for row in report["writers"]] == [("bo", 9)]
    failed(
        tendigits("evaluate", "base.npz", "--data", "digits", "--by", "writer", cwd=place), 2, "does not say who wrote"
    )


# ------------------------------------------------------------------ EMNIST


def test_a_model_of_emnist_must_say_how_it_lay(tmp_path):
    network = Network([784, 10])
    network.info = {"data": {"name": "EMNIST-letters"}, "preprocessing": {"image_shape": [28, 28]}}
    network.save(tmp_path / "old.npz")
    with pytest.raises(InputError, match="trained on EMNIST, and does not say whether upright"):
        Network.load(tmp_path / "old.npz")
    network.info["preprocessing"]["orientation"] = "upright"
    network.save(tmp_path / "new.npz")
    assert Network.load(tmp_path / "new.npz").info == network.info
