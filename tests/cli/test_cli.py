"""The command, as someone at a terminal meets it."""

import json
import os
import signal
import subprocess
import sys

import click
import numpy as np
import pytest
from commands import command_line, failed, tendigits
from PIL import Image

from tendigits import Network
from tendigits.data.idx import NAMES, idx_bytes

QUICK = ["--epochs", "2", "--hidden", "16"]


@pytest.fixture(scope="session")
def model(tmp_path_factory, digits):
    """A model trained on the bundled digits."""
    from tendigits import Settings, train_and_test

    path = tmp_path_factory.mktemp("model") / "model.npz"
    train_and_test(digits, Settings(epochs=20, batch_size=32)).network.save(path)
    return path


@pytest.fixture(scope="session")
def pictures(tmp_path_factory, digits):
    """One test image of each digit, enlarged, dark on light, as PNG."""
    folder = tmp_path_factory.mktemp("pictures")
    for digit in range(10):
        image = digits.test_images[np.flatnonzero(digits.test_labels == digit)[0]]
        Image.fromarray(255 - image).resize((112, 112)).save(folder / f"{digit}.png")
    return folder


def test_train_then_evaluate_predict_and_info(tmp_path, pictures):
    trained = tendigits("train", "--data", "digits", "--epochs", 5, "--batch-size", 32, cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
    lines = trained.stdout.splitlines()
    assert lines[0] == "Training 784-128-10 on digits: 1,438 images, 359 more to test on"
    assert [line.split("loss")[0].split() for line in lines[1:6]] == [["epoch", f"{i}/5"] for i in range(1, 6)]
    assert lines[-2].startswith("Test accuracy: 9")
    assert lines[-1] == "Saved model.npz"

    evaluated = tendigits("evaluate", "model.npz", cwd=tmp_path)
    assert evaluated.stdout.splitlines()[0] == lines[-2]
    for part in ("precision", "confusion", "most confident mistakes"):
        assert part in evaluated.stdout

    predicted = tendigits("predict", "model.npz", pictures / "3.png", cwd=tmp_path)
    assert predicted.stdout.startswith(f"{pictures / '3.png'}: 3 ")

    info = tendigits("info", "model.npz", cwd=tmp_path)
    for part in ("101770", "Linear 784 128 → ReLU → Linear 128 10", "digits", "optimizer", "numpy"):
        assert part in info.stdout


def test_json_is_all_that_stdout_holds(tmp_path, pictures):
    trained = tendigits("train", "--data", "digits", *QUICK, "--json", cwd=tmp_path)
    facts = json.loads(trained.stdout)
    assert facts["data"] == "digits"
    assert facts["layers"] == [784, 16, 10]
    assert facts["epochs"] == 2
    assert facts["seconds"] > 0
    assert facts["model"] == "model.npz"
    low, high = facts["test_interval"]
    assert low < facts["test_accuracy"] < high
    assert 0 < facts["validation_accuracy"] <= 1

    evaluated = json.loads(tendigits("evaluate", "model.npz", "--json", cwd=tmp_path).stdout)
    assert evaluated["accuracy"] == facts["test_accuracy"]
    assert evaluated["interval"] == facts["test_interval"]
    assert np.array(evaluated["confusion"]).shape == (10, 10)

    readings = json.loads(tendigits("predict", "model.npz", *pictures.glob("*.png"), "--json", cwd=tmp_path).stdout)
    assert len(readings) == 10
    for reading in readings:
        assert reading["digit"] == int(np.argmax(reading["probabilities"]))
        assert sum(reading["probabilities"]) == pytest.approx(1, abs=1e-5)

    assert json.loads(tendigits("info", "model.npz", "--json", cwd=tmp_path).stdout)["sizes"] == [784, 16, 10]


def test_pictures_are_read(model, pictures, tmp_path):
    paths = sorted(pictures.glob("*.png"))
    readings = json.loads(tendigits("predict", model, *paths, "--json", cwd=tmp_path).stdout)
    assert [reading["digit"] for reading in readings] == list(range(10))


@pytest.mark.parametrize("name", ["hands", "reader"])
def test_a_network_of_the_package_may_stand_for_a_model(name, pictures, tmp_path):
    assert tendigits("predict", name, pictures / "3.png", cwd=tmp_path).stdout.startswith(f"{pictures / '3.png'}: 3 ")


def test_one_bad_picture_does_not_hide_the_others(model, pictures, tmp_path):
    (tmp_path / "no.png").write_text("no picture")
    result = tendigits("predict", model, "no.png", pictures / "5.png", cwd=tmp_path)
    assert failed(result, 2, "no.png")
    assert "5.png: 5" in result.stdout


def test_a_small_network_learns_from_a_large_one(model, tmp_path):
    trained = tendigits("train", "--data", "digits", *QUICK, "--hidden", "none", "--teacher", model, cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
    student = Network.load(tmp_path / "model.npz")
    assert student.sizes == [784, 16, 10]  # none adds nothing to the 16 units of QUICK
    assert "teacher" in student.info["training"]
    again = tendigits("train", "--data", "digits", *QUICK, "--teacher", "hands", "--json", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    both = tendigits("train", "--data", "digits", "--from", model, "--teacher", model, cwd=tmp_path)
    assert failed(both, 2, "leave out --teacher")


def test_plots(tmp_path, monkeypatch):
    monkeypatch.setattr("tendigits.analysis.plots.save", lambda figure, path: path.touch())  # saving takes longest
    assert tendigits("train", "--data", "digits", *QUICK, "--plots", "figures", cwd=tmp_path).returncode == 0
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {
        "samples.png", "learning_curves.png", "confusion.png", "first_layer.png", "history.csv",
    }  # fmt: skip


@pytest.mark.slow  # the figures are tested one by one in tests/analysis/test_plots.py
def test_plots_of_an_evaluation(model, tmp_path):
    assert tendigits("evaluate", model, "--data", "digits", "--plots", "more", cwd=tmp_path).returncode == 0
    assert {path.name for path in (tmp_path / "more").iterdir()} == {"samples.png", "confusion.png", "reliability.png"}


def test_several_hidden_layers_and_other_choices(tmp_path):
    options = "--hidden 20 --hidden 12 --optimizer adam --schedule cosine --dtype float64 --early-stopping --seed 4"
    result = tendigits("train", "--data", "digits", "--epochs", 2, *options.split(), "--json", cwd=tmp_path)
    assert json.loads(result.stdout)["layers"] == [784, 20, 12, 10]
    network = Network.load(tmp_path / "model.npz")
    assert network.dtype == np.float64
    assert network.info["training"]["patience"] == 5


def test_a_folder_of_idx_files(tmp_path, digits):
    for role, name in NAMES.items():
        (tmp_path / name).write_bytes(idx_bytes(getattr(digits, role)))
    result = tendigits("train", "--data", tmp_path, *QUICK, "--json", cwd=tmp_path)
    assert json.loads(result.stdout)["data"] == tmp_path.name
    assert failed(tendigits("evaluate", "model.npz", cwd=tmp_path), 2, "--data")
    assert tendigits("evaluate", "model.npz", "--data", tmp_path, cwd=tmp_path).returncode == 0


# without a network


def test_auto_falls_back_to_the_bundled_digits(tmp_path):
    result = tendigits("train", *QUICK, "--json", cwd=tmp_path)
    assert json.loads(result.stdout)["data"] == "digits"
    assert "MNIST is not available" in result.stderr
    assert "--data DIR" in result.stderr


def test_mnist_by_name_fails_without_a_network(tmp_path):
    assert failed(tendigits("train", "--data", "mnist", cwd=tmp_path), 1, "OpenML")


# nothing is lost


def same_params(ours, theirs):
    return np.array_equal(Network.load(ours).params, Network.load(theirs).params)


@pytest.mark.parametrize(
    ("sign", "workers"),
    [
        (signal.SIGINT, 1),
        pytest.param(signal.SIGKILL, 1, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, 2, marks=pytest.mark.slow),
        pytest.param(signal.SIGKILL, 2, marks=pytest.mark.slow),
    ],
)
def test_a_killed_run_resumes_to_the_same_bits(tmp_path, sign, workers):
    options = ["--data", "digits", "--epochs", 50, "--hidden", 16, "--workers", workers]
    assert tendigits("train", *options, "--out", "whole.npz", cwd=tmp_path).returncode == 0
    command = [sys.executable, "-m", "tendigits", "train", *map(str, options), "--out", "cut.npz"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=tmp_path, **pipes, start_new_session=True) as process:
        assert any(line.startswith("epoch  5/") for line in process.stdout), process.communicate()
        if sign == signal.SIGINT:
            os.killpg(process.pid, sign)  # as a terminal does: to all processes of the command
        else:
            process.kill()
        _, message = process.communicate()
    assert not (tmp_path / "cut.npz").exists()
    if sign == signal.SIGINT:
        assert process.returncode == 1
        assert f"go on with: tendigits train {' '.join(map(str, options))} --out cut.npz --resume" in message
    resumed = tendigits("train", *options, "--out", "cut.npz", "--resume", cwd=tmp_path)
    assert "epoch  1/50" not in resumed.stdout
    assert same_params(tmp_path / "whole.npz", tmp_path / "cut.npz")
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".tmp")] or sign == signal.SIGKILL


def test_resuming_another_network_is_refused(tmp_path):
    assert tendigits("train", "--data", "digits", *QUICK, cwd=tmp_path).returncode == 0
    result = tendigits("train", "--data", "digits", "--epochs", 2, "--hidden", 9, "--resume", cwd=tmp_path)
    assert failed(result, 2, "model.npz.checkpoint.npz belongs to another run")


def test_divergence_is_explained(tmp_path):
    result = tendigits("train", "--data", "digits", "--optimizer", "sgd", "--learning-rate", 1e20, cwd=tmp_path)
    assert failed(result, 1, "diverged in epoch 1", "1e+20", "batch size of 128")


# bad usage and bad input


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["train", "--learning-rate", "-1"], "learning rate must be positive"),
        (["train", "--learning-rate", "0"], "learning rate must be positive"),
        (["train", "--batch-size", "100000"], "larger than the data"),
        (["train", "--epochs", "0"], "epochs must be at least 1"),
        (["train", "--hidden", "0"], "--hidden"),
        (["train", "--optimizer", "magic"], "magic"),
        (["train", "--seed", "-1"], "--seed"),
        (["train", "--validation", "5000"], "5000 validation images"),
        (["train", "--out", "no/such/folder/model.npz"], "cannot be written"),
        (["train", "--out", "."], "cannot be written"),
        (["train", "--nonsense"], "--nonsense"),
        (["evaluate", "nowhere.npz"], "nowhere.npz does not exist"),
        (["evaluate", "."], "is not a file"),
        (["predict", "nowhere.npz", "a.png"], "nowhere.npz does not exist"),
        (["predict"], "MODEL"),
        (["info", "nowhere.npz"], "nowhere.npz does not exist"),
    ],
)
def test_bad_usage_and_bad_input_end_with_status_2(tmp_path, arguments, fragment):
    if arguments[0] == "train":
        arguments = [*arguments, "--data", "digits"]
    assert failed(tendigits(*arguments, cwd=tmp_path), 2, fragment)


def test_a_missing_data_folder(tmp_path):
    assert failed(tendigits("train", "--data", "nowhere", cwd=tmp_path), 2, "nowhere")


@pytest.mark.parametrize(
    "command", ["train", "recipes", "evaluate", "robustness", "score", "predict", "draw", "export", "info"]
)
def test_every_option_is_explained(command, tmp_path):
    from tendigits.cli.main import main

    for parameter in main.commands[command].params:
        assert isinstance(parameter, click.Argument) or parameter.help, parameter.name
    assert tendigits(command, "--help", cwd=tmp_path).returncode == 0


def test_version(tmp_path):
    import tendigits as package

    assert package.__version__ in command_line("--version", cwd=tmp_path).stdout


@pytest.mark.slow
def test_figures_of_convolutions_and_of_ensembles(tmp_path):
    options = ["--data", "digits", "--epochs", "1", "--conv", "2x5 pool", "--hidden", "8", "--members", "2"]
    done = tendigits("train", *options, "--plots", "figures", cwd=tmp_path)
    assert "member 2/2  epoch 1/1" in done.stdout
    assert (tmp_path / "figures" / "history.csv").exists()
    assert not (tmp_path / "figures" / "first_layer.png").exists()
