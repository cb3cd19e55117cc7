"""A fitted classifier: its predictions, and the history of its training."""

from typing import Any

import numpy as np
from scipy.special import log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from .._util.arrays import Array
from ..analysis.evaluate import Interval, accuracy_interval
from ..nn.layers import Linear
from ..nn.network import Network
from ..training.history import History

FLOATS = (np.float64, np.float32)  # float32 is kept; all other dtypes become float64


class FittedClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """A scikit-learn classifier, as far as it depends only on its `network_`, `classes_` and `history_`."""

    network_: Network
    classes_: Array
    history_: History

    def predict_proba(self, X: Any) -> Array:
        """Compute the probabilities of all labels, in the precision of training.

        Parameters
        ----------
        X : array-like of float, shape (n, n_features)
            Features.

        Returns
        -------
        ndarray of float, shape (n, n_classes)
            The probabilities, in the order of `classes_`.

        """
        rows = self._rows(X)
        return self.network_.predict_proba(rows)

    def predict_log_proba(self, X: Any) -> Array:
        """Compute the logarithms of the probabilities, finite even where a probability rounds to zero.

        Parameters
        ----------
        X : array-like of float, shape (n, n_features)
            Features.

        Returns
        -------
        ndarray of float, shape (n, n_classes)
            The logarithms, in the order of `classes_`.

        """
        log_p: Array = log_softmax(self._logits(X), axis=1)
        return log_p

    def decision_function(self, X: Any) -> Array:
        """Compute the logits, or, with two classes, the log-odds of the second.

        Parameters
        ----------
        X : array-like of float, shape (n, n_features)
            Features.

        Returns
        -------
        ndarray of float, shape (n, n_classes) or (n,)
            The logits, in the order of `classes_`, or the log-odds.

        """
        logits = self._logits(X)
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits

    def predict(self, X: Any) -> Array:
        """Predict the most probable label of each row.

        Parameters
        ----------
        X : array-like of float, shape (n, n_features)
            Features.

        Returns
        -------
        ndarray, shape (n,)
            Labels.

        """
        index = self.predict_proba(X).argmax(axis=1)
        labels: Array = self.classes_[index]
        return labels

    def score_interval(self, X: Any, y: Any) -> Interval:
        """Compute the 95 % interval of `score(X, y)`, the accuracy.

        Parameters
        ----------
        X : array-like of float, shape (n, n_features)
            Features of examples that training has not seen.
        y : array-like, shape (n,)
            Their labels.

        Returns
        -------
        low, high : float
            The ends of the interval.

        References
        ----------
        E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.

        """
        right = self.predict(X) == np.asarray(y)
        return accuracy_interval(int(np.count_nonzero(right)), len(right))

    def _logits(self, X: Any) -> Array:
        rows = self._rows(X)
        return self.network_.logits(rows)

    def _rows(self, X: Any) -> Array:
        check_is_fitted(self)
        rows: Array = validate_data(self, X, dtype=FLOATS, reset=False)
        return rows

    @property
    def coefs_(self) -> list[Array]:
        """The weight matrices, each (n_in, n_out): views of the network's parameters."""
        return self.network_.weights

    @property
    def intercepts_(self) -> list[Array]:
        """The biases, each (n_out,): views of the network's parameters."""
        return [layer.b for layer in self.network_.layers if isinstance(layer, Linear)]

    @property
    def loss_curve_(self) -> list[float]:
        """The mean training loss of each epoch, including the L2 penalty."""
        return self.history_["train_loss"]

    @property
    def loss_(self) -> float:
        """The training loss of the last epoch."""
        return self.loss_curve_[-1]

    @property
    def best_loss_(self) -> float | None:
        """The lowest training loss; None with early stopping, which uses the validation score."""
        return None if self.early_stopping else min(self.loss_curve_)

    @property
    def validation_scores_(self) -> list[float] | None:
        """The validation accuracy of each epoch; None without validation data."""
        return self._validation("validation_accuracy")

    @property
    def validation_loss_curve_(self) -> list[float] | None:
        """The mean validation loss of each epoch, without the L2 penalty; None without validation data."""
        return self._validation("validation_loss")

    @property
    def best_validation_score_(self) -> float | None:
        """The highest validation accuracy; None without validation data."""
        return max(self.validation_scores_) if self.validation_scores_ else None

    def _validation(self, figure: str) -> list[float] | None:
        return [record[figure] for record in self.history_ if figure in record] or None
