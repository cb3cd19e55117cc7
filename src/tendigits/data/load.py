"""A data set by its name, or by the folder it lies in."""

from pathlib import Path

from .dataset import Dataset
from .digits import load_digits
from .folders import load_idx_folder
from .mnist import load_mnist


def load(source: str | Path, *, progress: bool | None = None) -> Dataset:
    """Load a data set by its name, or from a folder.

    Parameters
    ----------
    source : {"mnist", "digits"} or path-like
        A name, or a folder of four IDX files.
    progress : bool, optional
        Whether to show how far MNIST's first load is; see `load_mnist`.

    Returns
    -------
    Dataset
        The data set.

    Raises
    ------
    DataUnavailable
        If MNIST cannot be downloaded.
    InputError
        If the folder holds no such data set.
    """
    if source == "mnist":
        return load_mnist(progress=progress)
    return load_digits() if source == "digits" else load_idx_folder(source)
