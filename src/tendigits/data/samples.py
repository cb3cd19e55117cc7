"""A few digits of MNIST's test set, in the package, so that the draw page needs no download."""

from pathlib import Path

import numpy as np

from .dataset import Dataset, make_dataset

PATH = Path(__file__).with_name("samples.npz")


def sample_digits() -> Dataset:
    """Load 218 digits of MNIST's test set: some of each class, and eight that the bundled network misreads.

    Returns
    -------
    Dataset
        The digits, for training and for testing alike: enough to show, and too few for either.
    """
    with np.load(PATH, allow_pickle=False) as npz:
        images, labels = npz["images"], npz["labels"]
    arrays = {"train_images": images, "train_labels": labels, "test_images": images, "test_labels": labels}
    return make_dataset("samples", arrays)
