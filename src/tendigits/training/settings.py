"""How to train, as one value: checked when it is made, and kept with the model it made."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from ..data.distortions import Distortion
from ..errors import InputError
from ..nn.network import Network
from ..nn.optimizers import OPTIMIZERS, SGD, Momentum
from ..nn.schedules import SCHEDULES
from .parallel.tensor_parallel import Slices


@dataclass(frozen=True)
class Settings:
    """How to train. Every field is an option of `tendigits train`.

    learning_rate: None means the optimizer's own. momentum and nesterov matter to the optimizer "momentum" alone.
    patience: stop after so many epochs without a better validation accuracy, and keep the best weights; None
    trains all epochs and keeps the last weights.
    distortion: how every image is distorted anew each time it is seen; by default not at all.
    workers: those who share the work on each batch, with one BLAS thread each: processes on Linux, threads elsewhere.
    It is divided in the same way whatever the machine, so the number decides the bits, and not the processors.
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

    def __post_init__(self) -> None:
        _check_choice("optimizer", self.optimizer, OPTIMIZERS)
        _check_choice("schedule", self.schedule, SCHEDULES)
        _check(self.epochs >= 1, f"The number of epochs must be at least 1, not {self.epochs}.")
        _check(self.batch_size >= 1, f"The batch size must be at least 1, not {self.batch_size}.")
        _check(0 < self.rate < inf, f"The learning rate must be positive, not {self.rate}.")
        _check(
            0 <= self.momentum < 1,
            f"The momentum must be from 0 up to, not including, 1, not {self.momentum}.",
        )
        _check(0 <= self.weight_decay < inf, f"The weight decay must not be negative: {self.weight_decay}.")
        _check(
            self.patience is None or self.patience >= 1,
            f"The patience must be at least 1, not {self.patience}.",
        )

        _check(
            1 <= self.workers <= self.batch_size,
            f"The number of workers must be from 1 to the batch size, not {self.workers}.",
        )

    @property
    def rate(self) -> float:
        """The learning rate: as chosen, or the optimizer's own."""
        return OPTIMIZERS[self.optimizer].learning_rate if self.learning_rate is None else self.learning_rate

    def make_optimizer(self, network: Network | Slices) -> SGD:
        """Make the optimizer that these settings name."""
        if self.optimizer == "momentum":
            return Momentum(network, self.weight_decay, self.momentum, self.nesterov)
        return OPTIMIZERS[self.optimizer](network, self.weight_decay)


def _check(fine: bool, message: str) -> None:
    if not fine:
        raise InputError(message)


def _check_choice(what: str, choice: str, choices: Iterable[str]) -> None:
    _check(choice in choices, f"There is no {what} {choice!r}: choose one of {', '.join(choices)}.")
