"""A fitted classifier: its predictions, and the history of its training."""

from typing import Any

import numpy as np
from scipy.special import log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d, validate_data

from .._util.arrays import Array, dense, finite
from ..analysis.evaluate import Interval, accuracy_interval
from ..nn.layers import Affine
from ..nn.loss import softmax
from ..nn.network import CHUNK, Network
from ..training.history import History

FLOATS = (np.float64, np.float32)  # float32 is kept; all other dtypes become float64


def dtypes_for(X: Any) -> tuple[type[np.generic], ...]:
    """List the dtypes to keep: pixels stay bytes, an eighth of what they are as float64, until a batch needs them.

    Parameters
    ----------
    X : array-like
        Features.

    Returns
    -------
    tuple of type
        For scikit-learn's validation, which turns all others into the first.

    """
    return (*FLOATS, np.uint8) if isinstance(X, np.ndarray) and X.dtype == np.uint8 else FLOATS


def float_of(dtype: Any) -> Any:
    """Choose the dtype to compute in.

    Parameters
    ----------
    dtype : dtype
        Of the features.

    Returns
    -------
    dtype
        The same if it is a float's, else float64.

    """
    return dtype if dtype in FLOATS else np.float64


class FittedClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """A scikit-learn classifier, as far as it depends only on its `network_`, `classes_` and `history_`."""

    network_: Network
    classes_: Array
    history_: History
    n_features_in_: int

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

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
        return np.ascontiguousarray(softmax(np.asfortranarray(self._logits(X))))  # faster by columns: there are few

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

        Raises
        ------
        ValueError
            If X and y do not fit each other, or the classifier.

        References
        ----------
        E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.

        """
        labels = column_or_1d(y, warn=True)
        check_consistent_length(X, labels)
        right = self.predict(X) == labels
        return accuracy_interval(int(np.count_nonzero(right)), len(right))

    def _logits(self, X: Any) -> Array:
        rows, network = self._rows(X), self.network_
        parts = [dense(rows[start : start + CHUNK]) for start in range(0, rows.shape[0], CHUNK)]
        logits = [network.forward(part.astype(network.dtype, copy=False)) for part in parts]
        return finite(np.concatenate(logits) if len(logits) > 1 else logits[0])

    def _rows(self, X: Any) -> Array:
        check_is_fitted(self)
        if self._needs_no_conversion(X):
            return np.asarray(X)
        rows: Array = validate_data(self, X, accept_sparse="csr", dtype=dtypes_for(X), reset=False)
        return rows

    def _needs_no_conversion(self, X: Any) -> bool:
        """Tell, in a tenth of the time that scikit-learn takes for small data, whether X can be used as it is."""
        if type(X) is not np.ndarray or X.dtype not in FLOATS or X.shape[1:] != (self.n_features_in_,) or not len(X):
            return False
        with np.errstate(over="ignore", invalid="ignore"):
            return bool(np.isfinite(X.sum())) and not hasattr(self, "feature_names_in_")

    @property
    def coefs_(self) -> list[Array]:
        """The weight matrices, each (n_in, n_out): views of the network's parameters; convolutions come first."""
        return self.network_.weights

    @property
    def intercepts_(self) -> list[Array]:
        """The biases, each (n_out,): views of the network's parameters."""
        return [layer.b for layer in self.network_.layers if isinstance(layer, Affine)]

    @property
    def n_layers_(self) -> int:
        """The number of layers of units, input and output among them."""
        return len(self.network_.sizes)

    @property
    def n_outputs_(self) -> int:
        """The number of outputs, one for each class."""
        return self.network_.sizes[-1]

    @property
    def out_activation_(self) -> str:
        """What turns outputs into probabilities, also where there are two classes."""
        return "softmax"

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
