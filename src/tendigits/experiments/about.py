"""How a network was made, as its `info` tells: data, pixels, training, versions."""

import platform
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from .. import __version__
from .._util.arrays import PIXELS
from ..data.dataset import Dataset
from ..nn.network import Network
from ..training.history import History
from ..training.settings import Settings


def about_data(dataset: Dataset, n_validation: int) -> dict[str, Any]:
    """Describe data for a model's `info`.

    Parameters
    ----------
    dataset : Dataset
        The data.
    n_validation : int
        How many training images were held out.

    Returns
    -------
    dict
        Name, digest and numbers of images; and whether they lay transposed on disk.
    """
    return {
        "name": dataset.name,
        "digest": dataset.digest,
        "train": len(dataset.train_labels) - n_validation,
        "validation": n_validation,
        "test": len(dataset.test_labels),
        **({"transposed": True} if dataset.transposed else {}),
    }


def about_training(settings: Settings, histories: Sequence[History]) -> dict[str, Any]:
    """Describe training for a model's `info`.

    Parameters
    ----------
    settings : Settings
        How it was done.
    histories : sequence of History
        What it recorded.

    Returns
    -------
    dict
        The settings, the epochs that were run, and seconds.
    """
    return asdict(settings) | {
        "learning_rate": settings.rate,
        "epochs_run": sum(map(len, histories)),
        "seconds": round(sum(sum(history["seconds"]) for history in histories), 3),
    }


def about_pixels(network: Network) -> str:
    """Describe what a network does with the values of an image.

    Parameters
    ----------
    network : Network
        The trained network.

    Returns
    -------
    str
        A few words.
    """
    return "0 to 255, divided by 255" if network.divisor == PIXELS else "taken as they are"


def versions() -> dict[str, str]:
    """Name the versions of tendigits, NumPy and Python.

    Returns
    -------
    dict of str to str
        Each one's version.
    """
    return {"tendigits": __version__, "numpy": np.__version__, "python": platform.python_version()}
