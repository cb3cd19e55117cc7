"""MNIST from its public sources: OpenML, through scikit-learn, then mirrors of the four IDX files.

Nothing that comes over a network is trusted: whatever the source, an array is handed on only if the MD5 of its IDX
file is MNIST's, which is public.
"""

import hashlib
import os
import socket
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import NamedTuple

import numpy as np

from .._util.files import Arrays
from .._util.progress import notice
from ..errors import DataUnavailable, InputError
from .fetch import fetch, reason
from .idx import NAMES, idx_bytes, read_idx


class MnistFile(NamedTuple):
    """What is known of one of MNIST's four IDX files.

    Parameters
    ----------
    n_bytes : int
        The size of the file before it is gzipped.
    md5 : str
        Its MD5, in hexadecimal.
    """

    n_bytes: int
    md5: str


FILES = {
    "train_images": MnistFile(47_040_016, "6bbc9ace898e44ae57da46a324031adb"),
    "train_labels": MnistFile(60_008, "a25bea736e30d166cdddb491f175f624"),
    "test_images": MnistFile(7_840_016, "2646ac647ad5339dbf082846283269ea"),
    "test_labels": MnistFile(10_008, "27ae3e4e09519cfbb04c329615203637"),
}
PATIENCE = 60  # times the timeout that a source may take in all
N_TRAIN = 60_000  # OpenML has all 70,000 in one table, training first
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


def default_mirrors() -> Sequence[str]:
    """List the mirrors in the environment variable TENDIGITS_MIRRORS, separated by spaces; without it, MIRRORS."""
    own = os.environ.get("TENDIGITS_MIRRORS")
    return MIRRORS if own is None else own.split()


def download_mnist(mirrors: Sequence[str], timeout: float, progress: bool | None) -> Arrays:
    """Download MNIST from the first source that has all of it.

    Parameters
    ----------
    mirrors : sequence of str
        URLs to try after OpenML.
    timeout : float
        How many seconds a source may stay silent; in all it may take 60 times as long.
    progress : bool or None
        Whether to show progress; None means in a terminal or a notebook.

    Returns
    -------
    dict of str to ndarray
        Images and labels, by the names of `idx.NAMES`.

    Raises
    ------
    DataUnavailable
        If no source works; the message says what was tried and why each failed.
    """
    sources: dict[str, Callable[[], Arrays]] = {"OpenML": partial(from_openml, timeout, progress)}
    sources |= {mirror: partial(from_mirror, mirror, timeout, progress) for mirror in mirrors}
    failures = []
    for name, source in sources.items():
        try:
            return _within(PATIENCE * timeout, source)
        except Exception as error:  # a source may fail in any way, and the next may still work
            failures.append(f"  {name}: {reason(error)}")
    raise DataUnavailable(
        "MNIST could not be downloaded from any source:\n"
        + "\n".join(failures)
        + "\nConnect to the Internet and try again, or name a folder that holds MNIST's four IDX files ("
        + ", ".join(NAMES.values())
        + "), gzipped or not."
    )


def _within(seconds: float, source: Callable[[], Arrays]) -> Arrays:
    """Ask a source in a thread of its own, which is left behind if it takes too long. Raises what the source raises."""
    outcome: list[Arrays | Exception] = []

    def ask() -> None:
        try:
            outcome.append(source())
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise TimeoutError(f"it took more than {seconds:g} seconds")
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


def from_openml(timeout: float, progress: bool | None) -> Arrays:
    """Let scikit-learn fetch MNIST from OpenML, or from its own cache.

    Parameters
    ----------
    timeout : float
        How many seconds OpenML may stay silent.
    progress : bool or None
        Whether to say that it takes a while; None means in a terminal or a notebook.

    Returns
    -------
    dict of str to ndarray
        Images and labels, by the names of `idx.NAMES`.

    Raises
    ------
    InputError
        If what comes is not MNIST. Whatever scikit-learn raises is passed on.
    """
    notice("Reading MNIST from OpenML; the first time takes about a minute.", shown=progress)
    from sklearn.datasets import fetch_openml

    with _default_timeout(timeout), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about retries and its cache; the exception says what matters
        pixels, labels = fetch_openml(
            "mnist_784",
            version=1,
            as_frame=False,
            parser="liac-arff",
            return_X_y=True,
            n_retries=1,
            delay=0.1,
        )
    images = pixels.astype(np.uint8).reshape(-1, 28, 28)
    labels = labels.astype(np.uint8)
    arrays = {
        "train_images": images[:N_TRAIN],
        "train_labels": labels[:N_TRAIN],
        "test_images": images[N_TRAIN:],
        "test_labels": labels[N_TRAIN:],
    }
    return {role: verified(role, array) for role, array in arrays.items()}


@contextmanager
def _default_timeout(timeout: float) -> Iterator[None]:
    """Give every new connection a timeout: `fetch_openml` sets none and would wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(timeout)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def from_mirror(mirror: str, timeout: float, progress: bool | None) -> Arrays:
    """Download MNIST's four gzipped IDX files.

    Parameters
    ----------
    mirror : str
        The URL below which they lie.
    timeout : float
        How many seconds the mirror may stay silent.
    progress : bool or None
        Whether to show a bar for each file; None means in a terminal or a notebook.

    Returns
    -------
    dict of str to ndarray
        Images and labels, by the names of `idx.NAMES`.

    Raises
    ------
    InputError
        If a file is too large, broken off, or not MNIST's.
    OSError
        If the mirror cannot be reached.
    """
    arrays = {}
    for role, file in FILES.items():
        packed = BytesIO()  # no larger than its content, with room for the gzip header
        fetch(f"{mirror.rstrip('/')}/{NAMES[role]}.gz", packed, file.n_bytes + 1000, timeout, progress)
        arrays[role] = verified(role, read_idx(packed.getvalue(), max_bytes=file.n_bytes))
    return arrays


def verified(role: str, array: np.ndarray) -> np.ndarray:
    """Check that an array is MNIST's.

    Parameters
    ----------
    role : str
        A name of `idx.NAMES`.
    array : ndarray of uint8
        The images or labels.

    Returns
    -------
    ndarray
        The same.

    Raises
    ------
    InputError
        If its MD5, as an IDX file, is another.
    """
    actual = hashlib.md5(idx_bytes(array), usedforsecurity=False).hexdigest()
    if actual != FILES[role].md5:
        raise InputError(f"{NAMES[role]} is not MNIST's: its MD5 is {actual}, not {FILES[role].md5}.")
    return array
