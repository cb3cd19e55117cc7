"""A data set by its name, or by the file or folder it lies in."""

from collections.abc import Callable
from pathlib import Path

from .dataset import Dataset
from .digits import load_digits
from .folders import load_path
from .join import join
from .mnist import load_mnist
from .public import PUBLIC, load_public
from .strokes import load_strokes

BUNDLED: dict[str, Callable[[], Dataset]] = {"digits": load_digits, "strokes": load_strokes}
NAMED = ("mnist", *BUNDLED, *PUBLIC)


def load(*sources: str | Path, progress: bool | None = None, transposed: bool = False) -> Dataset:
    """Load a data set, or several joined by `join`.

    Parameters
    ----------
    *sources : str or Path
        Each is the name of a data set ("mnist", "digits", "strokes", "fashion-mnist", "kmnist", "qmnist",
        "emnist-letters" and others of EMNIST), or a file or folder in one of the forms that `data.folders` lists. The
        first gives the test images.
    progress : bool, optional
        Whether to show how far a first load is; None means in a terminal or a notebook.
    transposed : bool, optional
        Whether the files store images transposed, as EMNIST does. Files named emnist-… are known to.

    Returns
    -------
    Dataset
        Named after its sources, such as "mnist+digits".

    Raises
    ------
    InputError
        Where there is no data set, or the data sets do not go together.
    DataUnavailable
        Where one cannot be downloaded.
    """
    return join([_load(source, progress, transposed) for source in sources])


def _load(source: str | Path, progress: bool | None, transposed: bool) -> Dataset:
    if source == "mnist":
        return load_mnist(progress=progress)
    if source in PUBLIC:
        return load_public(str(source), progress=progress)
    return BUNDLED[str(source)]() if source in BUNDLED else load_path(source, transposed=transposed)
