"""Where images and their labels come from: MNIST, the digits inside scikit-learn, any folder of IDX files."""

import hashlib
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import InputError
from .files import Arrays, read_npz, write_npz
from .idx import NAMES, check_kind, idx_bytes, read_idx, read_idx_folder
from .images import fit_to_box

__all__ = [
    "Dataset",
    "class_index",
    "idx_bytes",
    "load",
    "load_digits",
    "load_idx_folder",
    "load_mnist",
    "read_idx",
    "stratified_split",
]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images and their labels, for training and for testing, as they came: nothing scaled, nothing shuffled.

    Images are uint8, shape (n, height, width), 0 for paper; labels are uint8, shape (n,).
    `digest` is the SHA-256, in hexadecimal, of the four arrays, each written as an IDX file, one after the
    other in the order below: the same images and labels have the same digest wherever they came from.
    """

    name: str
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    digest: str

    @property
    def classes(self) -> np.ndarray:
        """The labels that occur in training, sorted; they need not be ten, nor start at 0."""
        return np.unique(self.train_labels, return_counts=True)[0]  # without the counts it imports numpy.ma: 25 ms


def load(source: str | Path, *, progress: bool | None = None) -> Dataset:
    """Load the data set called "mnist" or "digits", or else the one in the folder `source`.

    `progress` is for MNIST's first load. Raises what `load_mnist` and `load_idx_folder` raise.
    """
    if source == "mnist":
        return load_mnist(progress=progress)
    return load_digits() if source == "digits" else load_idx_folder(source)


def load_idx_folder(folder: str | Path) -> Dataset:
    """Load the data set in a folder of four IDX files, gzipped or not: MNIST and all its relatives.

    The files are named as MNIST's, `train-images-idx3-ubyte` and so on, or in the way of
    `train-images.idx3-ubyte` and `emnist-letters-test-images-idx3-ubyte`. Images come as they are stored;
    EMNIST stores them transposed. The data set takes the folder's name.
    Raises InputError where a file is missing, ambiguous, damaged, or does not go with the others.
    """
    folder = Path(folder)
    arrays = read_idx_folder(folder)
    _check(arrays, str(folder))
    return _dataset(folder.resolve().name, arrays)


def load_digits() -> Dataset:
    """Redraw the 1,797 digits of 8×8 that scikit-learn brings along in MNIST's 28×28 format; no download.

    Labels 0 to 9. A fifth of the images, the same ones every time, are the test set.
    """
    import sklearn.datasets

    pixels, labels = sklearn.datasets.load_digits(return_X_y=True)
    images = np.stack([fit_to_box(ink) for ink in pixels.reshape(-1, 8, 8)])
    labels = labels.astype(np.uint8)
    train, test = stratified_split(labels, len(labels) // 5, np.random.default_rng(0))
    parts = (images[train], labels[train], images[test], labels[test])
    return _dataset("digits", dict(zip(NAMES, parts, strict=True)))


def load_mnist(*, mirrors: Sequence[str] | None = None, timeout: float = 10.0, progress: bool | None = None) -> Dataset:
    """Load MNIST: 60,000 training and 10,000 test images of 28×28, labels 0 to 9.

    The first load takes up to a minute: it asks OpenML, then the `mirrors`, URLs below which the four gzipped
    IDX files lie (None: those in the environment variable TENDIGITS_MIRRORS, separated by spaces, or two
    public ones). What comes is checked against MNIST's known digests and cached beside scikit-learn's own
    data, in $SCIKIT_LEARN_DATA/tendigits/mnist.npz; every later load takes milliseconds.

    `timeout` is how many seconds a source may stay silent. `progress` says whether to show on stderr how far
    things are; None means in a terminal or a notebook.
    Raises DataUnavailable where no source works, saying what was tried and why each failed.
    """
    if cached := _read_cache():
        return cached
    from . import download  # not at the top: what it imports takes as long to load as the cache

    if mirrors is None:
        mirrors = download.default_mirrors()
    dataset = _dataset("mnist", download.download_mnist(mirrors, timeout, progress))
    _write_cache(dataset)
    return dataset


def _cache() -> Path:
    # the folder of sklearn.datasets.get_data_home, without the second it takes to import scikit-learn
    home = os.environ.get("SCIKIT_LEARN_DATA") or "~/scikit_learn_data"
    return Path(os.path.expanduser(home), "tendigits", "mnist.npz")


def _read_cache() -> Dataset | None:
    try:
        arrays, metadata = read_npz(_cache())
        for role in NAMES:
            check_kind(role, arrays[role], "The cache")
        _check(arrays, "The cache")
        return Dataset(metadata["name"], **arrays, digest=metadata["digest"])
    except (InputError, OSError, RuntimeError, KeyError, TypeError):  # damaged, or made by another version:
        return None  # that costs time, and nothing else


def _write_cache(dataset: Dataset) -> None:
    path = _cache()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = {role: getattr(dataset, role) for role in NAMES}
        write_npz(path, arrays, {"name": dataset.name, "digest": dataset.digest})
    except OSError as error:
        _log.warning("MNIST could not be cached, so the next load will be slow again: %s", error)


def _dataset(name: str, arrays: Arrays) -> Dataset:
    sha256 = hashlib.sha256()
    for role in NAMES:
        sha256.update(idx_bytes(arrays[role]))
    return Dataset(name, **arrays, digest=sha256.hexdigest())


def _check(arrays: Arrays, where: str) -> None:
    """Raise InputError unless images and labels, training and test, go together."""
    train, test = (arrays["train_images"], arrays["train_labels"]), (arrays["test_images"], arrays["test_labels"])
    for part, (images, labels) in {"training": train, "test": test}.items():
        if len(images) != len(labels):
            raise InputError(f"{where} holds {len(images):,} {part} images, but {len(labels):,} {part} labels.")
        if images.size == 0:
            raise InputError(f"{where} holds no {part} images, or images without pixels.")
    if train[0].shape[1:] != test[0].shape[1:]:
        sizes = [f"{images.shape[1]} × {images.shape[2]}" for images, _ in (train, test)]
        raise InputError(f"{where} holds training images of {sizes[0]} pixels, but test images of {sizes[1]}.")
    if unknown := _not_among(train[1], test[1]):
        raise InputError(f"{where} holds test labels that no training image has: {unknown}.")


def class_index(labels: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Find the place of each label, shape (n,), in the sorted `classes`: intp, shape (n,), 0 to k - 1.

    Raises InputError for labels that are not among the classes, naming them, or not of shape (n,).
    """
    labels, classes = np.asarray(labels), np.asarray(classes)
    if labels.ndim != 1:
        raise InputError(f"Labels should have the shape (n,), one for each image, but have {labels.shape}.")
    if unknown := _not_among(classes, labels):
        raise InputError(f"These labels are not among the {len(classes)} classes: {unknown}.")
    return np.searchsorted(classes, labels)


def _not_among(known: np.ndarray, labels: np.ndarray) -> str:
    """List the labels that are not `known`, the first ten of them; "" where all are."""
    strange = ~np.isin(labels, known)  # not np.setdiff1d, which imports numpy.ma: 25 ms of every start
    if not strange.any():
        return ""
    words = [str(label) for label in np.unique(labels[strange])]
    return ", ".join(words[:10]) + (f" and {len(words) - 10} more" if len(words) > 10 else "")


def stratified_split(labels: np.ndarray, n_held_out: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Choose which images to train on and which to hold out: two sorted index arrays that share none.

    Exactly `n_held_out` are held out, of each class n_held_out × (its share of all), rounded down, or up for
    the classes with the largest fractions (Hamilton's method of apportionment). `rng` chooses which.
    Raises InputError unless 0 <= n_held_out < len(labels).
    """
    n = len(labels)
    if not 0 <= n_held_out < n:
        raise InputError(f"Cannot hold out {n_held_out:,} of {n:,} images: some must be left to train on.")
    _, class_of, counts = np.unique(labels, return_inverse=True, return_counts=True)
    quota, fraction = np.divmod(counts * n_held_out, n)
    quota[np.argsort(-fraction, kind="stable")[: n_held_out - quota.sum()]] += 1

    order = rng.permutation(n)
    order = order[np.argsort(class_of[order], kind="stable")]  # class by class, each in random order
    rank_in_class = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    held_out = rank_in_class < np.repeat(quota, counts)
    return np.sort(order[~held_out]), np.sort(order[held_out])
