"""A data set by name, or by the folder it lies in."""

from pathlib import Path

from .dataset import Dataset
from .digits import load_digits
from .folders import load_idx_folder
from .mnist import load_mnist


def load(source: str | Path, *, progress: bool | None = None) -> Dataset:
    """Load the data set called "mnist" or "digits", or else the one in the folder `source`.

    `progress` is for MNIST's first load. Raises what `load_mnist` and `load_idx_folder` raise.
    """
    if source == "mnist":
        return load_mnist(progress=progress)
    return load_digits() if source == "digits" else load_idx_folder(source)
