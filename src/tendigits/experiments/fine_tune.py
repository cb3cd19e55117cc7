"""Fine-tuning: a trained network goes on learning from a few images more, and rehearses what it knows meanwhile.

A network that trains on new images alone forgets what they do not show (catastrophic forgetting). So images that it
learned from before are mixed in, and what it still knows of them is measured before and after.

References
----------
R. Ratcliff, "Connectionist models of recognition memory: constraints imposed by learning and forgetting functions",
Psychological Review 97, 1990: rehearsal.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._util.arrays import Array
from ..analysis.evaluate import Evaluation, evaluate
from ..data.dataset import Dataset, class_index
from ..data.load import NAMED, load
from ..data.splits import stratified_split
from ..errors import DataUnavailable, InputError
from ..nn.network import Network
from ..training.history import History
from ..training.loop import fit
from ..training.recipes import training
from ..training.run import Callback
from ..training.settings import Settings
from .about import about_data, about_training, versions
from .train_and_test import Pair

OPTIONS: dict[str, Any] = {
    "epochs": 6,
    "batch_size": 64,
    "learning_rate": 0.02,
    "weight_decay": 1e-4,
    "rotation": 9.0,
    "scaling": 0.1,
    "shear": 0.08,
    "translation": 1.2,
    "elastic": 0.9,
}
"""Options of `tendigits train` that fine-tuning begins with: a lower rate, and distortions, as the images are few."""

REHEARSED = 6000  # images of what it knows, at most
NEW = 2000  # new images in an epoch, at least: fewer are shown several times, each time distorted anew


@dataclass(frozen=True)
class FineTuned:
    """What `fine_tune` returns.

    Parameters
    ----------
    network : Network
        The network after fine-tuning; the one it began with is as it was.
    history : History
        What training recorded.
    before, after : Evaluation
        How it read the new test images before and after.
    known : str
        What it rehearsed; "" if nothing was available.
    known_before, known_after : float
        Its accuracy on the test images of these before and after; nan without any.
    """

    network: Network
    history: History
    before: Evaluation
    after: Evaluation
    known: str
    known_before: float
    known_after: float

    def __repr__(self) -> str:
        return f"FineTuned({self.before.accuracy:.2%} to {self.after.accuracy:.2%}, {len(self.history)} epochs)"

    @property
    def forgotten(self) -> float:
        """The accuracy lost on what it knew; below 0 where it has gained some."""
        return self.known_before - self.known_after


def known_data(network: Network) -> Dataset | None:
    """Load what a network learned from, as far as its `info` names data sets; else the bundled digits.

    Parameters
    ----------
    network : Network
        A trained network.

    Returns
    -------
    Dataset or None
        The data; None if none of it fits the network.
    """
    names = [name for name in str(network.info.get("data", {}).get("name")).split("+") if name in NAMED]
    for sources in filter(None, (names, ["digits"])):
        try:
            data = load(*sources)
            _check_fit(network, data)
            return data
        except (DataUnavailable, InputError):
            continue
    return None


def fine_tune(
    network: Network,
    dataset: Dataset,
    known: Dataset | None,
    settings: Settings | None = None,
    *,
    seed: int = 0,
    n_validation: int | None = None,
    callbacks: Sequence[Callback] = (),
    progress: bool | None = None,
) -> FineTuned:
    """Train a trained network on new images, and on some that it knows.

    Parameters
    ----------
    network : Network
        Where to begin; it stays as it is.
    dataset : Dataset
        The new images; their classes are among the network's.
    known : Dataset or None
        What to rehearse, as `known_data` gives it.
    settings : Settings, optional
        How to train; by default as OPTIONS say.
    seed : int, optional
        The same seed gives the same bits.
    n_validation : int, optional
        How many new training images to hold out; by default a twelfth.
    callbacks : sequence of callables, optional
        Called after every epoch, as in `fit`.
    progress : bool, optional
        Whether to show progress; None means in a terminal or a notebook.

    Returns
    -------
    FineTuned
        The network, and what it learned and forgot.

    Raises
    ------
    InputError
        If the data have other classes than the network, or images of another size; or the network is an ensemble.
    Diverged
        If the loss became NaN or infinite.

    Examples
    --------
    >>> from tendigits import load, load_pretrained
    >>> fine_tune(load_pretrained(), load("digits"), None, training(epochs=1)["settings"], progress=False)
    FineTuned(...% to ...%, 1 epochs)
    """
    settings = settings or training(**OPTIONS)["settings"]
    _check_fit(network, dataset)
    rng, tuned = np.random.default_rng(seed), deepcopy(network)
    new, validation = _split(dataset, network, n_validation, rng)
    history = fit(
        tuned,
        _mixed(new, _some(known, network, rng) if known else None),
        validation,
        settings,
        seed=rng,
        callbacks=callbacks,
        progress=progress,
    )
    before, after = (_tested(each, dataset) for each in (network, tuned))
    known_before, known_after = (_tested(each, known).accuracy if known else np.nan for each in (network, tuned))
    known_name = known.name if known else ""
    result = FineTuned(tuned, history, before, after, known_name, known_before, known_after)
    tuned.info = _info(network, dataset, settings, len(validation[1]), seed, result)
    return result


def _check_fit(network: Network, dataset: Dataset) -> None:
    """Raise InputError unless the network can learn from the data."""
    height, width = dataset.train_images.shape[1:]
    if not hasattr(network, "layers") or getattr(network, "members", None):
        raise InputError("An ensemble cannot be trained further: choose a model of one network.")
    if height * width != network.sizes[0]:
        raise InputError(
            f"{dataset.name} holds images of {height} × {width}, but the model reads {network.sizes[0]} pixels."
        )
    try:
        class_index(dataset.train_labels, network.classes)
    except InputError as error:
        raise InputError(f"{dataset.name} holds other classes than the model. {error}") from None


def _split(dataset: Dataset, network: Network, n: int | None, rng: np.random.Generator) -> tuple[Pair, Pair]:
    """Divide the new training images into those to train on and those to validate on."""
    own = len(dataset.train_labels) - dataset.n_added
    labels = class_index(dataset.train_labels, network.classes)
    kept, held_out = stratified_split(labels[:own], max(1, own // 12) if n is None else n, rng)
    kept = np.append(kept, np.arange(own, len(labels)))
    return tuple((dataset.train_images[which], labels[which]) for which in (kept, held_out))  # type: ignore[return-value]


def _some(known: Dataset, network: Network, rng: np.random.Generator) -> Pair:
    chosen = rng.permutation(len(known.train_labels))[:REHEARSED]
    return known.train_images[chosen], class_index(known.train_labels[chosen], network.classes)


def _mixed(new: Pair, old: Pair | None) -> tuple[Array, Array]:
    """Join new images, repeated if they are few, and old ones."""
    times = max(1, -(-NEW // len(new[1]))) if old else 1
    images, labels = np.concatenate([new[0]] * times), np.concatenate([new[1]] * times)
    return (np.concatenate([images, old[0]]), np.concatenate([labels, old[1]])) if old else (images, labels)


def _tested(network: Network, dataset: Dataset) -> Evaluation:
    return evaluate(network, dataset.test_images, class_index(dataset.test_labels, network.classes))


def _info(
    origin: Network, dataset: Dataset, settings: Settings, n_validation: int, seed: int, result: FineTuned
) -> dict[str, Any]:
    data = about_data(dataset, n_validation)
    preprocessing = origin.info.get("preprocessing", {}) | {"orientation": "upright"}
    known = {"known_before": result.known_before, "known_after": result.known_after} if result.known else {}
    return {
        "data": data | {"name": "+".join(filter(None, (dataset.name, result.known)))},
        "preprocessing": preprocessing,
        "training": about_training(settings, [result.history])
        | {"seed": seed, "from": str(origin.info.get("data", {}).get("name", "")), "rehearsed": result.known},
        "results": {
            "test_accuracy_before": result.before.accuracy,
            "test_accuracy": result.after.accuracy,
            "test_interval": list(result.after.interval),
            **known,
        },
        "versions": versions(),
    }
