"""Early stopping: when to end training that no longer improves, and which weights to keep.

Prechelt, "Early Stopping - But When?", 1998.
"""

from collections.abc import Callable
from math import inf

from .._util.arrays import Array
from .history import Record

Metric = tuple[float, float]  # what is to be minimised, and a tie-breaker


class EarlyStopping:
    """Watches one metric of every epoch, and keeps the weights of its best epoch.

    Parameters
    ----------
    params : ndarray of float, shape (n_params,)
        The network's parameters.
    metric : callable
        Takes an epoch's record; returns the metric to be minimised and a tie-breaker, also to be minimised.
    patience : float
        How many epochs in a row may fail to lower the metric by `tol`.
    tol : float
        The least improvement that counts; with 0, any does.

    Attributes
    ----------
    best_params : ndarray of float, shape (n_params,)
        The parameters of the epoch with the lowest metric.
    lowest : tuple of float
        That metric and its tie-breaker.
    stale : int
        Epochs in a row without improvement.

    """

    def __init__(self, params: Array, metric: Callable[[Record], Metric], patience: float, tol: float = 0.0) -> None:
        self.metric, self.patience, self.tol = metric, patience, tol
        self.lowest: Metric = (inf, inf)
        self.stale = 0
        self._params, self.best_params = params, params.copy()

    def __repr__(self) -> str:
        return f"EarlyStopping(lowest={self.lowest[0]:g}, stale={self.stale}, patience={self.patience})"

    @property
    def is_over(self) -> bool:
        """Whether patience has run out."""
        return self.stale > self.patience

    def see(self, record: Record) -> bool:
        """Take note of an epoch's metric.

        Parameters
        ----------
        record : dict
            The epoch's record.

        Returns
        -------
        bool
            Whether its metric is the lowest so far.

        """
        metric = self.metric(record)
        is_best = metric < self.lowest
        improved = metric <= (self.lowest[0] - self.tol, self.lowest[1]) if self.tol else is_best
        self.stale = 0 if improved else self.stale + 1
        if is_best:
            self.lowest = metric
        return is_best

    def watch(self, record: Record) -> None:
        """Take note of the epoch that has just ended, and keep the parameters if it is the best so far.

        Parameters
        ----------
        record : dict
            The epoch's record.

        """
        if self.see(record):
            self.best_params[...] = self._params


def validation_accuracy(record: Record) -> Metric:
    """Choose validation accuracy as the metric to watch, with validation loss as tie-breaker.

    Parameters
    ----------
    record : dict
        An epoch's record.

    Returns
    -------
    tuple of float
        The accuracy, negated, and the loss.

    """
    return -record["validation_accuracy"], record["validation_loss"]
