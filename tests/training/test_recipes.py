"""Recipes are ordinary options, and train what they say."""

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from tendigits import Distortion, InputError, Settings, recipe, train_and_test
from tendigits.cli.main import main
from tendigits.cli.recipes import words
from tendigits.cli.score import reader
from tendigits.models.builder import architecture
from tendigits.nn.network import Network
from tendigits.training.recipes import RECIPES, training


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_its_options(name):
    """`--recipe NAME` and its options typed out mean the same."""
    typed = list(words(replace(RECIPES[name], data=())))
    by_name, by_hand = (reader.make_context("x", given).params for given in (["--recipe", name], typed))
    for options in (by_name, by_hand):
        options["hidden"] = [width for widths in options["hidden"] for width in widths]
    assert by_name == by_hand


def test_what_is_given_counts_before_the_recipe():
    given = ["--epochs", "3", "--recipe", "baseline"]
    options = reader.make_context("x", given).params
    assert (options["epochs"], options["optimizer"]) == (3, "sgd")


@pytest.mark.parametrize("name", RECIPES)
def test_the_command_prints_recipes_in_full(name):
    text = CliRunner().invoke(main, ["recipes"]).output
    assert f"{name}: {RECIPES[name].summary}" in text
    for option in RECIPES[name].options:
        assert f"--{option.replace('_', '-')}" in text


def test_a_recipe_as_arguments():
    arguments = recipe("best")
    assert isinstance(arguments["settings"], Settings)
    assert arguments["settings"].distortion.rotation > 0
    assert training(epochs=3, rotation=5, members=2) == {
        "settings": Settings(epochs=3, distortion=Distortion(rotation=5)),
        "members": 2,
    }


def test_a_recipe_to_compare_with_is_taken_whole():
    """Whatever the first way was."""
    first = reader.make_context("x", ["--recipe", "cnn"]).params
    second = reader.make_context("--against", ["--recipe", "plain"], default_map=first).params
    assert second == reader.make_context("x", ["--recipe", "plain"]).params


def test_an_ensemble_is_never_resumed_from_an_older_one(digits, tmp_path):
    arguments = {"hidden": 8, "members": 2, "checkpoint": tmp_path / "c.npz"}
    train_and_test(digits, Settings(epochs=1), **arguments)
    with pytest.raises(KeyboardInterrupt):
        train_and_test(digits, Settings(epochs=2), callbacks=[interrupt], **arguments)
    again = train_and_test(digits, Settings(epochs=2), resume=True, **arguments)
    straight = train_and_test(digits, Settings(epochs=2), hidden=8, members=2)
    np.testing.assert_array_equal(again.network.params, straight.network.params)


def interrupt(network, history):
    raise KeyboardInterrupt


def test_an_unknown_recipe():
    with pytest.raises(InputError, match="no recipe 'worst': choose one of baseline, fast"):
        recipe("worst")


def test_the_convolutional_networks_stay_small():
    for name, most in (("cnn", 250_000), ("tiny", 20_000)):
        layers = {key: RECIPES[name].options[key] for key in ("conv", "hidden") if key in RECIPES[name].options}
        assert Network(architecture((28, 28), 10, **layers), seed=None).params.size <= most


def test_an_ensemble_trains_resumes_and_answers_together(digits, tmp_path):
    arguments = training(epochs=2, batch_size=64, members=3)
    first = train_and_test(digits, **arguments, hidden=[16], checkpoint=tmp_path / "c.npz")
    assert first.network.spec[0][0] == "Ensemble"
    assert len(first.histories) == 3
    assert len(list(tmp_path.iterdir())) == 3
    again = train_and_test(digits, **arguments, hidden=[16], checkpoint=tmp_path / "c.npz", resume=True)
    np.testing.assert_array_equal(again.network.params, first.network.params)
    assert first.network.info["training"]["members"] == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("24", "neither pool nor convolutions"),
        ("axb", "neither pool"),
        ("pool 4x3 pool pool pool pool", "do not fit"),
        ("0x3", "positive integers"),
    ],
)
def test_convolutions_that_cannot_be(words, message):
    with pytest.raises(InputError, match=message):
        Network(architecture((28, 28), 10, conv=words))


def test_convolutions_need_images():
    with pytest.raises(InputError, match="height, width"):
        architecture((784,), 10, conv="4x3")


def test_the_baseline_is_still_found_by_its_former_name():
    assert recipe("seed") == recipe("baseline")
