"""Training in levels: `fit` runs epochs, an epoch runs steps, a step updates the parameters once.

A step is forward, loss, backward, update. It is the same with several workers: each takes these very steps with a part
of the batch or a part of the network, and the team makes sure that the parts add up.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from .._util.arrays import Seed
from ..nn.loss import softmax_cross_entropy
from ..nn.network import Network
from .checkpoint import checkpointing, save_checkpoint
from .history import History
from .interrupts import Interrupted, Stopped, interrupts_noted
from .parallel.mpi import Ranks
from .run import Callback, Data, Run
from .settings import Settings
from .worker import Worker


def fit(
    network: Network,
    train: Data,
    validation: Data | None = None,
    settings: Settings = Settings(),  # noqa: B008 - it is frozen
    *,
    seed: Seed = 0,
    checkpoint: Path | str | None = None,
    resume: bool = False,
    overwrite: bool = False,
    weights: Any = None,
    callbacks: Sequence[Callback] = (),
    progress: bool | None = None,
    team: Ranks | None = None,
    teacher: Network | None = None,
) -> History:
    """Train the network in place by mini-batch gradient descent.

    Ctrl-C ends the current batch, writes the checkpoint, and then raises KeyboardInterrupt.

    Parameters
    ----------
    network : Network
        The network to train.
    train, validation : tuple of array-like
        Images, uint8 or float, of shape (n, height, width) or (n, n_in), and integer class indices (n,). The images are
        not copied; every epoch draws its batches in a new order.
    settings : Settings
        How to train.
    seed : int or numpy.random.Generator
        The source of all randomness in training.
    checkpoint : path-like, optional
        A file that each epoch replaces, whole or not at all.
    resume : bool
        Whether to continue from the checkpoint, with the same bits as if training had never stopped; if there is no
        such file, training starts at the beginning.
    overwrite : bool
        Whether to discard the checkpoint of an unfinished run, which is refused otherwise.
    weights : array-like of float, shape (n,), optional
        How much each training image counts.
    callbacks : sequence of callable
        Called as callback(network, history) after each epoch; one that returns True ends the training, which its
        checkpoint can continue.
    progress : bool, optional
        Whether to show a progress bar; None means on a terminal and in a notebook.
    team : Ranks, optional
        MPI ranks to share the work with (`training.parallel.mpi`): all of them call `fit` alike, and rank 0 alone
        writes checkpoints, calls callbacks and shows progress.
    teacher : Network, optional
        A trained network whose answers are learned as well as the labels (`training.distillation`).

    Returns
    -------
    History
        The record of each epoch.

    Raises
    ------
    InputError
        If data or settings do not fit, or the checkpoint is that of an unfinished run, or another run writes it.
    Diverged
        If the loss is no longer finite; the checkpoint is then that of the last good epoch.

    Examples
    --------
    >>> from tendigits import Network, Settings, fit, load_digits
    >>> digits = load_digits()
    >>> network = Network([784, 32, 10])
    >>> history = fit(network, (digits.train_images, digits.train_labels), settings=Settings(epochs=2))
    >>> len(history)
    2

    """
    run = Run(network, (*train, weights), validation, settings, seed, ranks=team, teacher=teacher)
    with checkpointing(checkpoint, run, resume=resume, overwrite=overwrite):
        return train_run(run, callbacks, checkpoint, progress)


def train_run(
    run: Run, callbacks: Sequence[Callback] = (), checkpoint: Path | str | None = None, progress: bool | None = False
) -> History:
    """Run epochs until all are done, or a callback, early stopping or Ctrl-C ends the training.

    Parameters
    ----------
    run : Run
        The run, new or resumed.
    callbacks, checkpoint, progress
        As for `fit`.

    Returns
    -------
    History
        The record of each epoch.

    Raises
    ------
    Diverged
        If the loss is no longer finite.

    """
    # `check_finite` reports what NumPy would warn of.
    with interrupts_noted() as interrupted, np.errstate(over="ignore", invalid="ignore"), run.team or nullcontext():
        while not run.finished:
            completed = epoch(run, interrupted, progress)
            if checkpoint:
                save_checkpoint(checkpoint, run)
            stops = run.agreed([call(run.whole, run.history) for call in callbacks if completed and not run.follows])
            if run.agreed(interrupted()):
                raise Stopped
            if True in stops:
                break
    run.keep_best()
    return run.history


def epoch(run: Run, interrupted: Interrupted = lambda: False, progress: bool | None = False) -> bool:
    """Go through the training examples once, in a new order.

    Parameters
    ----------
    run : Run
        The run.
    interrupted : callable
        Whether to stop before the next batch.
    progress : bool, optional
        As for `fit`.

    Returns
    -------
    bool
        Whether the epoch was completed.

    """
    run.draw_order()
    with run.watched(progress) as tell:
        if run.team:
            run.team.take(steps, run, interrupted, tell)
        else:
            steps(run, run.worker, interrupted, tell)
    if run.seen < run.n:
        return False
    run.end_epoch()
    return True


def steps(run: Run, worker: Worker, interrupted: Interrupted, tell: Callable[[int], object]) -> None:
    """Take the remaining steps of an epoch: forward, loss, backward, update.

    Parameters
    ----------
    run : Run
        The run.
    worker : Worker
        What takes the steps: the only worker, or one of several, each with its own copy of the run.
    interrupted : callable
        Whether to stop before the next batch.
    tell : callable
        Called with the size of each batch that is done.

    """
    network, optimizer = worker.network, worker.optimizer
    while run.seen < run.n and not interrupted():
        index = run.order[run.seen : run.seen + run.settings.batch_size]
        batch = worker.batch.fill(index, run.rng)
        out, d_out = worker.buffers(len(batch.x))

        ys = network.activations(batch.x, out, batch.rng)
        loss, correct = softmax_cross_entropy(ys[-1], batch.labels, batch.weights, batch.total)
        network.backward(ys, ys[-1], d_out)
        if run.settings.l2:
            loss += optimizer.penalize(run.settings.l2 / batch.total)
        run.check_finite(loss)
        optimizer.step(run.learning_rate)

        worker.sums += loss * batch.total, correct
        run.seen += len(index)
        tell(len(index))
