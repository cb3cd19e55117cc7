"""DigitClassifier: the network as a scikit-learn classifier, a drop-in replacement for MLPClassifier."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import ceil
from typing import Any, Self

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, validate_data

from .._util.arrays import Array, is_sparse
from .._util.progress import progress_bar
from ..data.dataset import class_index
from ..data.distortions import Distortion
from ..data.splits import stratified_split
from ..errors import InputError
from ..nn.network import Network
from ..nn.optimizers import SGD, Adam
from ..training.history import History
from ..training.loop import train_run
from ..training.run import Callback, Run
from .callbacks import TakesCallbacks, Watched, with_callbacks
from .fitted import FLOATS, FittedClassifier, dtypes_for, float_of
from .rules import CONSTRAINTS, Plateau, image_shape, layers, rules_of, settings

Weighted = tuple[Array, Array, Array | None]  # rows, class indices, weights


class DigitClassifier(TakesCallbacks, FittedClassifier):  # type: ignore[misc] # scikit-learn has no types
    """A feed-forward network with a softmax, for any numeric features and any labels.

    The parameters that MLPClassifier also has mean the same, with the same defaults. Features are taken as they are, so
    bring them to a common scale first; for example, divide pixels by 255.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        The widths of the hidden layers; () is logistic regression.
    activation : {"relu", "tanh", "logistic", "identity"}
        The nonlinearity of the hidden layers; "identity" is none.
    solver : {"adam", "sgd"}
        Adam, or gradient descent with `momentum` and `nesterovs_momentum`.
    alpha : float
        Strength of the L2 penalty on the weights, divided by the (weighted) size of the batch.
    batch_size : int or "auto"
        "auto" is 200, or all examples if there are fewer.
    learning_rate : {"constant", "invscaling", "adaptive"}
        "invscaling" divides by (examples seen + 1) ** power_t, "adaptive" by five at each plateau. Only used when
        solver="sgd".
    learning_rate_init : float
        The initial learning rate.
    power_t : float
        Only used when learning_rate="invscaling".
    max_iter : int
        The largest number of epochs; partial_fit runs one.
    shuffle : bool
        Whether every epoch has an order of its own.
    random_state : int, RandomState or None
        Decides starting weights, batches and dropout; None uses NumPy's global generator.
    tol : float
        The least improvement that counts.
    n_iter_no_change : float
        Stop when the training loss, or with `early_stopping` the validation score, has not improved by `tol` for more
        than this many epochs.
    verbose : bool
        Whether to print the loss of each epoch.
    warm_start : bool
        Whether fit starts from the weights of the last fit.
    momentum, nesterovs_momentum : float, bool
        Only used when solver="sgd".
    early_stopping : bool
        Whether to stop by the validation score, and keep the best weights. `validation_fraction` of the examples is
        held out, unless fit is given X_val and y_val.
    validation_fraction : float
        Only used when early_stopping=True.
    beta_1, beta_2, epsilon : float
        Adam's decay rates and its smallest divisor, which MLPClassifier adds before v is corrected for bias, and Adam's
        paper and we after: an epsilon far above the default damps the first steps less. Only used when solver="adam".
    max_fun : int
        Accepted, and without effect: MLPClassifier uses it for the solver "lbfgs" alone.
    dropout : float
        The share of each hidden layer's units that is dropped in training.
    class_weight : dict, "balanced" or None
        Weight of each label; it multiplies sample weights.
    callbacks : sequence of callable, optional
        Called as callback(network, history) after each epoch; one that returns True ends the training.
    progress : bool, optional
        Whether to show a progress bar; None means in a terminal and in a notebook.
    conv : str
        Convolutions before the hidden layers, each followed by a ReLU: "24x5 pool 48x3" is 24 kernels of 5 × 5, the
        maximum over 2 × 2, and 48 kernels of 3 × 3.
    image_shape : tuple of int, optional
        (height, width) of the images that the rows of X are, for `conv` and `distortion`; None means a square.
    distortion : Distortion, optional
        How much to distort each image, differently each time it is seen. Around them is 0.
    workers : int
        Processes (threads, on systems other than Linux) that share the work on each batch.
    components : int, optional
        Train on this many principal components of the features, which is faster, and fold them into an ordinary network
        afterwards; None trains on the features themselves.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        The labels, sorted.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of str
        Their names, if X has them.
    network_ : Network
        The trained network.
    history_ : History
        The record of each epoch. `loss_`, `loss_curve_`, `best_loss_`, `validation_scores_`, `validation_loss_curve_`
        and `best_validation_score_` are read from it, `coefs_` and `intercepts_` from the network.
    n_iter_ : int
        The number of epochs in the last call.
    t_ : int
        The number of examples seen in all calls.
    n_layers_ : int
        The number of layers of units, input and output among them.
    n_outputs_ : int
        The number of outputs: one for each class, also where there are two.
    out_activation_ : str
        "softmax".

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> classifier = DigitClassifier(tol=0.01, random_state=0).fit(X / 16, y)
    >>> bool(classifier.score(X / 16, y) > 0.95)
    True

    """

    _parameter_constraints = CONSTRAINTS

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: str = "relu",
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
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        dropout: float = 0.0,
        class_weight: Any = None,
        callbacks: Sequence[Callable[[Network, History], object]] | None = None,
        progress: bool | None = False,
        conv: str = "",
        image_shape: Any = None,
        distortion: Distortion | None = None,
        workers: int = 1,
        components: int | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
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
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.dropout = dropout
        self.class_weight = class_weight
        self.callbacks = callbacks
        self.progress = progress
        self.conv = conv
        self.image_shape = image_shape
        self.distortion = distortion
        self.workers = workers
        self.components = components

    # ------------------------------------------------------------------ fitting

    @with_callbacks
    def fit(self, X: Any, y: Any, sample_weight: Any = None, *, X_val: Any = None, y_val: Any = None) -> Self:
        """Train on labelled examples.

        Parameters
        ----------
        X : array-like of float, shape (n, n_features)
            Features.
        y : array-like, shape (n,)
            Labels.
        sample_weight : array-like of float, shape (n,), optional
            How much each example counts; those of weight 0 are left out.
        X_val, y_val : array-like, optional
            Examples on which to measure the validation loss and score after each epoch.

        Returns
        -------
        DigitClassifier
            This classifier, fitted.

        Raises
        ------
        ValueError
            If parameters or input do not fit.
        Diverged
            If the loss is no longer finite.

        Warns
        -----
        ConvergenceWarning
            If training has not converged after `max_iter` epochs.

        """
        rules = self._rules()
        watched = Watched(self, rules.max_iter, X, y, sample_weight)
        warm = self.warm_start and hasattr(self, "network_")
        with self._unchanged_if_refused():
            X, y, weights = self._validated(X, y, sample_weight, reset=not warm)
            if not warm:
                self._begin(rules, np.unique(y), float_of(X.dtype))
            elif not np.array_equal(np.unique(y), self.classes_):
                raise InputError(
                    "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                    f"Previously got {self.classes_}, `y` has {np.unique(y)}."
                )
            train, validation = self._parts(rules, self._weighted(X, y, weights), X_val, y_val)
            run, plateau = self._prepared(rules, train, validation, rules.max_iter)
        self._train(run, plateau, rules.max_iter, callbacks=[watched])
        if not plateau.stopped and self.n_iter_ == rules.max_iter:
            warnings.warn(f"Not converged after max_iter={rules.max_iter} epochs.", ConvergenceWarning, stacklevel=2)
        if rules.early_stopping:
            self.network_.params[...] = plateau.stopping.best_params
        watched.end()
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train for one epoch, continuing from the last call.

        Parameters
        ----------
        X : array-like of float, shape (n, n_features)
            Features.
        y : array-like, shape (n,)
            Labels.
        classes : array-like, optional
            All labels that may ever come; needed in the first call.
        sample_weight : array-like of float, shape (n,), optional
            How much each example counts; those of weight 0 are left out.

        Returns
        -------
        DigitClassifier
            This classifier, trained one epoch further.

        Raises
        ------
        ValueError
            If parameters or input do not fit.
        Diverged
            If the loss is no longer finite.

        """
        rules = self._rules()
        if rules.early_stopping:
            raise InputError("partial_fit does not support early_stopping=True: it runs one epoch. Use fit instead.")
        if rules.components:
            raise InputError("partial_fit sees too little of the data to find components by. Use fit instead.")
        first = not hasattr(self, "network_")
        with self._unchanged_if_refused():
            X, y, weights = self._validated(X, y, sample_weight, reset=first)
            self._check_classes(classes, first)
            if first:
                self._begin(rules, np.unique(classes), float_of(X.dtype))
            run, plateau = self._prepared(rules, self._weighted(X, y, weights), None, 1, self._state)
        self._train(run, plateau, 1)
        return self

    @contextmanager
    def _unchanged_if_refused(self) -> Iterator[None]:
        """Put everything back if the block, which prepares the training, raises an error."""
        before = dict(vars(self))
        try:
            yield
        except Exception:
            self.__dict__.clear()
            self.__dict__.update(before)
            raise

    def _rules(self) -> Any:
        """Check all parameters. Raises ValueError for the first that is wrong."""
        self._validate_params()
        return rules_of(self.get_params(deep=False))

    def _check_classes(self, classes: Any, first: bool) -> None:
        if first and classes is None:
            raise InputError("The first call of partial_fit needs classes, all labels that may ever come.")
        if not first and classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise InputError(f"classes={classes} is not what it was in the first call: {self.classes_}.")
        if self.class_weight == "balanced":
            raise InputError("partial_fit sees too little of the data to balance: give class_weight as a dict.")

    def _validated(self, X: Any, y: Any, sample_weight: Any, *, reset: bool) -> Weighted:
        """Check the examples as scikit-learn does, and leave out those of weight zero."""
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=dtypes_for(X), reset=reset)
        check_classification_targets(y)
        if sample_weight is None:
            return X, y, None
        return _counting("sample_weight", X, y, _check_sample_weight(sample_weight, X, dtype=float_of(X.dtype)))

    def _weighted(self, X: Array, y: Array, weights: Array | None) -> Weighted:
        """Turn labels into class indices, and multiply class weights into the sample weights."""
        labels = class_index(y, self.classes_)
        if self.class_weight is None:
            return X, labels, weights
        weights = np.ones(len(y), float_of(X.dtype)) if weights is None else weights
        by_class = self._class_weights(y, labels, weights).astype(float_of(X.dtype))
        return _counting("class_weight", X, labels, weights * by_class[labels])

    def _class_weights(self, y: Array, labels: Array, weights: Array) -> Array:
        """Compute class weights; "balanced" is Σ w / (n_classes × Σ w of the class), as if weights were counts."""
        chosen: Array
        if self.class_weight == "balanced":
            chosen = weights.sum() / (len(self.classes_) * np.bincount(labels, weights))
        else:
            chosen = compute_class_weight(self.class_weight, classes=self.classes_, y=y)
        return chosen

    def _parts(self, rules: Any, examples: Weighted, X_val: Any, y_val: Any) -> tuple[Weighted, Weighted | None]:
        """Choose the examples to train on, and those to validate on, if any."""
        if (X_val is None) != (y_val is None):
            raise InputError("X_val and y_val go together: give both, or neither.")
        if X_val is not None:
            dtypes = dtypes_for(X_val) if examples[0].dtype == np.uint8 else FLOATS
            X_val, y_val = validate_data(self, X_val, y_val, accept_sparse="csr", dtype=dtypes, reset=False)
            X, labels, weights = examples
            X = X.astype(X_val.dtype) if X.dtype == np.uint8 else X
            return (X, labels, weights), (X_val, class_index(y_val, self.classes_), None)
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

    def _begin(self, rules: Any, classes: Array, dtype: Any) -> None:
        """Start afresh: draw the weights, clear the history."""
        self.classes_ = classes
        self._rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31 - 1))
        self.network_ = Network(layers(rules, self.n_features_in_, len(classes)), seed=self._rng, dtype=dtype)
        self.network_.classes = classes
        self.network_.divisor = 1.0  # features are taken as they are, whatever their dtype
        self.history_ = History()
        self.t_ = 0
        self._state: dict[str, Any] | None = None

    def _prepared(
        self,
        rules: Any,
        train: Weighted,
        validation: Weighted | None,
        epochs: int,
        state: dict[str, Any] | None = None,
    ) -> tuple[Run, Plateau]:
        """Make a run of up to `epochs` epochs, continuing from `state` if it is given, and what ends it."""
        n = len(train[1])
        plateau = Plateau(rules, self.network_, n, self.t_)
        chosen = replace(settings(rules, n), epochs=len(self.history_) + epochs)
        run = Run(self.network_, self._as_images(rules, train), validation, chosen, self._rng, lambda _: plateau.rate)
        if isinstance(run.optimizer, Adam):
            run.optimizer.beta1, run.optimizer.beta2 = float(rules.beta_1), float(rules.beta_2)
            run.optimizer.eps = float(rules.epsilon)
        run.history = self.history_
        if state:
            plateau.go_on(state)
            _restore(run.optimizer, state)
        return run, plateau

    def _train(self, run: Run, plateau: Plateau, epochs: int, callbacks: Sequence[Callback] = ()) -> None:
        """Train until the epochs are over, or a callback ends it."""
        before = len(self.history_)
        with progress_bar(total=epochs, unit="epoch", description="fit", shown=self.progress) as bar:
            ours: list[Callback] = [plateau, lambda *_: bar.update(1), self._tell]
            try:
                train_run(run, [*ours, *(self.callbacks or ()), *callbacks])
            finally:  # however it ended, partial_fit can continue
                self.n_iter_ = len(self.history_) - before
                self.t_ = plateau.t
                self._state = plateau.state | {"steps": run.optimizer.steps, "vectors": run.optimizer.state}

    def _as_images(self, rules: Any, train: Weighted) -> Weighted:
        """View rows as images where they are to be distorted."""
        if not rules.distortion:
            return train
        if is_sparse(train[0]):
            raise InputError("Sparse rows cannot be distorted: make them dense, X.toarray().")
        shape = image_shape(rules, train[0].shape[1])
        return train[0].reshape(-1, *shape), *train[1:]

    def _tell(self, network: Network, history: History) -> None:
        if self.verbose:
            print(f"Iteration {history.last['epoch']}, loss = {history.last['train_loss']:.8f}")
            if "validation_accuracy" in history.last:
                print(f"Validation score: {history.last['validation_accuracy']:.6f}")


def _restore(optimizer: SGD, state: dict[str, Any]) -> None:
    """Restore an optimizer's state, unless it is that of another solver or of workers who divided it otherwise."""
    vectors = state["vectors"]
    if {name: vector.shape for name, vector in vectors.items()} == {k: v.shape for k, v in optimizer.state.items()}:
        optimizer.steps = state["steps"]
        for name, vector in optimizer.state.items():
            vector[...] = vectors[name]


def _counting(what: str, X: Array, y: Array, weights: Array) -> Weighted:
    """Leave out the examples of weight zero; weights that are all one become None."""
    if not weights.min() >= 0 or weights.max() == 0:
        raise InputError(f"{what} must not be negative, nor zero for all examples.")
    if (weights == 1).all():
        return X, y, None
    counts = weights > 0
    return (X, y, weights) if counts.all() else (X[counts], y[counts], weights[counts])
