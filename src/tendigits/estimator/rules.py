"""The course of a fit by scikit-learn's rules: an L2 penalty, rates that follow the epochs, a stop at the plateau.

The formulas are those of `sklearn.neural_network.MLPClassifier`, so that what its users know stays true.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import inf
from numbers import Integral, Real
from typing import Any, Self

import numpy as np

from ..errors import InputError
from ..nn.layers import Array, Dropout, Layer, Linear, ReLU
from ..nn.network import Network
from ..training.loop import Examples, Run, Sharing
from ..training.settings import Settings

SLOWEST = 1e-6  # learning_rate="adaptive" stops here


@dataclass(frozen=True)
class Rules:
    """The parameters of DigitClassifier that decide the course of a fit, checked when they are gathered."""

    hidden_layer_sizes: Any
    solver: str
    alpha: float
    batch_size: Any
    learning_rate: str
    learning_rate_init: float
    power_t: float
    max_iter: int
    shuffle: bool
    tol: float
    momentum: float
    nesterovs_momentum: bool
    early_stopping: bool
    validation_fraction: float
    n_iter_no_change: float
    dropout: float

    @classmethod
    def among(cls, parameters: Mapping[str, Any]) -> Self:
        """Pick the rules out of all parameters of the classifier. Raises InputError for the first that is wrong."""
        return cls(**{field.name: parameters[field.name] for field in fields(cls)})

    def __post_init__(self) -> None:
        must_be = {
            "hidden_layer_sizes": ("positive integers", all(_is_count(size) for size in self.widths)),
            "solver": ("'sgd' or 'adam'", self.solver in ("sgd", "adam")),
            "alpha": ("a number from 0", _is_between(0, self.alpha, inf)),
            "batch_size": ("'auto' or a positive integer", self.batch_size == "auto" or _is_count(self.batch_size)),
            "learning_rate": (
                "'constant', 'invscaling' or 'adaptive'",
                self.learning_rate in ("constant", "invscaling", "adaptive"),
            ),
            "learning_rate_init": ("a positive number", _is_between(0, self.learning_rate_init, inf, above=True)),
            "power_t": ("a number from 0", _is_between(0, self.power_t, inf)),
            "max_iter": ("a positive integer", _is_count(self.max_iter)),
            "tol": ("a number from 0", _is_between(0, self.tol, inf)),
            "momentum": ("a number from 0 up to, not including, 1", _is_between(0, self.momentum, 1)),
            "validation_fraction": (
                "a number between 0 and 1",
                _is_between(0, self.validation_fraction, 1, above=True),
            ),
            "n_iter_no_change": (
                "a positive integer, or infinity",
                _is_count(self.n_iter_no_change) or self.n_iter_no_change == inf,
            ),
            "dropout": ("a number from 0 up to, not including, 1", _is_between(0, self.dropout, 1)),
        }
        for name, (expected, fine) in must_be.items():
            if not fine:
                raise InputError(f"{name} must be {expected}, not {getattr(self, name)!r}.")

    @property
    def widths(self) -> list[Any]:
        """The widths of the hidden layers, as a list whatever they were given as."""
        sizes = self.hidden_layer_sizes
        return list(sizes) if np.iterable(sizes) else [sizes]

    @property
    def schedule(self) -> str:
        """How the learning rate changes: Adam finds its own step sizes, and keeps its rate."""
        return self.learning_rate if self.solver == "sgd" else "constant"

    def layers(self, n_in: int, n_out: int) -> list[Layer]:
        """Make the layers: each hidden one with its ReLU, and with its Dropout where some of it is left out."""
        sizes = [n_in, *map(int, self.widths)]
        layers: list[Layer] = []
        for i, width in enumerate(sizes[1:]):
            layers += [Linear(sizes[i], width), ReLU()]
            layers += [Dropout(float(self.dropout))] if self.dropout else []
        return [*layers, Linear(sizes[-1], n_out)]

    def settings(self, n: int) -> Settings:
        """Say the same in our own terms, for `n` training examples."""
        return Settings(
            epochs=int(self.max_iter),
            batch_size=self._batch_size(n),
            optimizer="momentum" if self.solver == "sgd" else "adam",
            learning_rate=float(self.learning_rate_init),
            momentum=float(self.momentum),
            nesterov=bool(self.nesterovs_momentum),
            weight_decay=0.0,  # it would be decoupled; `Course.gradient` adds scikit-learn's penalty
            schedule="constant",
        )

    def _batch_size(self, n: int) -> int:
        if self.batch_size == "auto":
            return min(200, n)
        if self.batch_size > n:
            warnings.warn(f"batch_size={self.batch_size} is larger than the data: it is clipped to {n}.", stacklevel=2)
        return min(int(self.batch_size), n)


def _is_count(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1


def _is_between(low: float, value: Any, high: float, *, above: bool = False) -> bool:
    """Whether `value` is a number from `low` (or above it) up to, not including, `high`."""
    if not isinstance(value, Real):
        return False
    return low <= float(value) < high and not (above and value == low)


class Course(Run):
    """A training run that follows `rules`: its epochs and steps are those of every run."""

    def __init__(
        self, network: Network, train: Examples, rules: Rules, rng: np.random.Generator, weights: Array | None = None
    ) -> None:
        self.rules = rules
        self.rate = float(rules.learning_rate_init)
        self.t = 0  # examples seen, in all epochs
        self.lowest, self.stale = inf, 0  # the figure to bring down, and the epochs since it last fell by `tol`
        super().__init__(network, train, None, rules.settings(len(train[1])), rng, weights)

    @property
    def state(self) -> dict[str, Any]:
        """What a later course needs to go on from here, beside the network: numbers and arrays."""
        kept = {name: getattr(self, name) for name in ("rate", "lowest", "stale")}
        return kept | {"steps": self.optimizer.steps, "vectors": self.optimizer.state}

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Bring the course to a `state`; vectors of another solver are of no use to this one."""
        for name in ("rate", "lowest", "stale"):
            setattr(self, name, state[name])
        self.optimizer.steps = state["steps"]
        for name, vector in self.optimizer.state.items():
            vector[...] = state["vectors"].get(name, vector)

    def begin_epoch(self) -> None:
        """Begin an epoch, in the order of the data where it is not to be shuffled."""
        super().begin_epoch()
        if not self.rules.shuffle:
            self.order = np.arange(self.n)

    def gradient(self, batch: Sharing, index: Array) -> tuple[float, int]:
        """Add the penalty α/2n Σ W² to the loss and α/n W to the gradient, where n is what the batch counts."""
        loss, correct = super().gradient(batch, index)
        share = self.rules.alpha / self.weight(index)
        for layer in self.network.layers:
            if share and isinstance(layer, Linear):
                layer.dW += share * layer.W
                loss += share / 2 * float(np.vdot(layer.W, layer.W))
        return loss, correct

    def learning_rate(self, step: int) -> float:
        """Keep one rate through an epoch."""
        return self.rate

    def end_epoch(self) -> None:
        """Write the record, and set the next epoch's rate: "invscaling" is η₀ / (t + 1)^power_t."""
        super().end_epoch()
        self.t += self.n
        if self.rules.schedule == "invscaling":
            self.rate = self.rules.learning_rate_init / (self.t + 1) ** self.rules.power_t

    def at_plateau(self) -> bool:
        """Look at the last record; return whether its figure has not improved by `tol` for too long, so that to stop.

        The figure is the validation accuracy with early stopping, and else the training loss; the weights of its best
        epoch are kept in `best_params`. "adaptive" divides the rate by five at a plateau, and stops when that is spent.
        """
        record = self.history.last
        figure = -record["validation_accuracy"] if self.rules.early_stopping else record["train_loss"]
        self.stale = self.stale + 1 if figure > self.lowest - self.rules.tol else 0
        if figure < self.lowest:
            self.lowest = figure
            self.best_params[...] = self.network.params
        if self.stale <= self.rules.n_iter_no_change:
            return False
        if self.rules.schedule != "adaptive" or self.rate <= SLOWEST:
            return True
        self.rate /= 5
        self.stale = 0
        return False
