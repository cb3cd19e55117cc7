"""How to train, as one value: checked when it is made, and kept with the model it made."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from ..data.distortions import Distortion
from ..errors import InputError
from ..nn.network import Network
from ..nn.optimizers import OPTIMIZERS, SGD, Momentum
from ..nn.schedules import SCHEDULES


@dataclass(frozen=True)
class Settings:
    """How to train.

    Parameters
    ----------
    epochs : int
        How often to go through the training examples.
    batch_size : int
        Examples per step.
    optimizer : str
        "sgd", "momentum" or "adam".
    learning_rate : float, optional
        The highest rate of the schedule; None means the optimizer's own.
    momentum, nesterov : float, bool
        For the optimizer "momentum" alone.
    weight_decay : float
        Share of the weights lost per step, times the learning rate.
    schedule : str
        How the rate changes: "constant", "step", "cosine" or "one-cycle".
    patience : int, optional
        Stop after so many epochs without a better validation accuracy, and keep the best weights; None trains all
        epochs and keeps the last weights.
    distortion : Distortion
        How every image is distorted anew each time it is seen; by default not at all.
    workers : int
        Those who share the work on each batch, with one BLAS thread each: processes on Linux, threads elsewhere. It is
        divided in the same way whatever the machine, so the number decides the bits, and not the processors.
    l2 : float
        α of the L2 penalty α/2n Σ W² that is added to the mean loss over a batch of n.
    shuffle : bool
        Whether every epoch has an order of its own.

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
        _check(0 <= self.l2 < inf, f"The L2 penalty must not be negative: {self.l2}.")
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

    def scheduled_rate(self, progress: float) -> float:
        """Compute the learning rate at a point of training, from 0 at its start to 1 at its end."""
        return self.rate * SCHEDULES[self.schedule](progress)

    def make_optimizer(self, network: Network) -> SGD:
        """Make the optimizer that these settings name."""
        if self.optimizer == "momentum":
            return Momentum(network, self.weight_decay, self.momentum, self.nesterov)
        return OPTIMIZERS[self.optimizer](network, self.weight_decay)


def _check(fine: bool, message: str) -> None:
    if not fine:
        raise InputError(message)


def _check_choice(what: str, choice: str, choices: Iterable[str]) -> None:
    _check(choice in choices, f"There is no {what} {choice!r}: choose one of {', '.join(choices)}.")
