"""Training in three levels: `fit` runs epochs, an epoch runs steps, a step moves the parameters once."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from .._util.arrays import as_labels, as_rows, as_weights
from .._util.progress import progress_bar
from ..data.distortions import DisplacementField
from ..errors import Diverged, InputError
from ..nn.layers import Array, BatchNorm
from ..nn.loss import softmax_cross_entropy
from ..nn.network import Network
from ..nn.optimizers import ALL
from ..nn.schedules import SCHEDULES
from .checkpoint import load_checkpoint, save_checkpoint
from .history import History, Record
from .parallel.backend import hire, one_blas_thread_each, shared_zeros
from .parallel.data_parallel import Shard, Shards
from .parallel.tensor_parallel import LARGEST_BATCH, SlicedBatch, Slices, divisible
from .settings import Settings

Examples = tuple[Any, Any]
Callback = Callable[[Network, History], object]
Interrupted = Callable[[], bool]
Sharing = Shard | Shards | SlicedBatch  # the ways to find a batch's gradient: alone, by examples, by hidden units


def fit(
    network: Network,
    train: Examples,
    validation: Examples | None = None,
    settings: Settings = Settings(),  # noqa: B008 - it is frozen
    *,
    seed: int | np.random.Generator = 0,
    checkpoint: Path | str | None = None,
    resume: bool = False,
    weights: Any = None,
    callbacks: Sequence[Callback] = (),
    progress: bool | None = None,
) -> History:
    """Train the network in place by mini-batch gradient descent; return what was seen on the way.

    train, validation: (images, labels): uint8 images (n, height, width) or (n, n_in), or floats, and integer class
        indices (n,). The images stay as they are in memory; every epoch draws its batches in a new order.
    seed: an int or a generator; all randomness of the training comes from it.
    checkpoint: a file that each epoch replaces, all or nothing. With `resume`, training goes on from there and
        ends with the same bits as if it had never stopped; where there is no such file, it starts at the beginning.
    weights: how much each training image counts, (n,); None counts all alike.
    callbacks: called as callback(network, history) after each epoch; one that returns True ends the training.
    progress: show a progress bar; None shows it on a terminal and in a notebook.

    Ctrl-C ends the current batch, writes the checkpoint, and then raises KeyboardInterrupt.
    Raises InputError for data or settings that do not fit, and Diverged when the loss is no longer finite; the
    checkpoint is then that of the last good epoch.
    """
    run = Run(network, train, validation, settings, np.random.default_rng(seed), weights)
    if checkpoint and not resume:
        Path(checkpoint).unlink(missing_ok=True)  # a run that dies before its first must not be resumed from an old one
    elif checkpoint and Path(checkpoint).exists():
        load_checkpoint(checkpoint, run)
    quietly = np.errstate(over="ignore", invalid="ignore")  # divergence is found, and told in a sentence
    with interrupts_noted() as interrupted, quietly, one_blas_thread_each(settings.workers):
        while not run.finished:
            completed = run.epoch(interrupted, progress)
            if checkpoint:
                save_checkpoint(checkpoint, run)
            stops = [callback(network, run.history) for callback in callbacks if completed]
            if interrupted():
                raise KeyboardInterrupt
            if True in stops:
                break
    run.keep_best()
    return run.history


class Run:
    """A training run in progress: its state is what a checkpoint keeps, its methods are epoch and step."""

    def __init__(
        self,
        network: Network,
        train: Examples,
        validation: Examples | None,
        settings: Settings,
        rng: np.random.Generator,
        weights: Any = None,
    ) -> None:
        self.network, self.settings, self.rng = network, settings, rng
        self.images, self.labels = _checked(network, train)
        self.image_shape = np.shape(train[0])[1:]
        self.weights = None if weights is None else as_weights(weights, self.n, network.dtype)
        self.validation = _checked(network, validation) if validation else None
        self._check_sizes()
        self.trainee = self._trainee()
        self.optimizer = settings.make_optimizer(self.trainee)
        self.history = History()
        self.best_params = network.params.copy()
        self.begin_epoch()
        self.workers = hire(settings.workers)
        self.batches = {n: self._batch(n) for n in (settings.batch_size, self.n % settings.batch_size) if n}

    def _check_sizes(self) -> None:
        if self.settings.batch_size > self.n:
            raise InputError(
                f"A batch of {self.settings.batch_size} is larger than the data: there are {self.n} training images."
            )
        if self.settings.patience and not self.validation:
            raise InputError("Early stopping needs validation data to decide by.")
        if self.settings.distortion and len(self.image_shape) != 2:
            raise InputError(f"To distort images, fit needs them as (n, height, width), not (n, {self.image_shape}).")
        if self.settings.workers > 1 and any(isinstance(layer, BatchNorm) for layer in self.network.layers):
            raise InputError("BatchNorm looks at the whole batch, so that it cannot be shared out: use one worker.")

    def _trainee(self) -> Network | Slices:
        """The network itself; for several workers, one like it whose parameters lie where all of them see them."""
        if self.settings.workers == 1:
            return self.network
        gathers_little = self.settings.batch_size <= LARGEST_BATCH and not self.settings.distortion
        if gathers_little and divisible(self.network, self.settings.workers):
            return Slices(self.network, self.settings.workers)
        params = shared_zeros(self.network.params.shape, self.network.dtype)
        return self.network.replica(params, np.zeros_like(params))

    def _batch(self, n: int) -> Sharing:
        examples = self.images, self.labels, self.weights
        if isinstance(self.trainee, Slices):
            return SlicedBatch(self.trainee, examples, n, self.workers)
        if self.settings.workers == 1:
            return Shard(self.trainee, examples, n)
        return Shards(self.trainee, examples, n, self.settings.workers, self.workers)

    @property
    def n(self) -> int:
        """The number of training examples."""
        return len(self.labels)

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or the validation accuracy has not risen for `patience` epochs."""
        done, patience = len(self.history), self.settings.patience
        if patience and done and done - self.history.best["epoch"] >= patience:
            return True
        return done >= self.settings.epochs

    def learning_rate(self, step: int) -> float:
        """Compute the rate of a step, counted from 0 through all epochs."""
        steps_per_epoch = -(-self.n // self.settings.batch_size)
        progress = step / (self.settings.epochs * steps_per_epoch)
        return self.settings.rate * SCHEDULES[self.settings.schedule](progress)

    def begin_epoch(self) -> None:
        """Forget what the last epoch saw."""
        self.order = np.arange(0)  # drawn when the epoch's first step is due
        self.seen = self.correct = 0
        self.loss_sum = self.weight_sum = self.seconds = 0.0

    def epoch(self, interrupted: Interrupted = lambda: False, progress: bool | None = False) -> bool:
        """Go through the training examples once, in a new order; return False where an interrupt came first."""
        started = time.perf_counter()
        if len(self.order) == 0:
            self.order = self.rng.permutation(self.n)
        title = f"epoch {len(self.history) + 1}/{self.settings.epochs}"
        own, places = (self.trainee.own, self.trainee.places) if isinstance(self.trainee, Slices) else (ALL, ALL)
        self.trainee.params[own] = self.network.params[places]
        with (
            self.workers.at_work(self.follow),
            progress_bar(total=self.n, unit="digit", description=title, shown=progress) as bar,
        ):
            self.steps(interrupted, bar.update)
        self.network.params[places] = self.trainee.params[own]
        self.seconds += time.perf_counter() - started
        if self.seen < self.n:
            return False
        self.end_epoch()
        return True

    def steps(self, interrupted: Interrupted = lambda: False, tell: Callable[[int], object] = lambda n: None) -> None:
        """Take the steps that are left of an epoch; `tell` is called with the size of each batch."""
        while self.seen < self.n and not interrupted():
            tell(self.step())

    def follow(self) -> None:
        """Take these steps as one of several workers, with a copy of the generator: a fork may have locked its own."""
        self.rng = deepcopy(self.rng)
        self.steps()

    def step(self) -> int:
        """Move the parameters once, by the next batch; return its size."""
        index = self.order[self.seen : self.seen + self.settings.batch_size]
        loss, correct = self.gradient(self.batches[len(index)], index)
        self._check_finite(loss)
        self.optimizer.step(self.learning_rate(self.optimizer.steps), self.workers.part(self.trainee.params.size))
        self.seen += len(index)
        weight = self.weight(index)
        self.loss_sum += loss * weight
        self.weight_sum += weight
        self.correct += correct
        return len(index)

    def gradient(self, batch: Sharing, index: Array) -> tuple[float, int]:
        """Fill the network's gradients for one batch; return its mean loss and how many it had right."""
        return batch.gradient(index, self._moves(len(index)), self.weight(index), self.rng)

    def weight(self, index: Array) -> float:
        """How much the examples at `index` count: the sum of their weights, or their number."""
        return len(index) if self.weights is None else float(self.weights[index].sum())

    def _moves(self, n: int) -> DisplacementField | None:
        distortion = self.settings.distortion
        return distortion.draw(n, self.image_shape, self.rng) if distortion else None

    def end_epoch(self) -> None:
        """Look at the validation data, and write the epoch's record."""
        self._check_finite(float(np.abs(self.network.params).max()))
        record: Record = {
            "epoch": len(self.history) + 1,
            "learning_rate": self.learning_rate(self.optimizer.steps - 1),
            "train_loss": self.loss_sum / self.weight_sum,
            "train_accuracy": self.correct / self.n,
        }
        if self.validation:
            images, labels = self.validation
            loss, correct = softmax_cross_entropy(self.network.logits(images), labels)
            record |= {"validation_loss": loss, "validation_accuracy": correct / len(labels)}
        self.history.records.append(record | {"seconds": self.seconds})
        if self.settings.patience and self.history.best is self.history.last:
            self.best_params[...] = self.network.params
        self.begin_epoch()

    def keep_best(self) -> None:
        """With early stopping, bring back the weights of the best epoch."""
        if self.settings.patience:
            self.network.params[...] = self.best_params

    def _check_finite(self, value: float) -> None:
        if not isfinite(value):
            raise Diverged(
                f"Training diverged in epoch {len(self.history) + 1}, after {self.seen} of {self.n} images: the loss "
                f"is no longer finite. The learning rate {self.settings.rate:g} is too high for a batch size of "
                f"{self.settings.batch_size}; try a tenth of it."
            )


def _checked(network: Network, examples: Examples) -> tuple[Array, Array]:
    images, labels = examples
    rows = as_rows(images, network.sizes[0])
    return rows, as_labels(labels, len(rows), network.sizes[-1])


@contextmanager
def interrupts_noted() -> Iterator[Interrupted]:
    """Let Ctrl-C only leave a note, to be read between batches; a second Ctrl-C interrupts at once."""
    noted = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # signals reach the main thread alone
        yield noted.is_set
        return
    before = signal.getsignal(signal.SIGINT)

    def note(*_: object) -> None:
        noted.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield noted.is_set
    finally:
        signal.signal(signal.SIGINT, before)
