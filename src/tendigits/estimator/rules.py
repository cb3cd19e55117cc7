"""scikit-learn's rules: what MLPClassifier's parameters may be, how they are said in our terms, and when to stop.

The formulas are those of `sklearn.neural_network.MLPClassifier`, so that what its users know stays true.
"""

import warnings
from collections.abc import Mapping
from math import inf
from numbers import Integral, Real
from types import SimpleNamespace
from typing import Any

import numpy as np
from sklearn.utils._param_validation import Interval, Options, StrOptions

from ..errors import InputError
from ..nn.layers import Dropout, Layer, Linear, ReLU
from ..nn.network import Network
from ..training.early_stopping import EarlyStopping, Figure
from ..training.history import History, Record
from ..training.settings import Settings

SLOWEST = 1e-6  # learning_rate="adaptive" stops here

CONSTRAINTS: dict[str, list[Any]] = {
    "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
    "solver": [StrOptions({"sgd", "adam"})],
    "alpha": [Interval(Real, 0, None, closed="left")],
    "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"})],
    "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
    "power_t": [Interval(Real, 0, None, closed="left")],
    "max_iter": [Interval(Integral, 1, None, closed="left")],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
    "tol": [Interval(Real, 0, None, closed="left")],
    "verbose": ["verbose"],
    "warm_start": ["boolean"],
    "momentum": [Interval(Real, 0, 1, closed="left")],
    "nesterovs_momentum": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
    "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {inf})],
    "dropout": [Interval(Real, 0, 1, closed="left")],
    "class_weight": [StrOptions({"balanced"}), dict, None],
    "callbacks": ["array-like", None],
    "progress": ["boolean", None],
}
"""scikit-learn's own table of what each parameter may be, checked whenever a classifier is fitted."""


def rules_of(parameters: Mapping[str, Any]) -> Any:
    """Gather a classifier's parameters, checked by its table, with `hidden_layer_sizes` as a list.

    Raises InputError where that holds anything but positive integers, which the table cannot say.
    """
    sizes = parameters["hidden_layer_sizes"]
    sizes = list(sizes) if np.iterable(sizes) else [sizes]
    if not all(isinstance(size, Integral) and int(size) > 0 for size in sizes):
        raise InputError(f"hidden_layer_sizes must be positive integers, not {parameters['hidden_layer_sizes']!r}.")
    return SimpleNamespace(**{**parameters, "hidden_layer_sizes": sizes})


def layers(rules: Any, n_in: int, n_out: int) -> list[Layer]:
    """Make the layers: each hidden one with its ReLU, and with its Dropout where some of it is left out."""
    sizes = [n_in, *map(int, rules.hidden_layer_sizes)]
    made: list[Layer] = []
    for i, width in enumerate(sizes[1:]):
        made += [Linear(sizes[i], width), ReLU()]
        made += [Dropout(float(rules.dropout))] if rules.dropout else []
    return [*made, Linear(sizes[-1], n_out)]


def settings(rules: Any, n: int) -> Settings:
    """Say the same in our own terms, for `n` training examples."""
    return Settings(
        epochs=int(rules.max_iter),
        batch_size=_batch_size(rules.batch_size, n),
        optimizer="momentum" if rules.solver == "sgd" else "adam",
        learning_rate=float(rules.learning_rate_init),
        momentum=float(rules.momentum),
        nesterov=bool(rules.nesterovs_momentum),
        weight_decay=0.0,
        schedule="constant",
        l2=float(rules.alpha),
        shuffle=bool(rules.shuffle),
    )


def _batch_size(batch_size: Any, n: int) -> int:
    if batch_size == "auto":
        return min(200, n)
    if batch_size > n:
        warnings.warn(f"batch_size={batch_size} is larger than the data: it is clipped to {n}.", stacklevel=2)
    return min(int(batch_size), n)


class Plateau:
    """The learning rate of scikit-learn's rules, and the end of training where nothing improves any more.

    Called after each epoch, as callbacks of `fit` are. The figure it watches is the validation accuracy with early
    stopping, and else the training loss. "adaptive" divides the rate by five at a plateau, and stops when that is
    spent; "invscaling" is η₀ / (examples seen + 1) ** power_t.

    Parameters
    ----------
    rules : namespace
        The classifier's parameters.
    network : Network
        Whose parameters to keep at the figure's best.
    n : int
        Training examples of an epoch.
    t : int
        Examples seen before.

    Attributes
    ----------
    rate : float
        For the next epoch.
    stopping : EarlyStopping
    stopped : bool
        Whether the plateau, or a callback, has ended the training.

    """

    def __init__(self, rules: Any, network: Network, n: int, t: int) -> None:
        self._rules, self._n = rules, n
        self.rate, self.t, self.stopped = float(rules.learning_rate_init), t, False
        figure = _validation_accuracy if rules.early_stopping else _training_loss
        self.stopping = EarlyStopping(network.params, figure, rules.n_iter_no_change, rules.tol)

    def __repr__(self) -> str:
        return f"Plateau(rate={self.rate:g}, {self.stopping})"

    @property
    def state(self) -> dict[str, Any]:
        """What training has to go on from later: numbers."""
        return {"rate": self.rate, "lowest": self.stopping.lowest[0], "stale": self.stopping.stale}

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Go on from such a state."""
        self.rate, self.stopping.stale = state["rate"], state["stale"]
        self.stopping.lowest = (state["lowest"], 0.0)

    def __call__(self, network: Network, history: History) -> bool:
        """Look at the epoch that has just ended; return whether it is to be the last."""
        self.t += self._n
        schedule = self._rules.learning_rate if self._rules.solver == "sgd" else "constant"  # Adam keeps its rate
        if schedule == "invscaling":
            self.rate = self._rules.learning_rate_init / (self.t + 1) ** self._rules.power_t
        self.stopping.watch(history.last)
        if self.stopping.is_over and schedule == "adaptive" and self.rate > SLOWEST:
            self.rate /= 5
            self.stopping.stale = 0
        self.stopped |= self.stopping.is_over
        return self.stopped


def _training_loss(record: Record) -> Figure:
    return record["train_loss"], 0.0


def _validation_accuracy(record: Record) -> Figure:
    return -record["validation_accuracy"], 0.0
