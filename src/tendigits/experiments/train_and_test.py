"""From a data set to a trained and tested network; the test set is used once, at the end."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import index
from pathlib import Path
from typing import Any

import numpy as np

from .._util.arrays import Array
from .._util.progress import progress_bar
from ..analysis.calibration import calibrate
from ..analysis.evaluate import Evaluation, evaluate
from ..analysis.novelty import measure
from ..data.dataset import Dataset, class_index
from ..data.mapped import file_of
from ..data.splits import stratified_split
from ..errors import InputError
from ..models.builder import architecture
from ..models.model_file import check_classes
from ..nn.network import Network
from ..nn.optimizers import OPTIMIZERS
from ..training.history import History
from ..training.loop import fit
from ..training.parallel.mpi import Ranks, once_per_node
from ..training.run import Callback
from ..training.settings import Settings
from .about import about_data, about_pixels, about_training, versions
from .cluster import Cluster
from .member_checkpoints import checkpoint_of, checkpoints_of_members

MOST_MAPPED = 10_000  # to validate on more takes long, and tells little more

Pair = tuple[Array, Array]  # images, class indices


@dataclass(frozen=True)
class Experiment:
    """What `train_and_test` returns.

    Parameters
    ----------
    network : Network
        The trained network.
    histories : list of History
        What training recorded: one history, or one for each member of an ensemble.
    evaluation : Evaluation
        How the network read the test set.
    """

    network: Network
    histories: list[History]
    evaluation: Evaluation

    def __repr__(self) -> str:
        epochs = sum(map(len, self.histories))
        return f"Experiment({self.network.sizes}, {epochs} epochs: {self.evaluation})"

    @property
    def history(self) -> History:
        """What training recorded; for an ensemble, that of its first member."""
        return self.histories[0]


def train_and_test(
    dataset: Dataset,
    settings: Settings = Settings(),  # noqa: B008 - it is frozen
    *,
    hidden: Sequence[int] = (128,),
    conv: str = "",
    dropout: float = 0.0,
    members: int = 1,
    seed: int = 0,
    dtype: str = "float32",
    n_validation: int | None = None,
    checkpoint: Path | str | None = None,
    resume: bool = False,
    overwrite: bool = False,
    callbacks: Sequence[Callback] = (),
    progress: bool | None = None,
    team: Ranks | None = None,
    cluster: Any = None,
    teacher: Network | None = None,
) -> Experiment:
    """Hold out validation images, train on the rest, calibrate, and test once.

    If 1000 images or more were held out, the network's logits are divided by the temperature that suits them best
    (`tendigits.analysis.calibration`).

    Parameters
    ----------
    dataset : Dataset
        The images.
    settings : Settings, optional
        How to train.
    hidden, conv, dropout
        The layers, as for `tendigits.models.builder.architecture`.
    members : int, optional
        How many such networks to train, each from its own starting weights, and to join in an ensemble.
    seed : int, optional
        The same seed gives the same bits.
    dtype : {"float32", "float64"}, optional
        The precision of the network.
    n_validation : int, optional
        How many training images to hold out; by default a twelfth, 5,000 of MNIST's 60,000. Of images that are mapped,
        because they are too many for memory, the last are held out, and by default 10,000 at most.
    checkpoint : path-like, optional
        A file to keep the state of the training in, as in `fit`; each further member has its own beside it.
    resume : bool, optional
        Whether to continue from the checkpoint.
    overwrite : bool, optional
        Whether to discard the checkpoints of an unfinished run, which are refused otherwise.
    callbacks : sequence of callables, optional
        Called after every epoch, as in `fit`.
    progress : bool, optional
        Whether to show progress; None means in a terminal or a notebook.
    team : Ranks, optional
        MPI ranks to share the work with, as in `fit`.
    cluster : distributed.Client or Cluster, optional
        A Dask cluster to train the members on; then there are neither checkpoints nor callbacks.
    teacher : Network, optional
        A trained network to learn from, too, as in `fit`.

    Returns
    -------
    Experiment
        The network, whose `info` says what was done, what training recorded, and how it did on the test set.

    Raises
    ------
    InputError
        If data, layers and settings do not fit together, or the checkpoints are those of an unfinished run.
    Diverged
        If the loss became NaN or infinite.

    Examples
    --------
    >>> from tendigits import Settings, load_digits, train_and_test
    >>> train_and_test(load_digits(), Settings(epochs=2), hidden=(16,), progress=False)
    Experiment([784, 16, 10], 2 epochs: Evaluation(...% of 359 images))
    """
    members, seed, dropout, dtype = _plain(members, seed, dropout, dtype)
    checkpoint = None if checkpoint is None else Path(checkpoint)
    check_classes(dataset.classes)
    rng = np.random.default_rng(seed)
    train, validation, rng = once_per_node(team, lambda: (*_split(dataset, n_validation, rng), rng))
    settings = _for_so_few(settings, len(train[1]))
    shape, layers = dataset.train_images.shape[1:], {"hidden": hidden, "conv": conv, "dropout": dropout}
    make = partial(_member, settings, layers, dtype, dataset.classes, seed, rng, teacher=teacher)
    if cluster:
        trained = _members_of(cluster, make, (train, validation), members, progress)
    else:
        make = partial(make, resume=resume, callbacks=callbacks, progress=progress, team=team)
        with checkpoints_of_members(checkpoint, members, resume, overwrite):
            trained = [make((train, validation), member, checkpoint=checkpoint) for member in range(members)]
    networks, histories = [network for network, _ in trained], [history for _, history in trained]
    _warn_if_untaught(settings, histories, train[1])
    network = networks[0] if members == 1 else Network.ensemble(networks)
    T = calibrate(network, *validation)
    evaluation = evaluate(network, dataset.test_images, class_index(dataset.test_labels, dataset.classes))
    network.novelty = measure(network.classes, validation[0])
    network.info = {
        "data": about_data(dataset, len(validation[1])),
        "preprocessing": {"image_shape": list(shape), "pixels": about_pixels(network), "orientation": "upright"},
        "training": about_training(settings, histories)
        | {"dropout": dropout, "members": members, "seed": seed, "dtype": dtype, "temperature": T}
        | ({"teacher": teacher.info.get("command", str(teacher))} if teacher else {}),
        "results": {
            "validation_accuracy": evaluate(network, *validation).accuracy,
            "test_accuracy": evaluation.accuracy,
            "test_interval": list(evaluation.interval),
        },
        "versions": versions(),
    }
    return Experiment(network, histories, evaluation)


def _plain(members: Any, seed: Any, dropout: Any, dtype: Any) -> tuple[int, int, float, str]:
    """Check what the model is to say of its making, and turn NumPy's numbers into those that a model file can hold."""
    if index(members) < 1:
        raise InputError(f"An ensemble needs at least one member, not {members}.")
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"The seed must be a whole number, 0 or more, not {seed!r}.")
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise InputError(f"A network is trained in float32 or float64, not {np.dtype(dtype)}.")
    return index(members), int(seed), float(dropout), np.dtype(dtype).name


def _member(
    settings: Settings,
    layers: dict[str, Any],
    dtype: str,
    classes: Array,
    seed: int,
    rng: np.random.Generator,
    data: tuple[Pair, Pair],
    member: int,
    checkpoint: Path | None = None,
    **options: Any,
) -> tuple[Network, History]:
    """Train a member of an ensemble, or the only network; the first goes on with the generator of the split."""
    (images, _), _ = data
    rng = np.random.default_rng([seed, member]) if member else rng
    network = Network(architecture(images.shape[1:], len(classes), **layers), seed=rng, dtype=dtype)
    network.classes = classes
    checkpoint = checkpoint and checkpoint_of(checkpoint, member)
    return network, fit(network, *data, settings, seed=rng, checkpoint=checkpoint, **options)


def _members_of(
    cluster: Any, make: Callable[..., Any], data: tuple[Pair, Pair], members: int, progress: bool | None
) -> list[tuple[Network, History]]:
    """Train the members on a cluster."""
    cluster = cluster if isinstance(cluster, Cluster) else Cluster(cluster)
    done = {}
    with progress_bar(total=members, unit="member", description="train", shown=progress) as bar:
        for member, result in cluster.results(partial(make, progress=False), data, range(members)):
            if isinstance(result, Exception):
                raise result
            done[member] = result
            bar.update(1)
    return [done[member] for member in range(members)]


def _split(dataset: Dataset, n_validation: int | None, rng: np.random.Generator) -> tuple[Pair, Pair]:
    """Divide the training images into those to train on and those to validate on: at random, or the last of a map."""
    images, labels = dataset.train_images, class_index(dataset.train_labels, dataset.classes)
    own = len(labels) - dataset.n_added
    n = max(1, own // 12) if n_validation is None else n_validation
    if not 1 <= n < own:
        raise InputError(f"{n} validation images cannot be held out of {own}.")
    if file_of(images):  # views: a choice of rows would copy more than fits into memory
        n = min(n, MOST_MAPPED) if n_validation is None else n
        return (images[:-n], labels[:-n]), (images[-n:], labels[-n:])
    kept, held_out = stratified_split(labels[:own], n, rng)
    kept = np.append(kept, np.arange(own, len(labels)))
    return (images[kept], labels[kept]), (images[held_out], labels[held_out])


def _for_so_few(settings: Settings, n: int) -> Settings:
    """Let a batch of the usual size be no larger than the data, and say so; another size is somebody's choice."""
    if settings.batch_size <= n or settings.batch_size != Settings().batch_size:
        return settings
    warnings.warn(
        f"There are only {n} images to train on, fewer than the {settings.batch_size} of a batch: all are one batch.",
        stacklevel=3,
    )
    return replace(settings, batch_size=n, workers=min(settings.workers, n))


def _warn_if_untaught(settings: Settings, histories: Sequence[History], labels: Array) -> None:
    """Say so where training remained finite, and taught nothing, at a rate far above the usual one."""
    guessing = np.bincount(labels).max() / len(labels)
    usual = OPTIMIZERS[settings.optimizer].learning_rate
    if settings.rate > 2 * usual and histories[-1].last["train_accuracy"] < 1.2 * guessing:
        warnings.warn(
            "The network has learned nothing: it is right as often as by guessing. The learning rate "
            f"{settings.rate:g} is probably too high; that of {settings.optimizer} is usually about {usual:g}.",
            stacklevel=3,
        )
