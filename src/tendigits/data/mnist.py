"""MNIST, from its cache or from its public sources."""

import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from .._util.files import Arrays, read_npz, replacing, write_npz
from ..errors import InputError
from .dataset import Dataset, check, make_dataset
from .idx import NAMES, check_kind

_log = logging.getLogger(__name__)


def load_mnist(*, mirrors: Sequence[str] | None = None, timeout: float = 10.0, progress: bool | None = None) -> Dataset:
    """Load MNIST: 60,000 training and 10,000 test images of 28×28, labels 0 to 9.

    The first load takes up to a minute: it asks OpenML, then the mirrors. What comes is checked against MNIST's known
    digests and cached beside scikit-learn's own data, in $SCIKIT_LEARN_DATA/tendigits/mnist.npz. Every later load takes
    milliseconds: the cache is checked again only if its file is another than the one that was checked.

    Parameters
    ----------
    mirrors : sequence of str, optional
        URLs below which the four gzipped IDX files lie. None means those in the environment variable
        TENDIGITS_MIRRORS, separated by spaces, or else two public ones.
    timeout : float, optional
        How many seconds a source may stay silent.
    progress : bool, optional
        Whether to show progress on stderr; None means in a terminal or a notebook.

    Returns
    -------
    Dataset
        MNIST.

    Raises
    ------
    DataUnavailable
        If no source works; the message says what was tried and why each failed.
    """
    if cached := _read_cache():
        return cached
    from . import sources  # not at the top: what it imports takes as long to load as the cache

    if mirrors is None:
        mirrors = sources.default_mirrors()
    dataset = make_dataset("mnist", sources.download_mnist(mirrors, timeout, progress))
    _write_cache(dataset)
    return dataset


def _cache() -> Path:
    # the folder that sklearn.datasets.get_data_home names; importing scikit-learn to ask it takes a second
    home = os.environ.get("SCIKIT_LEARN_DATA") or "~/scikit_learn_data"
    return Path(os.path.expanduser(home), "tendigits", "mnist.npz")


def _read_cache() -> Dataset | None:
    try:
        arrays, metadata = read_npz(_cache())
        for role in NAMES:
            check_kind(role, arrays[role], "The cache")
        check(arrays, "The cache")
        _verify(arrays, metadata["digest"])
        four: dict[str, Any] = arrays
        return Dataset("mnist", **four, digest=metadata["digest"])
    except (InputError, OSError, RuntimeError, KeyError, TypeError):  # damaged, or made by another version:
        return None  # it is downloaded again


def _verify(arrays: Arrays, digest: str) -> None:
    """Check the cache against MNIST's digests, unless this very file has been checked before. Raises InputError."""
    try:
        if _receipt().read_text() == _identity():
            return
    except (OSError, ValueError):
        pass
    from . import sources

    for role in NAMES:
        sources.verified(role, arrays[role])
    if make_dataset("mnist", arrays).digest != digest:
        raise InputError("The cache's digest is not MNIST's.")
    with suppress(OSError):
        _remember()


def _receipt() -> Path:
    return _cache().with_suffix(".verified")


def _identity() -> str:
    """Tell the cache's file from any other, and from itself after a change."""
    about = _cache().stat()
    return f"{about.st_dev} {about.st_ino} {about.st_size} {about.st_mtime_ns} {about.st_ctime_ns}"


def _remember() -> None:
    with replacing(_receipt()) as file:
        file.write(_identity().encode())


def _write_cache(dataset: Dataset) -> None:
    path = _cache()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = {role: getattr(dataset, role) for role in NAMES}
        write_npz(path, arrays, {"name": dataset.name, "digest": dataset.digest})
        _remember()
    except OSError as error:
        _log.warning("MNIST could not be cached, so the next load will be slow again: %s", error)
