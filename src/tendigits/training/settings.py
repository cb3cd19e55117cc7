"""How to train, as one value: checked when it is made, and stored with the model."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from math import inf
from numbers import Integral, Real
from typing import Any, get_args

import numpy as np

from ..data.distortions import Distortion
from ..errors import InputError
from ..nn.network import Network
from ..nn.optimizers import OPTIMIZERS, SGD, Momentum
from ..nn.schedules import SCHEDULES

KINDS: dict[Any, tuple[Any, str]] = {  # what is taken for each kind of setting, and becomes it
    bool: ((bool, np.bool_), "True or False"),
    int: (Integral, "a whole number"),
    float: (Real, "a number"),
    str: (str, "a name"),
}


@dataclass(frozen=True)
class Settings:
    """How to train.

    Parameters
    ----------
    epochs : int
        Passes through the training examples.
    batch_size : int
        Examples per step.
    optimizer : str
        "sgd", "momentum" or "adam".
    learning_rate : float, optional
        The highest rate of the schedule; None means the optimizer's default.
    momentum : float
        μ, for the optimizer "momentum" only.
    nesterov : bool
        Nesterov's or classical momentum, for the optimizer "momentum" only.
    weight_decay : float
        λ: each step shrinks the weights by the factor 1 - learning rate × λ.
    schedule : str
        How the learning rate changes: "constant", "step", "cosine" or "one-cycle".
    patience : int, optional
        Stop after this many epochs without a better validation accuracy (or, at the same accuracy, a lower validation
        loss), and keep the best weights; None trains all epochs and keeps the last weights.
    distortion : Distortion
        Each image is distorted anew every time it is seen; by default not at all.
    workers : int
        How many workers share the work on each batch, with one BLAS thread each: processes on Linux, threads elsewhere.
        How the work is divided depends on this number alone, so the same number gives the same bits on any number of
        cores.
    l2 : float
        α of the L2 penalty α/2n Σ W² that is added to the mean loss over a batch of n.
    shuffle : bool
        Whether every epoch has an order of its own.
    components : int, optional
        Train on this many principal components of the images, and fold them into an ordinary network afterwards; None
        trains on the images themselves.

    """

    epochs: int = 20
    batch_size: int = 128
    optimizer: str = "momentum"
    learning_rate: float | None = None
    momentum: float = 0.9
    nesterov: bool = True
    weight_decay: float = 0.001
    schedule: str = "one-cycle"
    patience: int | None = None
    distortion: Distortion = Distortion()  # noqa: RUF009 - it is frozen
    workers: int = 1
    l2: float = 0.0
    shuffle: bool = True
    components: int | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, _plain(field.name, field.type, getattr(self, field.name)))
        _check_choice("optimizer", self.optimizer, OPTIMIZERS)
        _check_choice("schedule", self.schedule, SCHEDULES)
        _check(self.epochs >= 1, f"The number of epochs must be at least 1, not {self.epochs}.")
        _check(self.batch_size >= 1, f"The batch size must be at least 1, not {self.batch_size}.")
        _check(0 < self.rate < inf, f"The learning rate must be positive and finite, not {self.rate}.")
        _check(
            0 <= self.momentum < 1,
            f"The momentum must be from 0 up to, not including, 1, not {self.momentum}.",
        )
        _check(0 <= self.weight_decay < inf, f"The weight decay must be finite and not negative: {self.weight_decay}.")
        _check(0 <= self.l2 < inf, f"The L2 penalty must be finite and not negative: {self.l2}.")
        _check(
            self.patience is None or self.patience >= 1,
            f"The patience must be at least 1, not {self.patience}.",
        )
        _check(
            self.components is None or self.components >= 1,
            f"The number of components must be at least 1, not {self.components}.",
        )
        _check(
            not (self.components and self.distortion),
            "Components are those of the images as they are: train on components or distort the images, not both.",
        )
        _check(
            1 <= self.workers <= self.batch_size,
            f"The number of workers must be from 1 to the batch size, not {self.workers}.",
        )

    @property
    def rate(self) -> float:
        """The learning rate, as set or the optimizer's default; schedules scale it."""
        return OPTIMIZERS[self.optimizer].learning_rate if self.learning_rate is None else self.learning_rate

    def scheduled_rate(self, progress: float) -> float:
        """Compute the learning rate at a point of training.

        Parameters
        ----------
        progress : float
            The share of all steps already taken, 0 to 1.

        Returns
        -------
        float
            The learning rate.

        """
        return self.rate * SCHEDULES[self.schedule](progress)

    def make_optimizer(self, network: Network) -> SGD:
        """Make the optimizer that these settings name.

        Parameters
        ----------
        network : Network
            The network whose parameters it is to update.

        Returns
        -------
        SGD
            The optimizer.

        """
        if self.optimizer == "momentum":
            return Momentum(network, self.weight_decay, self.momentum, self.nesterov)
        return OPTIMIZERS[self.optimizer](network, self.weight_decay)


def _plain(name: str, kind: Any, value: Any) -> Any:
    """Convert a NumPy scalar to a Python value that JSON can hold. Raises InputError for a value of another kind."""
    plain, *optional = get_args(kind) or (kind,)
    if optional and value is None:
        return None
    expected, words = KINDS.get(plain, (plain, f"a {plain.__name__}"))
    fits = isinstance(value, expected) and (plain is bool or not isinstance(value, bool))
    _check(fits, f"{name} must be {words}, not {value!r}.")
    try:
        return plain(value) if plain in KINDS else value
    except OverflowError as error:
        raise InputError(f"{name} is too large: {value!r}.") from error


def _check(fine: bool, message: str) -> None:
    if not fine:
        raise InputError(message)


def _check_choice(what: str, choice: str, choices: Iterable[str]) -> None:
    _check(choice in choices, f"There is no {what} {choice!r}: choose one of {', '.join(choices)}.")
