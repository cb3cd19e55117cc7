"""A data set by its name, or by the folder it lies in."""

from collections.abc import Callable
from pathlib import Path

from .dataset import Dataset
from .digits import load_digits
from .folders import load_idx_folder
from .join import join
from .mnist import load_mnist
from .strokes import load_strokes

BUNDLED: dict[str, Callable[[], Dataset]] = {"digits": load_digits, "strokes": load_strokes}


def load(*sources: str | Path, progress: bool | None = None) -> Dataset:
    """Load a data set, or several joined by `join`.

    Parameters
    ----------
    *sources : str or Path
        Each is "mnist", "digits" or "strokes", or else a folder of four IDX files. The first gives the test images.
    progress : bool, optional
        Whether to show how far MNIST's first load is; None means in a terminal or a notebook.

    Returns
    -------
    Dataset
        Named after its sources, such as "mnist+digits".

    Raises
    ------
    InputError
        Where a folder does not hold a data set, or the data sets do not go together.
    DataUnavailable
        Where MNIST cannot be had.
    """
    return join([_load(source, progress) for source in sources])


def _load(source: str | Path, progress: bool | None) -> Dataset:
    if source == "mnist":
        return load_mnist(progress=progress)
    return BUNDLED[source]() if source in BUNDLED else load_idx_folder(source)
