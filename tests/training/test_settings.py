"""Settings that cannot work are refused with a sentence."""

import json
from dataclasses import FrozenInstanceError, asdict

import numpy as np
import pytest

from tendigits import Distortion, InputError, Network, Settings
from tendigits.nn.optimizers import SGD, Adam, Momentum


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"optimizer": "magic"}, "no optimizer 'magic': choose one of sgd, momentum, adam"),
        ({"schedule": "magic"}, "no schedule 'magic'"),
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"batch_size": 0}, "batch size must be at least 1"),
        ({"learning_rate": 0.0}, "learning rate must be positive"),
        ({"learning_rate": -1.0}, "learning rate must be positive"),
        ({"learning_rate": float("nan")}, "learning rate must be positive"),
        ({"learning_rate": float("inf")}, "learning rate must be positive"),
        ({"momentum": 1.0}, "momentum must be"),
        ({"momentum": 1.5}, "momentum must be"),
        ({"momentum": -0.1}, "momentum must be"),
        ({"weight_decay": -0.1}, "weight decay must be finite and not negative"),
        ({"workers": 0}, "workers must be from 1 to the batch size"),
        ({"workers": 200}, "workers must be from 1 to the batch size, not 200"),
        ({"weight_decay": float("inf")}, "weight decay must be finite and not negative: inf"),
        ({"l2": -1.0}, "L2 penalty must be finite and not negative"),
        ({"l2": float("inf")}, "L2 penalty must be finite and not negative: inf"),
        ({"patience": 0}, "patience must be at least 1"),
        ({"components": 0}, "number of components must be at least 1"),
    ],
)
def test_refused(wrong, message):
    with pytest.raises(InputError, match=message):
        Settings(**wrong)


@pytest.mark.parametrize(
    "works",
    [
        *({"epochs": 1}, {"batch_size": 1}, {"momentum": 0.0}, {"weight_decay": 0.0}, {"l2": 0.0}, {"patience": 1}),
        *({"components": 1}, {"workers": 128}, {"learning_rate": 1e-12}),  # the least and the most
        *({"components": 20}, {"l2": 0.5}),
    ],
)
def test_what_works_is_taken(works):
    ((name, value),) = works.items()
    assert getattr(Settings(**works), name) == value


def test_settings_cannot_be_changed():
    """They are a default argument of `fit`."""
    with pytest.raises(FrozenInstanceError):
        Settings().epochs = 3


def test_the_defaults_that_results_depend_on():
    pace = {"epochs": 20, "batch_size": 128, "learning_rate": None, "schedule": "one-cycle", "patience": None}
    how = {"optimizer": "momentum", "momentum": 0.9, "nesterov": True, "weight_decay": 0.001, "l2": 0.0}
    assert Settings() == Settings(**pace, **how, workers=1, shuffle=True, distortion=Distortion(), components=None)


def test_the_optimizer_gets_what_the_settings_say():
    network = Network([4, 2])
    momentum = Settings(weight_decay=0.3, momentum=0.5, nesterov=False).make_optimizer(network)
    assert (type(momentum), momentum.weight_decay, momentum.momentum, momentum.nesterov) == (Momentum, 0.3, 0.5, False)
    adam = Settings(optimizer="adam", weight_decay=0.3).make_optimizer(network)
    assert (type(adam), adam.weight_decay) == (Adam, 0.3)
    assert type(Settings(optimizer="sgd").make_optimizer(network)) is SGD


def test_the_schedule_scales_the_rate():
    assert Settings(learning_rate=0.2, schedule="step").scheduled_rate(0.6) == pytest.approx(0.02)


def test_each_optimizer_has_its_own_learning_rate():
    assert Settings(optimizer="adam").rate == 0.001
    assert Settings(optimizer="adam", learning_rate=0.5).rate == 0.5


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"epochs": 2.5}, "epochs must be a whole number, not 2.5"),
        ({"epochs": "5"}, "epochs must be a whole number, not '5'"),
        ({"epochs": True}, "epochs must be a whole number, not True"),
        ({"workers": 1.5}, "workers must be a whole number"),
        ({"patience": 2.5}, "patience must be a whole number"),
        ({"learning_rate": "fast"}, "learning_rate must be a number, not 'fast'"),
        ({"nesterov": "no"}, "nesterov must be True or False, not 'no'"),
        ({"shuffle": 1}, "shuffle must be True or False, not 1"),
        ({"distortion": {"rotation": 10}}, "distortion must be a Distortion"),
        ({"distortion": None}, "distortion must be a Distortion, not None"),
        ({"optimizer": ["sgd"]}, "optimizer must be a name"),
        ({"learning_rate": 10**400}, "learning_rate is too large"),
        ({"momentum": None}, "momentum must be a number, not None"),
    ],
)
def test_another_kind_of_value_is_refused(wrong, message):
    with pytest.raises(InputError, match=message):
        Settings(**wrong)


def test_numpys_numbers_become_pythons():
    """So that what was trained with them can be saved."""
    settings = Settings(
        batch_size=np.int64(64), learning_rate=np.float32(0.1), patience=np.int8(3), nesterov=np.bool_(False)
    )
    assert json.loads(json.dumps(asdict(settings)))["batch_size"] == 64
    assert settings.learning_rate == pytest.approx(0.1)
    assert settings.nesterov is False


def test_a_distortions_numbers_become_pythons():
    distortion = Distortion(rotation=np.float32(3), translation=np.int64(1))
    assert json.loads(json.dumps(asdict(Settings(distortion=distortion))))["distortion"]["rotation"] == 3
    for wrong in ("3", None, True, 3j):
        with pytest.raises(InputError, match="rotation must be a number"):
            Distortion(rotation=wrong)


@pytest.mark.parametrize("seed", [-1, "a", 1.5])
def test_a_seed_that_is_none_is_refused(seed):
    from training import corners, trained

    with pytest.raises(InputError, match="seed must be"):
        trained(corners(), seed=seed)
