"""From a data set to a trained and tested network: one way, and the test set opened once, at its end."""

import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from .._util.arrays import Array
from ..analysis.evaluate import Evaluation, evaluate
from ..data.dataset import Dataset, class_index
from ..data.splits import stratified_split
from ..errors import InputError
from ..models.builder import architecture
from ..nn.network import Network
from ..training.history import History
from ..training.loop import fit
from ..training.run import Callback
from ..training.settings import Settings

Pair = tuple[Array, Array]  # images, class indices


@dataclass(frozen=True)
class Experiment:
    """What came of it: the network, what the training of each of its members saw, and how it did on the test set."""

    network: Network
    histories: list[History]
    evaluation: Evaluation

    @property
    def history(self) -> History:
        """What training saw; of an ensemble, the training of its first member."""
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
    checkpoint: Path | None = None,
    resume: bool = False,
    callbacks: Sequence[Callback] = (),
    progress: bool | None = None,
) -> Experiment:
    """Hold out validation images, train on the rest, and test once.

    hidden, conv, dropout: what `architecture` builds the network of. members: how many such networks to train, each
    from a start of its own, and join to an ensemble. n_validation: by default a twelfth of the training images, 5,000
    of MNIST's 60,000. The other arguments are those of `fit`; each further member of an ensemble has a checkpoint of
    its own beside the first. The same seed gives the same bits. What happened is noted in the network's `info`.
    """
    if members < 1:
        raise InputError(f"An ensemble needs at least one member, not {members}.")
    rng = np.random.default_rng(seed)
    train, validation = _split(dataset, n_validation, rng)
    shape, n_classes = dataset.train_images.shape[1:], len(dataset.classes)
    if checkpoint and not resume:
        for member in range(members):
            _checkpoint_of(checkpoint, member).unlink(missing_ok=True)
    networks, histories = [], []
    for member in range(members):
        rng = np.random.default_rng([seed, member]) if member else rng
        layers = architecture(shape, n_classes, hidden=hidden, conv=conv, dropout=dropout)
        network = Network(layers, seed=rng, dtype=dtype)
        network.classes = dataset.classes
        history = fit(
            network,
            train,
            validation,
            settings,
            seed=rng,
            checkpoint=checkpoint and _checkpoint_of(checkpoint, member),
            resume=resume,
            callbacks=callbacks,
            progress=progress,
        )
        networks.append(network)
        histories.append(history)
    network = networks[0] if members == 1 else Network.ensemble(networks)
    evaluation = evaluate(network, dataset.test_images, class_index(dataset.test_labels, dataset.classes))
    network.info = {
        "data": _about_data(dataset, len(validation[1])),
        "preprocessing": {"image_shape": list(shape), "pixels": "0 to 255, divided by 255"},
        "training": _about_training(settings, histories)
        | {"dropout": dropout, "members": members, "seed": seed, "dtype": dtype},
        "results": {
            "validation_accuracy": evaluate(network, *validation).accuracy,
            "test_accuracy": evaluation.accuracy,
            "test_interval": list(evaluation.interval),
        },
        "versions": {"tendigits": __version__, "numpy": np.__version__, "python": platform.python_version()},
    }
    return Experiment(network, histories, evaluation)


def _split(dataset: Dataset, n_validation: int | None, rng: np.random.Generator) -> tuple[Pair, Pair]:
    """Divide the training images into those to train on and those to validate on."""
    images, labels = dataset.train_images, class_index(dataset.train_labels, dataset.classes)
    own = len(labels) - dataset.n_added
    n = own // 12 if n_validation is None else n_validation
    if not 1 <= n < own:
        raise InputError(f"{n} validation images cannot be held out of {own}.")
    kept, held_out = stratified_split(labels[:own], n, rng)
    kept = np.append(kept, np.arange(own, len(labels)))
    return (images[kept], labels[kept]), (images[held_out], labels[held_out])


def _checkpoint_of(path: Path, member: int) -> Path:
    """Name each member's checkpoint: model.checkpoint.npz, model.checkpoint.2.npz and so on."""
    return path.with_suffix(f".{member + 1}{path.suffix}") if member else path


def _about_data(dataset: Dataset, n_validation: int) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "digest": dataset.digest,
        "train": len(dataset.train_labels) - n_validation,
        "validation": n_validation,
        "test": len(dataset.test_labels),
    }


def _about_training(settings: Settings, histories: Sequence[History]) -> dict[str, Any]:
    return asdict(settings) | {
        "learning_rate": settings.rate,
        "epochs_run": sum(map(len, histories)),
        "seconds": round(sum(sum(history["seconds"]) for history in histories), 3),
    }
