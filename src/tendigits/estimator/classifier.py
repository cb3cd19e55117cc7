"""DigitClassifier: the network as a scikit-learn classifier, to stand where MLPClassifier stands."""

import warnings
from collections.abc import Callable, Sequence
from math import ceil
from typing import Any, Self

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, validate_data

from .._util.progress import progress_bar
from ..data.dataset import class_index
from ..data.splits import stratified_split
from ..errors import InputError
from ..nn.layers import Array
from ..nn.loss import softmax_cross_entropy
from ..nn.network import Network
from ..training.history import History, Record
from .fitted import FLOATS, FittedClassifier
from .rules import Course, Rules

Weighted = tuple[Array, Array, Array | None]  # rows, class indices, weights


class DigitClassifier(FittedClassifier):
    """A feed-forward network with ReLU layers and a softmax, for any numeric features and any labels.

    The parameters that MLPClassifier has mean what they mean there, with the same defaults. Features are taken as
    they are, so bring them to a common scale first: pixels, for one, divided by 255.

    hidden_layer_sizes: the widths of the hidden layers; () is logistic regression.
    solver: "adam", or "sgd" with `momentum` and `nesterovs_momentum`.
    alpha: strength of the L2 penalty on the weights, divided by the (weighted) size of the batch.
    batch_size: "auto" is 200, or all examples where there are fewer.
    learning_rate: "constant"; "invscaling", divided by (examples seen + 1) ** power_t; or "adaptive", divided by five
        at each plateau. For "sgd" only.
    learning_rate_init: the rate to begin with.
    max_iter: the most epochs; partial_fit runs one.
    shuffle: whether every epoch has an order of its own.
    tol, n_iter_no_change: stop where the training loss, or with `early_stopping` the validation score, has not
        improved by `tol` for more than so many epochs.
    early_stopping: hold out `validation_fraction`, unless fit is given X_val and y_val, and keep the best weights.
    warm_start: whether fit goes on from the weights that an earlier fit found.
    dropout: the share of each hidden layer that is left out in training.
    class_weight: None, "balanced", or a dict from label to weight; it multiplies sample weights.
    callbacks: called as callback(network, history) after each epoch; one that returns True ends the training.
    progress: show a progress bar; None shows it in a terminal and in a notebook.
    verbose: print the loss of each epoch.
    random_state: an int, a RandomState, or None for NumPy's global one: it decides weights, batches and dropout.

    After fit: `classes_`, `n_features_in_`, `feature_names_in_` (where X has them), `network_`, the trained Network;
    `history_`, all that was seen, epoch by epoch; `n_iter_`, the epochs of the last call; `t_`, the examples seen in
    all; and, read from these, `coefs_`, `intercepts_`, `loss_`, `loss_curve_`, `best_loss_`, `validation_scores_`,
    `validation_loss_curve_`, `best_validation_score_`.
    """

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: Any = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: float = 10,
        dropout: float = 0.0,
        class_weight: Any = None,
        callbacks: Sequence[Callable[[Network, History], object]] | None = None,
        progress: bool | None = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.dropout = dropout
        self.class_weight = class_weight
        self.callbacks = callbacks
        self.progress = progress

    # ------------------------------------------------------------------ fitting

    def fit(self, X: Any, y: Any, sample_weight: Any = None, *, X_val: Any = None, y_val: Any = None) -> Self:
        """Train on X (n, n_features) and labels y (n,).

        sample_weight: (n,), how much each example counts; those of weight 0 are as good as absent.
        X_val, y_val: examples to measure the validation loss and score on after each epoch.
        Raises ValueError for input that does not fit, and Diverged when the loss is no longer finite.
        """
        rules = Rules.among(self.get_params(deep=False))
        warm = self.warm_start and hasattr(self, "network_")
        X, y, weights = self._validated(X, y, sample_weight, reset=not warm)
        if not warm:
            self._begin(rules, np.unique(y), X.dtype)
        elif not np.array_equal(np.unique(y), self.classes_):
            raise InputError(f"warm_start needs the classes of the last fit, {self.classes_}, not {np.unique(y)}.")
        train, validation = self._parts(rules, self._weighted(X, y, weights), X_val, y_val)
        course = self._course(rules, train)
        if not self._train(course, validation, rules.max_iter):
            warnings.warn(f"Not converged after max_iter={rules.max_iter} epochs.", ConvergenceWarning, stacklevel=2)
        if rules.early_stopping:
            self.network_.params[...] = course.best_params
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train for one epoch, going on from the last call.

        classes: all labels that may ever come; needed in the first call. The others are as in `fit`.
        """
        rules = Rules.among(self.get_params(deep=False))
        if rules.early_stopping:
            raise InputError("partial_fit cannot stop early: it runs one epoch. Use fit, or early_stopping=False.")
        first = not hasattr(self, "network_")
        X, y, weights = self._validated(X, y, sample_weight, reset=first)
        self._check_classes(classes, first)
        if first:
            self._begin(rules, np.unique(classes), X.dtype)
        course = self._course(rules, self._weighted(X, y, weights))
        if not first:
            course.go_on(self._state)
        self._train(course, None, 1)
        return self

    def _check_classes(self, classes: Any, first: bool) -> None:
        if first and classes is None:
            raise InputError("The first call of partial_fit needs classes, all labels that may ever come.")
        if not first and classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise InputError(f"classes={classes} is not what it was in the first call: {self.classes_}.")
        if self.class_weight == "balanced":
            raise InputError("partial_fit sees too little of the data to balance: give class_weight as a dict.")

    def _validated(self, X: Any, y: Any, sample_weight: Any, *, reset: bool) -> Weighted:
        """Check the examples as scikit-learn does, and leave out those of weight zero."""
        X, y = validate_data(self, X, y, dtype=FLOATS, reset=reset)
        check_classification_targets(y)
        if sample_weight is None:
            return X, y, None
        return _counting("sample_weight", X, y, _check_sample_weight(sample_weight, X, dtype=X.dtype))

    def _weighted(self, X: Array, y: Array, weights: Array | None) -> Weighted:
        """Turn labels into class indices, and multiply class weights into the sample weights."""
        labels = class_index(y, self.classes_)
        if self.class_weight is None:
            return X, labels, weights
        weights = np.ones(len(y), X.dtype) if weights is None else weights
        by_class = self._class_weights(y, labels, weights).astype(X.dtype)
        return _counting("class_weight", X, labels, weights * by_class[labels])

    def _class_weights(self, y: Array, labels: Array, weights: Array) -> Array:
        """Weigh each class; "balanced" is Σ w / (number of classes × Σ w of the class), as if weights were counts."""
        chosen: Array
        if self.class_weight == "balanced":
            chosen = weights.sum() / (len(self.classes_) * np.bincount(labels, weights))
        else:
            chosen = compute_class_weight(self.class_weight, classes=self.classes_, y=y)
        return chosen

    def _parts(self, rules: Rules, examples: Weighted, X_val: Any, y_val: Any) -> tuple[Weighted, Weighted | None]:
        """Decide what to train on and what to validate on, if on anything."""
        if (X_val is None) != (y_val is None):
            raise InputError("X_val and y_val go together: give both, or neither.")
        if X_val is not None:
            X_val, y_val = validate_data(self, X_val, y_val, dtype=FLOATS, reset=False)
            return examples, (X_val, class_index(y_val, self.classes_), None)
        if not rules.early_stopping:
            return examples, None
        X, labels, weights = examples
        n_held_out = ceil(rules.validation_fraction * len(labels))
        if n_held_out == len(labels):
            raise InputError(f"early_stopping holds out {n_held_out} of n_samples = {len(labels)}: none are left.")
        kept, held_out = stratified_split(labels, n_held_out, self._rng)
        return tuple(  # type: ignore[return-value]
            (X[part], labels[part], None if weights is None else weights[part]) for part in (kept, held_out)
        )

    def _begin(self, rules: Rules, classes: Array, dtype: Any) -> None:
        """Start anew: draw the weights, forget what was seen."""
        self.classes_ = classes
        self._rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31 - 1))
        self.network_ = Network(rules.layers(self.n_features_in_, len(classes)), seed=self._rng, dtype=dtype)
        self.network_.classes = classes
        self.history_ = History()
        self.t_ = 0

    def _course(self, rules: Rules, train: Weighted) -> Course:
        X, labels, weights = train
        course = Course(self.network_, (X, labels), rules, self._rng, weights)
        course.history, course.t = self.history_, self.t_
        return course

    def _train(self, course: Course, validation: Weighted | None, epochs: int) -> bool:
        """Run up to so many epochs; return whether it stopped by itself."""
        stopped, self.n_iter_ = False, 0
        bar = progress_bar(total=epochs, unit="epoch", description="fit", shown=self.progress)
        try:
            with bar, np.errstate(over="ignore", invalid="ignore"):  # divergence is found, and told in a sentence
                while not stopped and self.n_iter_ < epochs:
                    stopped = self._epoch(course, validation)
                    bar.update(1)
        finally:  # whatever ended it, partial_fit can go on
            self.t_, self._state = course.t, course.state
        return stopped

    def _epoch(self, course: Course, validation: Weighted | None) -> bool:
        """Run an epoch, and tell of it; return whether it is to be the last."""
        course.epoch()
        self.n_iter_ += 1
        if validation:
            course.history.last.update(self._measured(*validation))
        self._tell(course.history.last)
        stops = [callback(self.network_, course.history) for callback in self.callbacks or ()]
        return course.at_plateau() or True in stops

    def _measured(self, X: Array, labels: Array, weights: Array | None) -> Record:
        logits = self.network_.logits(X)
        right = logits.argmax(axis=1) == labels
        loss, _ = softmax_cross_entropy(logits, labels, weights)
        return {"validation_loss": loss, "validation_accuracy": float(np.average(right, weights=weights))}

    def _tell(self, record: Record) -> None:
        if self.verbose:
            print(f"Iteration {record['epoch']}, loss = {record['train_loss']:.8f}")
            if "validation_accuracy" in record:
                print(f"Validation score: {record['validation_accuracy']:.6f}")


def _counting(what: str, X: Array, y: Array, weights: Array) -> Weighted:
    """Leave out the examples of weight zero; weights that are all one are the same as none."""
    if not weights.min() >= 0 or weights.max() == 0:
        raise InputError(f"{what} must not be negative, nor zero for all examples.")
    if (weights == 1).all():
        return X, y, None
    counts = weights > 0
    return (X, y, weights) if counts.all() else (X[counts], y[counts], weights[counts])
