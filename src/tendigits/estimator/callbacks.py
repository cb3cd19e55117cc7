"""scikit-learn's own callbacks, which a classifier takes by `set_callbacks` where scikit-learn has them (since 1.9)."""

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from importlib import import_module
from typing import Any, TypeVar

from ..nn.network import Network
from ..training.history import History

Method = TypeVar("Method", bound=Callable[..., Any])

theirs: Any = None
with suppress(ImportError):  # an older scikit-learn, or one in which what is experimental has moved
    theirs = import_module("sklearn.callback")


class _TakesNone:
    """In the place of scikit-learn's mixin, where it has none."""


TakesCallbacks: Any = theirs.CallbackSupportMixin if theirs else _TakesNone


def with_callbacks(method: Method) -> Method:
    """Decorate a method, fit say, so that callbacks are torn down however it ends.

    Parameters
    ----------
    method : callable
        The method.

    Returns
    -------
    callable
        The same method, decorated where scikit-learn has callbacks.

    """
    decorated: Method = theirs.with_callbacks(method) if theirs else method
    return decorated


class Watched:
    """A fit, as scikit-learn's callbacks see it: one task, with a subtask for each epoch.

    An instance is a callback of our own: called after each epoch, it returns whether one of theirs ends the training.

    Parameters
    ----------
    estimator : DigitClassifier
        The classifier that is fitted.
    epochs : int
        The largest number of epochs.
    X, y, sample_weight
        What fit was given.

    """

    def __init__(self, estimator: Any, epochs: int, X: Any, y: Any, sample_weight: Any) -> None:
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        self._task = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
        self._epoch: Any = None
        self._fit: Any = None
        if hasattr(estimator, "_init_callback_context"):
            self._fit = estimator._init_callback_context(max_subtasks=epochs)
            self._fit.call_on_fit_task_begin(**self._task)
        self.begin()

    def __repr__(self) -> str:
        return f"Watched({self._fit})"

    def begin(self) -> None:
        """Begin the next epoch, unless all are done."""
        if self._fit and len(self._fit._children_map) < self._fit.max_subtasks:
            self._epoch = self._fit.subcontext(task_name="epoch")
            self._epoch.call_on_fit_task_begin(**self._task)

    def __call__(self, network: Network, history: History) -> bool:
        """End an epoch; return whether it is to be the last."""
        if not self._fit:
            return False
        stops = self._epoch.call_on_fit_task_end(
            **self._task, reconstruction_attributes=lambda: {"network_": deepcopy(network)}
        )
        self._epoch = None
        if not stops:
            self.begin()
        return bool(stops)

    def end(self) -> None:
        """End the fit, and the epoch that has begun and was not needed."""
        if self._epoch:
            self._epoch.call_on_fit_task_end(estimator=self._task["estimator"])
        if self._fit:
            self._fit.call_on_fit_task_end(**self._task, reconstruction_attributes={})
