"""QMNIST: MNIST made again from the scans it came from, with all 60,000 test digits and the writer of each.

Its labels are rows of eight whole numbers: the class, the series of the writer (hsf_0 to hsf_8), the writer's number,
and where the digit is found in NIST's Special Database 19.

Yadav and Bottou, "Cold Case: The Lost MNIST Digits", 2019.
"""

import numpy as np

from ..errors import InputError
from .part import Part

COLUMNS = 8


def qmnist_part(images: np.ndarray, labels: np.ndarray, where: str) -> Part:
    """Make a part of a data set of QMNIST's images and labels.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
        The images.
    labels : ndarray of int, shape (n, 8)
        The labels, as its files have them.
    where : str
        What to call their source in an error.

    Returns
    -------
    Part
        Images, classes, and writers such as "hsf2100".

    Raises
    ------
    InputError
        If the labels are not QMNIST's.
    """
    if labels.ndim != 2 or labels.shape[1] != COLUMNS or not ((labels[:, 0] >= 0) & (labels[:, 0] < 10)).all():
        raise InputError(
            f"{where} should hold QMNIST's labels, {COLUMNS} whole numbers for each image, the first of them its digit."
        )
    return Part(images, labels[:, 0].astype(np.uint8), np.char.add("hsf", labels[:, 2].astype(str)))
