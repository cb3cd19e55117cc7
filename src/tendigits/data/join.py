"""Several data sets as one: the first is what it is about, the others add training images."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..errors import InputError
from .dataset import Dataset, class_index, make_dataset


def join(datasets: Sequence[Dataset]) -> Dataset:
    """Add the training images of other data sets to those of the first, which alone is validated and tested on.

    Parameters
    ----------
    datasets : sequence of Dataset
        One or more. Their images have one size, and the others' training labels are among the first's classes.

    Returns
    -------
    Dataset
        Named after all, "mnist+digits"; its last `n_added` training images are the others'. One data set alone stays
        as it is.

    Raises
    ------
    InputError
        If there is none, or one does not go with the first.
    """
    if not datasets:
        raise InputError("There is no data set to join: give at least one.")
    first, *others = datasets
    for other in others:
        _check_fit(first, other)
    return _joined(first, others) if others else first


def _check_fit(first: Dataset, other: Dataset) -> None:
    """Raise InputError unless one can train for `first` with the images of `other`, too."""
    (h, w), (h_other, w_other) = first.train_images.shape[1:], other.train_images.shape[1:]
    if (h, w) != (h_other, w_other):
        raise InputError(f"{other.name} holds images of {h_other} × {w_other} pixels, but {first.name} of {h} × {w}.")
    try:
        class_index(other.train_labels, first.classes)
    except InputError as error:
        raise InputError(f"{other.name} does not go with {first.name}. {error}") from None


def _joined(first: Dataset, others: Sequence[Dataset]) -> Dataset:
    arrays = {
        "train_images": np.concatenate([each.train_images for each in (first, *others)]),
        "train_labels": np.concatenate([each.train_labels for each in (first, *others)]),
        "test_images": first.test_images,
        "test_labels": first.test_labels,
    }
    about = {"test_writers": first.test_writers, "train_writers": _writers([first, *others])}
    turned = any(each.transposed for each in (first, *others))
    dataset = make_dataset("+".join(each.name for each in (first, *others)), arrays, transposed=turned, **about)
    return replace(dataset, n_added=first.n_added + sum(len(other.train_labels) for other in others))


def _writers(datasets: Sequence[Dataset]) -> np.ndarray | None:
    if all(each.train_writers is None for each in datasets):
        return None
    unknown = [np.full(len(each.train_labels), "") for each in datasets]
    known = (each.train_writers for each in datasets)
    return np.concatenate([no if who is None else who for who, no in zip(known, unknown, strict=True)])
