"""Settings that cannot work are refused with a sentence."""

import pytest

from tendigits import InputError, Settings


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
        ({"weight_decay": -0.1}, "weight decay must not be negative"),
        ({"workers": 0}, "workers must be from 1 to the batch size"),
        ({"workers": 200}, "workers must be from 1 to the batch size, not 200"),
        ({"l2": -1.0}, "L2 penalty must not be negative"),
        ({"patience": 0}, "patience must be at least 1"),
    ],
)
def test_refused(wrong, message):
    with pytest.raises(InputError, match=message):
        Settings(**wrong)


def test_each_optimizer_has_its_own_learning_rate():
    assert Settings(optimizer="adam").rate == 0.001
    assert Settings(optimizer="adam", learning_rate=0.5).rate == 0.5
