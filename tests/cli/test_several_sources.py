"""`--data` several times, a recipe that names its data, and the own data of a model that several have trained."""

import json
import shlex

import pytest
from click.testing import CliRunner

from tendigits.cli.common import given_or_own_data, own_data
from tendigits.cli.main import main
from tendigits.cli.train import train
from tendigits.errors import InputError
from tendigits.nn.network import Network
from tendigits.training.recipes import RECIPES


def run(*arguments):
    result = CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("several") / "model.npz"
    options = ["--epochs", 3, "--hidden", 32, "--batch-size", 32]
    text = run("train", "--data", "digits", "--data", "digits", *options, "--out", path)
    assert "on digits+digits: 2,876 images, 359 more to test on" in text
    return path


def test_the_first_source_is_held_out_of(model):
    data = Network.load(model).info["data"]
    assert (data["train"], data["validation"], data["test"]) == (2876 - 119, 119, 359)


def test_a_model_of_several_sources_is_evaluated_on_the_first(model):
    report = json.loads(run("evaluate", model, "--json"))
    assert (report["data"], report["images"]) == ("digits", 359)


def test_a_page_is_drawn_of_a_model_of_several_sources(model, tmp_path):
    run("draw", model, "--no-open", "--out", tmp_path / "page.html")
    assert "html" in (tmp_path / "page.html").read_text(encoding="utf-8")[:100].lower()


@pytest.mark.parametrize(("name", "own"), [("mnist+digits+strokes", "mnist"), ("strokes", "strokes")])
def test_own_data_is_the_first_source(name, own):
    network = Network([784, 10])
    network.info = {"data": {"name": name}}
    assert own_data(network) == own


def test_own_data_in_a_folder_must_be_named():
    network = Network([784, 10])
    network.info = {"data": {"name": "letters+mnist"}}
    with pytest.raises(InputError, match="'letters': say with --data"):
        own_data(network)


def test_own_data_in_a_folder_of_a_known_name_must_be_named(digits):
    network = Network([784, 10])
    network.info = {"data": {"name": "digits", "digest": digits.digest}}
    assert given_or_own_data(network, None).digest == digits.digest
    network.info = {"data": {"name": "digits", "digest": "of my own folder"}}
    with pytest.raises(InputError, match="other data than 'digits', though of that name: say with --data"):
        given_or_own_data(network, None)


def test_sources_that_do_not_go_together(tiny_folder):
    result = CliRunner().invoke(main, ["train", "--data", str(tiny_folder), "--data", "digits"])
    assert result.exit_code != 0
    assert "digits does not go with tiny. These labels are not among the 3 classes: 0, 3" in result.stderr


def parsed(*words):
    return train.make_context("train", list(words)).params["data"]


def test_a_recipe_brings_its_data():
    assert parsed("--recipe", "hands") == ("mnist", "digits", "strokes")
    assert parsed("--recipe", "best") == ("auto",)
    assert parsed("--recipe", "hands", "--data", "digits") == ("digits",)


def test_recipes_print_their_data():
    words = shlex.join([word for source in RECIPES["hands"].data for word in ("--data", source)])
    assert f"tendigits train {words} --epochs" in run("recipes")
