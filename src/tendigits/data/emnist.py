"""EMNIST, whose images lie transposed on disk: turned upright, its classes named by the characters they are.

References
----------
G. Cohen, S. Afshar, J. Tapson and A. van Schaik, "EMNIST: an extension of MNIST to handwritten letters", 2017.
"""

import re
from collections.abc import Iterable
from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np

from .._util.arrays import Array
from ..errors import InputError

MERGED = digits + ascii_uppercase + "abdefghnqrt"  # lower-case letters that look like their capitals are with these
CHARACTERS = {
    "byclass": digits + ascii_uppercase + ascii_lowercase,
    "bymerge": MERGED,
    "balanced": MERGED,
    "letters": "\0" + ascii_uppercase,  # there is no class 0
}
"""What the labels 0, 1, 2, … stand for in the splits with letters; the others hold digits."""

_NAME = re.compile(r"emnist-([a-z]+)")


def split_of(names: Iterable[str]) -> str | None:
    """Recognise EMNIST by `emnist-` in file names.

    Parameters
    ----------
    names : iterable of str
        Names of files.

    Returns
    -------
    str or None
        The split, such as "letters"; None if no file is EMNIST's.

    Examples
    --------
    >>> split_of(["emnist-letters-train-images-idx3-ubyte.gz"])
    'letters'
    """
    return next((match[1] for name in names if (match := _NAME.search(name.lower()))), None)


def upright(images: Array) -> Array:
    """Exchange rows and columns, as EMNIST stores them.

    Parameters
    ----------
    images : ndarray, shape (n, height, width)
        Images, transposed.

    Returns
    -------
    ndarray, shape (n, width, height)
        The same images, upright.
    """
    return np.ascontiguousarray(images.transpose(0, 2, 1))


def named(labels: Array, split: str | None, where: str) -> Array:
    """Name labels by the characters that they stand for.

    Parameters
    ----------
    labels : ndarray of uint8, shape (n,)
        EMNIST's numbers.
    split : str or None
        The split of EMNIST that they belong to.
    where : str
        What to call their source in an error.

    Returns
    -------
    ndarray, shape (n,)
        Texts of one character for the splits with letters; the numbers themselves for all others.

    Raises
    ------
    InputError
        If a label stands for nothing.
    """
    if split not in CHARACTERS or labels.dtype.kind == "U":
        return labels
    characters = np.array(list(CHARACTERS[split]))
    for label in np.unique(labels).tolist():
        if label >= len(characters) or not characters[label]:
            raise InputError(f"{where} holds the label {label}, which EMNIST's {split} does not have.")
    return characters[labels]
