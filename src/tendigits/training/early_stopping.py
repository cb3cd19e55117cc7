"""Early stopping: when to end a training that no longer improves, and which weights to keep."""

from collections.abc import Callable
from math import inf

from .._util.arrays import Array
from .history import Record

Figure = tuple[float, float]  # what is to fall, and what decides between equals


class EarlyStopping:
    """Watches one figure of every epoch, and keeps the weights of its best one.

    Parameters
    ----------
    params : ndarray of float, shape (n_params,)
        The network's parameters.
    figure : callable
        From an epoch's record to what is to fall, and what decides between equals.
    patience : float
        How many epochs in a row may fail to bring the figure down by `tol`.
    tol : float
        The least improvement that counts.

    Attributes
    ----------
    best_params : ndarray of float, shape (n_params,)
        The parameters at the figure's lowest.
    stale : int
        Epochs in a row without improvement.

    """

    def __init__(self, params: Array, figure: Callable[[Record], Figure], patience: float, tol: float = 0.0) -> None:
        self.figure, self.patience, self.tol = figure, patience, tol
        self.lowest: Figure = (inf, inf)
        self.stale = 0
        self._params, self.best_params = params, params.copy()

    def __repr__(self) -> str:
        return f"EarlyStopping(lowest={self.lowest[0]:g}, stale={self.stale}, patience={self.patience})"

    @property
    def is_over(self) -> bool:
        """Whether patience is at its end."""
        return self.stale > self.patience

    def see(self, record: Record) -> bool:
        """Look at an epoch's record; return whether its figure is the lowest so far."""
        figure = self.figure(record)
        self.stale = 0 if figure <= (self.lowest[0] - self.tol, self.lowest[1]) else self.stale + 1
        is_best = figure < self.lowest
        if is_best:
            self.lowest = figure
        return is_best

    def watch(self, record: Record) -> None:
        """Look at the record of the epoch that has just ended, and keep the parameters where it is the best."""
        if self.see(record):
            self.best_params[...] = self._params


def validation_accuracy(record: Record) -> Figure:
    """Watch the validation accuracy, and of equals the validation loss."""
    return -record["validation_accuracy"], record["validation_loss"]
