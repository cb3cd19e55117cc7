"""A data set: images and their labels, for training and for testing."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._util.files import Arrays
from ..errors import InputError
from .idx import NAMES, idx_bytes


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images and their labels, for training and for testing, as they came: nothing scaled, nothing shuffled.

    Images are uint8, shape (n, height, width), 0 for paper; labels are uint8, shape (n,).
    `digest` is the SHA-256, in hexadecimal, of the four arrays, each written as an IDX file, one after the
    other in the order below: the same images and labels have the same digest wherever they came from.
    Of the training images the last `n_added` come from other data sets (`join`): these are never validated on.
    """

    name: str
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    digest: str
    n_added: int = 0

    @property
    def classes(self) -> np.ndarray:
        """The labels that occur in training, sorted; they need not be ten, nor start at 0."""
        return np.unique(self.train_labels, return_counts=True)[0]  # without the counts it imports numpy.ma: 25 ms


def make_dataset(name: str, arrays: Arrays) -> Dataset:
    """Make a data set of four arrays, named as in `idx.NAMES`."""
    sha256 = hashlib.sha256()
    for role in NAMES:
        sha256.update(idx_bytes(arrays[role]))
    four: dict[str, Any] = arrays
    return Dataset(name, **four, digest=sha256.hexdigest())


def check(arrays: Arrays, where: str) -> None:
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
