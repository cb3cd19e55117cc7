"""MLPClassifier's parameters: which values they may have, what they mean in our terms, and when training stops.

The formulas are those of `sklearn.neural_network.MLPClassifier`, so that what its users know holds here too. Only
Adam's epsilon stands where its paper has it: it is added to √v̂, corrected for bias, and not to √v.
"""

import warnings
from collections.abc import Mapping
from math import inf, isqrt, prod
from numbers import Integral, Real
from types import SimpleNamespace
from typing import Any

import numpy as np
from sklearn.utils._param_validation import Interval, Options, StrOptions

from .._util.arrays import Shape
from ..data.distortions import Distortion
from ..errors import InputError
from ..models.builder import ACTIVATIONS, architecture
from ..nn.layers import Layer
from ..nn.network import Network
from ..training.early_stopping import EarlyStopping, Metric
from ..training.history import History, Record
from ..training.settings import Settings

SLOWEST = 1e-6  # learning_rate="adaptive" stops here

CONSTRAINTS: dict[str, list[Any]] = {
    "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
    "activation": [StrOptions(set(ACTIVATIONS))],
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
    "beta_1": [Interval(Real, 0, 1, closed="left")],
    "beta_2": [Interval(Real, 0, 1, closed="left")],
    "epsilon": [Interval(Real, 0, None, closed="neither")],
    "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {inf})],
    "max_fun": [Interval(Integral, 1, None, closed="left")],
    "dropout": [Interval(Real, 0, 1, closed="left")],
    "class_weight": [StrOptions({"balanced"}), dict, None],
    "callbacks": ["array-like", None],
    "progress": ["boolean", None],
    "conv": [str],
    "image_shape": ["array-like", None],
    "distortion": [Distortion, None],
    "workers": [Interval(Integral, 1, None, closed="left")],
    "components": [Interval(Integral, 1, None, closed="left"), None],
}
"""scikit-learn's table of the values allowed for each parameter, checked whenever a classifier is fitted."""


def rules_of(parameters: Mapping[str, Any]) -> Any:
    """Check a classifier's parameters, as far as scikit-learn's table does not.

    Parameters
    ----------
    parameters : mapping
        All of them, by name.

    Returns
    -------
    namespace
        The same, with `hidden_layer_sizes` as a list.

    Raises
    ------
    InputError
        If `hidden_layer_sizes` holds anything but positive integers.

    """
    sizes = parameters["hidden_layer_sizes"]
    sizes = list(sizes) if np.iterable(sizes) else [sizes]
    if not all(isinstance(size, Integral) and int(size) > 0 for size in sizes):
        raise InputError(f"hidden_layer_sizes must be positive integers, not {parameters['hidden_layer_sizes']!r}.")
    return SimpleNamespace(**{**parameters, "hidden_layer_sizes": sizes})


def layers(rules: Any, n_in: int, n_out: int) -> list[Layer]:
    """Make the network's layers: convolutions, if any; then for each hidden width a Linear and its activation.

    Parameters
    ----------
    rules : namespace
        The classifier's parameters.
    n_in, n_out : int
        Numbers of features and classes.

    Returns
    -------
    list of Layer
        The layers.

    """
    return architecture(
        image_shape(rules, n_in) if rules.conv else (n_in,),
        n_out,
        hidden=[int(width) for width in rules.hidden_layer_sizes],
        conv=rules.conv,
        dropout=float(rules.dropout),
        activation=rules.activation,
    )


def image_shape(rules: Any, n_in: int) -> Shape:
    """Say what images the rows of features are.

    Parameters
    ----------
    rules : namespace
        The classifier's parameters.
    n_in : int
        Number of features.

    Returns
    -------
    tuple of int
        (height, width): `image_shape`, or, where that is None, the square of so many pixels.

    Raises
    ------
    InputError
        If a row has another number of features than such an image has pixels.

    """
    side = isqrt(n_in)
    shape = (side, side) if rules.image_shape is None else tuple(map(int, rules.image_shape))
    if len(shape) != 2 or min(shape) < 1 or prod(shape) != n_in:
        raise InputError(f"{n_in} features do not make an image of {shape}: give image_shape=(height, width).")
    return shape


def settings(rules: Any, n: int) -> Settings:
    """Translate the parameters into settings.

    Parameters
    ----------
    rules : namespace
        The classifier's parameters.
    n : int
        Number of training examples.

    Returns
    -------
    Settings
        The settings.

    Warns
    -----
    UserWarning
        If the batch size is larger than n.

    """
    size = _batch_size(rules.batch_size, n)
    return Settings(
        epochs=int(rules.max_iter),
        batch_size=size,
        optimizer="momentum" if rules.solver == "sgd" else "adam",
        learning_rate=float(rules.learning_rate_init),
        momentum=float(rules.momentum),
        nesterov=bool(rules.nesterovs_momentum),
        weight_decay=0.0,
        schedule="constant",
        l2=float(rules.alpha),
        shuffle=bool(rules.shuffle),
        distortion=rules.distortion or Distortion(),
        workers=min(int(rules.workers), size),
        components=rules.components,
    )


def _batch_size(batch_size: Any, n: int) -> int:
    if batch_size == "auto":
        return min(200, n)
    if batch_size > n:
        warnings.warn(f"batch_size={batch_size} is larger than the data: it is clipped to {n}.", stacklevel=2)
    return min(int(batch_size), n)


class Plateau:
    """scikit-learn's rules for the learning rate, and for stopping once training no longer improves.

    An instance is a callback of `fit`. It watches the validation accuracy with early stopping, otherwise the training
    loss. "adaptive" divides the rate by five at each plateau, and stops when the rate has become tiny; "invscaling" is
    η₀ / (examples seen + 1) ** power_t.

    Parameters
    ----------
    rules : namespace
        The classifier's parameters.
    network : Network
        The network whose best parameters to keep.
    n : int
        Number of training examples in an epoch.
    t : int
        Number of examples seen in earlier calls.

    Attributes
    ----------
    rate : float
        The learning rate of the next epoch.
    t : int
        Number of examples seen in all.
    stopping : EarlyStopping
        Watches the metric.
    stopped : bool
        Whether a plateau has ended the training.

    """

    def __init__(self, rules: Any, network: Network, n: int, t: int) -> None:
        self._rules, self._n = rules, n
        self.rate, self.t, self.stopped = float(rules.learning_rate_init), t, False
        metric = _validation_accuracy if rules.early_stopping else _training_loss
        self.stopping = EarlyStopping(network.params, metric, rules.n_iter_no_change, rules.tol)

    def __repr__(self) -> str:
        return f"Plateau(rate={self.rate:g}, {self.stopping})"

    @property
    def state(self) -> dict[str, Any]:
        """What a later call needs to go on from here."""
        return {"rate": self.rate, "lowest": self.stopping.lowest[0], "stale": self.stopping.stale}

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier state.

        Parameters
        ----------
        state : mapping
            What `state` was at the end of an earlier call.

        """
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


def _training_loss(record: Record) -> Metric:
    return record["train_loss"], 0.0


def _validation_accuracy(record: Record) -> Metric:
    return -record["validation_accuracy"], 0.0
