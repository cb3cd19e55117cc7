"""scikit-learn's 1,797 small digits, redrawn in MNIST's format."""

import numpy as np

from ..images.mnist_format import fit_to_box
from .dataset import Dataset, make_dataset
from .idx import NAMES
from .splits import stratified_split


def load_digits() -> Dataset:
    """Load the 1,797 digits of 8×8 pixels that come with scikit-learn, redrawn in MNIST's 28×28 format; no download.

    Returns
    -------
    Dataset
        Labels 0 to 9. A fifth of the images, the same ones every time, are the test set.

    Examples
    --------
    >>> from tendigits import load_digits
    >>> load_digits()
    Dataset('digits': 1,438 training and 359 test images of 28 × 28, 10 classes)
    """
    import sklearn.datasets

    pixels, labels = sklearn.datasets.load_digits(return_X_y=True)
    images = np.stack([fit_to_box(ink) for ink in pixels.reshape(-1, 8, 8)])
    labels = labels.astype(np.uint8)
    train, test = stratified_split(labels, len(labels) // 5, np.random.default_rng(0))
    parts = (images[train], labels[train], images[test], labels[test])
    return make_dataset("digits", dict(zip(NAMES, parts, strict=True)))
