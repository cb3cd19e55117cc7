"""A data set: images and labels, for training and for testing."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._util.files import Arrays
from ..errors import InputError
from .idx import NAMES, idx_bytes
from .mapped import sampled


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images and labels, for training and for testing, as they came: neither scaled nor shuffled.

    Parameters
    ----------
    name : str
        What the data set is called.
    train_images, test_images : ndarray of uint8, shape (n, height, width)
        Pixels from 0, paper, to 255, ink.
    train_labels, test_labels : ndarray of uint8 or str, shape (n,)
        What each image shows.
    digest : str
        The SHA-256, in hexadecimal, of the training images, training labels, test images and test labels, each written
        as an IDX file: the same images and labels have the same digest wherever they came from. Of images that are
        mapped, a sample counts.
    n_added : int
        How many of the training images, the last ones, come from other data sets (see `join`): they are never
        validated on.
    train_writers, test_writers : ndarray of str, shape (n,), optional
        Who wrote each image, "" where that is not known.
    transposed : bool
        Whether the images lay transposed on disk, as EMNIST's do, and were turned upright.
    """

    name: str
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    digest: str
    n_added: int = 0
    train_writers: np.ndarray | None = None
    test_writers: np.ndarray | None = None
    transposed: bool = False

    def __repr__(self) -> str:
        height, width = self.train_images.shape[1:]
        return (
            f"Dataset({self.name!r}: {len(self.train_images):,} training and {len(self.test_images):,} test images "
            f"of {height} × {width}, {len(self.classes)} classes)"
        )

    @property
    def classes(self) -> np.ndarray:
        """The labels that occur in training, sorted; they need not be ten, nor start at 0."""
        return np.unique(self.train_labels, return_counts=True)[0]  # without the counts it imports numpy.ma: 25 ms


def make_dataset(name: str, arrays: Arrays, **about: Any) -> Dataset:
    """Make a data set of its four arrays.

    Parameters
    ----------
    name : str
        What to call it.
    arrays : dict of str to ndarray
        Images and labels, by the names of `idx.NAMES`.
    **about
        What else is known: the writers, and whether the images were transposed.

    Returns
    -------
    Dataset
        The data set, with its digest.
    """
    sha256 = hashlib.sha256()
    for role in NAMES:
        sha256.update(_bytes_of(arrays[role]))
    four: dict[str, Any] = arrays
    return Dataset(name, **four, digest=sha256.hexdigest(), **about)


def _bytes_of(array: np.ndarray) -> bytes:
    """Write an array as an IDX file, or texts, which IDX has not, a line for each."""
    return "\n".join(array.tolist()).encode() if array.dtype.kind == "U" else idx_bytes(sampled(array))


def check(arrays: Arrays, where: str) -> None:
    """Check that images and labels, for training and for testing, fit together.

    Parameters
    ----------
    arrays : dict of str to ndarray
        Images and labels, by the names of `idx.NAMES`.
    where : str
        What to call their source in an error.

    Raises
    ------
    InputError
        If numbers or sizes of images and labels do not fit, or a test label does not occur in training.
    """
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
    if (train[1] == train[1][0]).all():
        raise InputError(f"{where} holds only one class, {train[1][0]}: there is nothing to tell apart.")


def class_index(labels: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Find the index of each label among the classes.

    Parameters
    ----------
    labels : array-like, shape (n,)
        Labels.
    classes : array-like, shape (k,)
        The labels that may occur, sorted.

    Returns
    -------
    ndarray of intp, shape (n,)
        Class indices, 0 to k - 1.

    Raises
    ------
    InputError
        If labels are not among the classes; the message names them.

    Examples
    --------
    >>> class_index(["cat", "dog", "cat"], ["cat", "dog"]).tolist()
    [0, 1, 0]
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
