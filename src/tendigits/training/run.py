"""A training run in progress: what a checkpoint saves, and how an epoch begins and ends."""

import hashlib
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from math import inf, isfinite
from typing import Any, TypeVar

import numpy as np

from .._util.arrays import Array, Seed, dense
from .._util.progress import progress_bar
from ..data.mapped import file_of, sampled, shuffled
from ..data.minibatch import Examples, Minibatch, checked, looks_like_pixels
from ..errors import Diverged, InputError
from ..nn.buffers import Buffers
from ..nn.loss import cross_entropy
from ..nn.network import Network
from .components import Components
from .distillation import check_teacher, distil
from .early_stopping import EarlyStopping, validation_accuracy
from .history import History, Record
from .parallel.mpi import Ranks
from .parallel.team import make_team
from .settings import Settings
from .worker import Worker

T = TypeVar("T")
Data = Sequence[Any]  # images, labels and optionally weights
Callback = Callable[[Network, History], object]


def _generator(seed: Seed) -> np.random.Generator:
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError) as error:
        raise InputError(f"The seed must be a whole number, 0 or more, not {seed!r}.") from error


class Run:
    """A training run: its network, data and settings, and how far it has come.

    Parameters
    ----------
    network : Network
        The network to train.
    train, validation : tuple of array-like
        Images, class indices and optionally weights, as for `tendigits.fit`; no validation if None.
    settings : Settings
        How to train.
    seed : int or numpy.random.Generator
        The source of all randomness in training.
    rate : callable, optional
        Takes the progress of training (0 to 1) before each step and returns the learning rate; by default that of the
        settings.
    ranks : Ranks, optional
        MPI ranks that share the work, this process being one; they take the place of the settings' workers.
    teacher : Network, optional
        A trained network to learn from, too.

    Attributes
    ----------
    network : Network
        What the steps train: the network, or its restriction to the components.
    whole : Network
        The network over whole images; with components, `network` is folded into it after every epoch.
    history : History
        The records of the epochs completed.
    order : ndarray of int, shape (n,)
        The order of the examples in this epoch; empty until it is drawn.
    seen : int
        The number of examples seen in this epoch.
    seconds : float
        The time spent on this epoch so far.
    team : Team, RankTeam or None
        The workers, if there are several.
    worker : Worker
        The only worker, or the one of rank 0.
    optimizer : SGD
        Over all parameters.
    sums : ndarray of float64, shape (n_workers, 2)
        Each worker's totals for this epoch: loss × weight, and number of examples classified correctly.
    follows : bool
        Whether this is the run of a worker of rank 1 or higher, which reports and writes nothing.

    """

    follows = False

    def __init__(
        self,
        network: Network,
        train: Data,
        validation: Data | None,
        settings: Settings,
        seed: Seed,
        rate: Callable[[float], float] | None = None,
        ranks: Ranks | None = None,
        teacher: Network | None = None,
    ) -> None:
        settings = replace(settings, workers=ranks.size) if ranks else settings
        self.network = self.whole = network
        self.settings, self.rate, self.teacher = settings, rate or settings.scheduled_rate, teacher
        self.rng = _generator(seed)
        with self._unchanged_if_refused():
            self.examples = self._checked(train)
            self._decide_divisor()
            self.validation = self._checked(validation) if validation else None
            self._check_settings()
            self.components = self._reduced(settings.components) if settings.components else None
        self.history = History()
        self.early_stopping: EarlyStopping | None = None
        if settings.patience:
            self.early_stopping = EarlyStopping(self.network.params, validation_accuracy, settings.patience - 1)
        self.team = make_team(self.network, self.examples, settings, ranks)
        self.worker = self.team.workers[0] if self.team else self._one_worker()
        self.optimizer = self.team.optimizer if self.team else self.worker.optimizer
        self.sums = self.team.sums if self.team else self.worker.sums[np.newaxis]
        if teacher:
            distil(self.team.workers if self.team else [self.worker], teacher)
        if ranks:
            self.follows = ranks.rank > 0
            ranks.check_alike(self.digest)
        self.begin_epoch()

    def __repr__(self) -> str:
        return f"Run({self.network}, {len(self.history)} of {self.settings.epochs} epochs, {self.seen:,} examples seen)"

    def _checked(self, data: Data) -> Examples:
        if not 2 <= len(data) <= 3:
            raise InputError("Images and labels go together, as one pair: fit(network, (images, labels)).")
        images, labels, weights = (*data, None)[:3]
        network = self.network
        return checked(images, labels, weights, network.sizes[0], network.sizes[-1], network.dtype, network.divisor)

    def _decide_divisor(self) -> None:
        """Set the network's divisor from its first training data, unless it has one."""
        if self.network.divisor is None and looks_like_pixels(self.examples):
            warnings.warn(
                f"The images are floats up to {self.examples.rows.max():g}, and a network hardly learns from floats "
                "above 1: give it uint8 pixels, or divide them by 255 (images / 255).",
                stacklevel=4,
            )
        self.network.divisor = self.examples.divisor

    @contextmanager
    def _unchanged_if_refused(self) -> Iterator[None]:
        """Put the network's divisor back if the block, which decides it and checks the rest, raises an error."""
        network, divisor = self.network, self.network.divisor
        try:
            yield
        except Exception:
            network.divisor = divisor
            raise

    def _check_settings(self) -> None:
        settings = self.settings
        if self.teacher:
            check_teacher(self.teacher, self.network)
        if self.teacher and settings.components:
            raise InputError("A teacher needs whole images, which components replace: use one or the other.")
        if self.validation and self.examples.divisor == 1 and self._has_pixels(self.validation) != self._has_pixels():
            raise InputError("Training and validation images must be alike: either uint8 pixels or floats.")
        if settings.batch_size > self.n:
            raise InputError(
                f"A batch of {settings.batch_size} is larger than the data: there are {self.n} training images."
            )
        if settings.patience and not self.validation:
            raise InputError("Early stopping needs validation data to decide by.")
        if settings.distortion and len(self.examples.shape) != 2:
            raise InputError(
                f"To distort images, fit needs them as (n, height, width), not (n, {self.examples.shape})."
            )

    def _reduced(self, k: int) -> Components:
        """Replace network and data by those of the components."""
        components = Components(self.examples, k, self.network.dtype)
        self.network = components.reduce(self.network)
        self.examples = components.project(self.examples)
        self.validation = components.project(self.validation) if self.validation else None
        return components

    def _has_pixels(self, examples: Examples | None = None) -> bool:
        return (examples or self.examples).rows.dtype == np.uint8

    def _one_worker(self) -> Worker:
        size = self.settings.batch_size
        batch = Minibatch(self.examples, size, self.network.dtype, self.settings.distortion)
        optimizer = self.settings.make_optimizer(self.network)
        return Worker(self.network, optimizer, batch, Buffers(self.network, size), np.zeros(2))

    @property
    def n(self) -> int:
        """The number of training examples."""
        return len(self.examples)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the training and validation data, and the teacher; of images that are mapped, a sample counts."""
        sha256 = hashlib.sha256(self.teacher.params.data if self.teacher else b"")
        for examples in filter(None, (self.examples, self.validation)):
            for array in (examples.rows, examples.labels, examples.weights):
                if array is not None:
                    sha256.update(np.ascontiguousarray(dense(sampled(array))).data)
        return sha256.hexdigest()

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or early stopping has ended the training."""
        is_over = self.early_stopping is not None and self.early_stopping.is_over
        return is_over or len(self.history) >= self.settings.epochs

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step, or, at the end of an epoch, of its last step."""
        steps_per_epoch = -(-self.n // self.settings.batch_size)
        step = len(self.history) * steps_per_epoch + min(self.seen // self.settings.batch_size, steps_per_epoch - 1)
        return self.rate(step / (self.settings.epochs * steps_per_epoch))

    def begin_epoch(self) -> None:
        """Reset what is counted by epoch."""
        self.order = np.arange(0)
        self.seen = 0
        self.sums[...] = 0
        self.seconds = 0.0

    def draw_order(self) -> None:
        """Draw the order of the epoch's examples, unless that has been done."""
        if len(self.order) == 0:
            self.order = self._shuffled() if self.settings.shuffle else np.arange(self.n)

    def _shuffled(self) -> Array:
        return shuffled(self.rng, self.n) if file_of(self.examples.rows) else self.rng.permutation(self.n)

    def agreed(self, value: T) -> T:
        """Return the value of rank 0, where there are several MPI ranks.

        Parameters
        ----------
        value
            This rank's.

        Returns
        -------
        object
            Rank 0's.

        """
        return self.team.agreed(value) if self.team else value

    @contextmanager
    def watched(self, progress: bool | None) -> Iterator[Callable[[int], object]]:
        """Time the block, and show its progress.

        Parameters
        ----------
        progress : bool or None
            As for `tendigits.fit`.

        Yields
        ------
        callable
            To be called with the size of each batch that is done.

        """
        started = time.perf_counter()
        title = f"epoch {len(self.history) + 1}/{self.settings.epochs}"
        shown = False if self.follows else progress
        with progress_bar(total=self.n, unit="digit", description=title, shown=shown) as bar:
            yield bar.update
        self.seconds += time.perf_counter() - started

    def end_epoch(self) -> None:
        """Validate, and append the epoch's record to the history."""
        self.check_finite(float(np.abs(self.network.params).max()))
        loss, correct = self.sums.sum(axis=0).tolist()
        record: Record = {
            "epoch": len(self.history) + 1,
            "learning_rate": self.learning_rate,
            "train_loss": loss / self.examples.total(self.order),
            "train_accuracy": correct / self.n,
        }
        if self.validation and not self.follows:
            record |= self._validated(self.validation)
        self.history.records.append(self.agreed(record | {"seconds": self.seconds}))
        if self.early_stopping:
            self.early_stopping.watch(self.history.last)
        self.fold()
        self.begin_epoch()

    def fold(self) -> None:
        """Fold the projection into the full network's first layer, so that it computes what the reduced one does."""
        if self.components:
            self.components.fold(self.network, self.whole)

    def _validated(self, examples: Examples) -> Record:
        try:
            logits = self.network.logits(examples.rows)
        except InputError:  # the answers overflow
            self.check_finite(inf)
            raise
        right = logits.argmax(axis=1) == examples.labels
        loss = cross_entropy(logits, examples.labels, examples.weights)
        return {"validation_loss": loss, "validation_accuracy": float(np.average(right, weights=examples.weights))}

    def keep_best(self) -> None:
        """With early stopping, restore the weights of the best epoch."""
        if self.early_stopping:
            self.network.params[...] = self.early_stopping.best_params
        self.fold()

    def check_finite(self, value: float) -> None:
        """Check that training has not diverged.

        Parameters
        ----------
        value : float
            The loss, or the largest absolute parameter.

        Raises
        ------
        Diverged
            If it is not finite.

        """
        if not isfinite(value) and not self.follows:  # rank 0 reports it for all workers
            raise Diverged(
                f"Training diverged in epoch {len(self.history) + 1}, after {self.seen} of {self.n} images: the loss "
                f"is no longer finite. The learning rate {self.settings.rate:g} is too high for a batch size of "
                f"{self.settings.batch_size}; try a tenth of it."
            )
