"""From a data set to a trained and tested network: one way, and the test set opened once, at its end."""

import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import __version__
from .data import Dataset, class_index, stratified_split
from .errors import InputError
from .evaluate import Evaluation, evaluate
from .history import History
from .network import Network
from .settings import Settings
from .train import Callback, fit


@dataclass(frozen=True)
class Experiment:
    """What came of it: the network, what training saw, and how the network did on the test set."""

    network: Network
    history: History
    evaluation: Evaluation


def train_and_test(
    dataset: Dataset,
    settings: Settings = Settings(),  # noqa: B008 - it is frozen
    *,
    hidden: Sequence[int] = (128,),
    seed: int = 0,
    dtype: str = "float32",
    n_validation: int | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
    callbacks: Sequence[Callback] = (),
    progress: bool | None = None,
) -> Experiment:
    """Hold out validation images, train on the rest, and test once.

    hidden: the widths of the hidden layers. n_validation: by default a twelfth of the training images, 5,000 of
    MNIST's 60,000. The other arguments are those of `fit`. The same seed gives the same bits. What happened is
    noted in the network's `info`.
    """
    rng = np.random.default_rng(seed)
    images, labels = dataset.train_images, class_index(dataset.train_labels, dataset.classes)
    n_validation = len(labels) // 12 if n_validation is None else n_validation
    if not 1 <= n_validation < len(labels):
        raise InputError(f"{n_validation} validation images cannot be held out of {len(labels)}.")
    kept, held_out = stratified_split(labels, n_validation, rng)
    network = Network([images[0].size, *hidden, len(dataset.classes)], seed=rng, dtype=dtype)
    network.classes = dataset.classes
    history = fit(
        network,
        (images[kept], labels[kept]),
        (images[held_out], labels[held_out]),
        settings,
        seed=rng,
        checkpoint=checkpoint,
        resume=resume,
        callbacks=callbacks,
        progress=progress,
    )
    evaluation = evaluate(network, dataset.test_images, class_index(dataset.test_labels, dataset.classes))
    network.info = _facts(dataset, settings, seed, dtype, n_validation, history, evaluation)
    return Experiment(network, history, evaluation)


def _facts(
    dataset: Dataset,
    settings: Settings,
    seed: int,
    dtype: str,
    n_validation: int,
    history: History,
    evaluation: Evaluation,
) -> dict[str, Any]:
    """Gather, as JSON, what a reader of the model file may want to know of its making."""
    record = history.best if settings.patience else history.last
    return {
        "data": {
            "name": dataset.name,
            "digest": dataset.digest,
            "train": len(dataset.train_labels) - n_validation,
            "validation": n_validation,
            "test": len(dataset.test_labels),
        },
        "preprocessing": {
            "image_shape": list(dataset.train_images.shape[1:]),
            "pixels": "0 to 255, divided by 255",
        },
        "training": asdict(settings)
        | {
            "learning_rate": settings.rate,
            "seed": seed,
            "dtype": dtype,
            "epochs_run": len(history),
            "seconds": round(sum(history["seconds"]), 3),
        },
        "results": {
            "validation_accuracy": record["validation_accuracy"],
            "test_accuracy": evaluation.accuracy,
            "test_interval": list(evaluation.interval),
        },
        "versions": {"tendigits": __version__, "numpy": np.__version__, "python": platform.python_version()},
    }
