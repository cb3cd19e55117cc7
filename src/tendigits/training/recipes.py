"""Recipes: named ways to train, each nothing but a set of ordinary options of `tendigits train`.

    train_and_test(load_mnist(), **recipe("best"))
    train_and_test(load(*RECIPES["hands"].data), **recipe("hands"))

are `tendigits train --data mnist --recipe best` and `tendigits train --recipe hands`: a recipe may name its data, too.
What each of them reaches on MNIST is in docs/results.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..data.distortions import Distortion
from ..errors import InputError
from .settings import Settings


@dataclass(frozen=True)
class Recipe:
    """A named way to train.

    Parameters
    ----------
    summary : str
        What it is for, in a few words.
    options : dict
        Options of `tendigits train`, with _ for -.
    data : tuple of str, optional
        What it trains on, as arguments of `load`; empty if any data will do.
    """

    summary: str
    options: dict[str, Any]
    data: tuple[str, ...] = ()


DISTORTED = {
    "rotation": 9.0,
    "scaling": 0.09,
    "shear": 0.075,
    "translation": 1.1,
    "elastic": 0.75,
    "thinning": 2.0,
    "noise": 0.5,
}
CONVOLUTIONAL = {"epochs": 40, "learning_rate": 0.1, "workers": 2}
TINY = {"conv": "8x5 pool 24x3 28x3 pool 44x3 pool", "hidden": (), **CONVOLUTIONAL}
CNN = {"conv": "24x5 pool 48x3 64x3 pool", **CONVOLUTIONAL, **DISTORTED}
WORLD = ("mnist", "digits", "strokes")  # handwriting of many countries
WORLDLY = {"rotation": 9.0, "scaling": 0.1, "shear": 0.08, "translation": 1.2, "elastic": 0.9}

RECIPES = {
    "baseline": Recipe(
        "plain mini-batch gradient descent, as in the lesson",
        {"optimizer": "sgd", "epochs": 10},
    ),
    "fast": Recipe(
        "98 % in two seconds, from 64 numbers for each image",
        {"components": 64, "epochs": 6, "batch_size": 256, "learning_rate": 0.6, "weight_decay": 0.002},
    ),
    "plain": Recipe(
        "the most that 784-128-10 learns from the images as they are",
        {"epochs": 30, "learning_rate": 0.5, "momentum": 0.85},
    ),
    "best": Recipe(
        "the most that 784-128-10 learns, from distorted images",
        {"epochs": 200, "batch_size": 256, "learning_rate": 0.3, "weight_decay": 1e-4, "workers": 2, **DISTORTED},
    ),
    "hands": Recipe(
        "the same network for handwriting of the whole world: it ships with tendigits",
        {"epochs": 250, "batch_size": 256, "learning_rate": 0.3, "weight_decay": 1e-4, "workers": 2, **WORLDLY},
        data=WORLD,
    ),
    "tiny": Recipe(
        "the most that fewer than 20,000 parameters learn",
        {**TINY, **DISTORTED},
    ),
    "reader": Recipe(
        "a network like tiny for handwriting of the whole world: it ships, too, and reads pictures",
        {**TINY, **WORLDLY},
        data=WORLD,
    ),
    "cnn": Recipe("a small convolutional network", CNN),
    "ensemble": Recipe("five of these, asked together", {**CNN, "members": 5}),
}


FORMER_NAMES = {"seed": "baseline"}  # still accepted


def named(name: str) -> Recipe:
    """Look up a recipe by name.

    Parameters
    ----------
    name : str
        One of `RECIPES`, or a former name.

    Returns
    -------
    Recipe
        The recipe.

    Raises
    ------
    InputError
        If there is no recipe of that name.
    """
    name = FORMER_NAMES.get(name, name)
    if name not in RECIPES:
        raise InputError(f"There is no recipe {name!r}: choose one of {', '.join(RECIPES)}.")
    return RECIPES[name]


def recipe(name: str) -> dict[str, Any]:
    """Give a recipe as arguments of `train_and_test`.

    Parameters
    ----------
    name : str
        One of `RECIPES`, or a former name.

    Returns
    -------
    dict
        Keyword arguments of `train_and_test`.

    Raises
    ------
    InputError
        If there is no recipe of that name.
    """
    return training(**named(name).options)


def training(**options: Any) -> dict[str, Any]:
    """Sort options into arguments of `train_and_test`.

    Parameters
    ----------
    **options
        Options of `tendigits train`, with _ for -.

    Returns
    -------
    dict
        "settings", which hold the options of `Settings` and `Distortion`, and all other options as they are.
    """
    distortion = Distortion(**_pick(options, Distortion))
    settings = Settings(**_pick(options, Settings), distortion=distortion)
    rest = set(options) - {field.name for field in (*fields(Settings), *fields(Distortion))}
    return {"settings": settings, **{name: options[name] for name in rest}}


def _pick(options: Mapping[str, Any], kind: type[Any]) -> dict[str, Any]:
    return {field.name: options[field.name] for field in fields(kind) if field.name in options}
