"""Data larger than memory: arrays that stay in their files, of which the system reads what is used.

A map looks like an array. Rows drawn from all over it would each cost a disk an access, so `shuffled` draws from a few
blocks of neighbours at a time.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np

from .._util.arrays import Array
from .._util.files import Arrays
from ..errors import InputError
from .idx import LARGE, NAMES, check_kind

BLOCK = 1024  # rows that lie side by side in a file
WINDOW = 64  # blocks among which rows are shuffled: of 28 × 28 pixels, 51 MB
LENT = "joblib_memmapping_folder"  # where joblib puts arrays in memory that it lends to its processes
SAMPLE = 1000  # rows that stand for all where reading all would take too long


def file_of(array: Array) -> tuple[str, int] | None:
    """Find the file that an array is a map of.

    Parameters
    ----------
    array : ndarray
        Any array.

    Returns
    -------
    (name, offset) or None
        The file, and where in it the array begins; None if the array lies in memory, its own or joblib's.

    """
    root: Any = array
    while root is not None and not (isinstance(root, np.memmap) and not isinstance(root.base, np.ndarray)):
        root = getattr(root, "base", None)
    if root is None or root.filename is None or LENT in os.fspath(root.filename):
        return None
    return os.fspath(root.filename), root.offset + array.ctypes.data - root.ctypes.data


def sampled(array: Array) -> Array:
    """Return what an array's digest is computed from: all of one in memory, rows from all over one that is mapped.

    Parameters
    ----------
    array : ndarray, shape (n, …)
        The array.

    Returns
    -------
    ndarray
        The array, or some of its rows, the first and the last among them.

    """
    if not file_of(array):
        return array
    rows = np.linspace(0, len(array) - 1, min(SAMPLE, len(array))).astype(np.intp)
    return np.asarray(array[rows])


def shuffled(rng: np.random.Generator, n: int, block: int = BLOCK, window: int = WINDOW) -> Array:
    """Draw an order in which to read a map: blocks at random, and the rows of `window` blocks among each other.

    Two rows that lie side by side in the file end up tens of thousands of rows apart, as any two of a window do.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the order.
    n : int
        The number of rows.
    block : int
        Rows in a block.
    window : int
        Blocks in a window.

    Returns
    -------
    ndarray of int, shape (n,)
        Each row once.

    Examples
    --------
    >>> order = shuffled(np.random.default_rng(0), 10, block=2, window=2)
    >>> sorted(order.tolist()) == list(range(10)), sorted(order[:4].tolist())
    (True, [4, 5, 8, 9])

    """
    if n <= block * window:
        return rng.permutation(n)
    blocks = rng.permutation(-(-n // block))
    order = np.empty(n, np.int32 if n < 2**31 else np.int64)
    filled = 0
    for start in range(0, len(blocks), window):
        rows = (blocks[start : start + window, np.newaxis] * block + np.arange(block)).ravel()
        rows = rows[rows < n]
        rng.shuffle(rows)
        order[filled : filled + len(rows)] = rows
        filled += len(rows)
    return order


# Folders of .npy files

NPY = {role: f"{role}.npy" for role in NAMES}


def read_npy_folder(folder: Path) -> Arrays:
    """Read the four arrays train_images.npy, train_labels.npy, test_images.npy and test_labels.npy.

    Parameters
    ----------
    folder : Path
        Where they lie.

    Returns
    -------
    dict of str to ndarray
        Images, uint8 of shape (n, height, width), mapped if they are large, and labels, uint8 of shape (n,).

    Raises
    ------
    InputError
        If one is missing, damaged, or holds something else.

    """
    if missing := [name for name in NPY.values() if not (folder / name).is_file()]:
        raise InputError(f"{folder} lacks {', '.join(missing)}; expected {', '.join(NPY.values())}.")
    return {role: _read_npy(role, folder / name) for role, name in NPY.items()}


def _read_npy(role: str, path: Path) -> Array:
    try:
        array: Array = np.load(path, mmap_mode="r" if path.stat().st_size > LARGE else None, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as an array, or is damaged ({error}).") from error
    if role.endswith("labels") and array.dtype.kind in "iu" and array.size and 0 <= array.min() <= array.max() <= 255:
        array = array.astype(np.uint8)
    check_kind(role, array, str(path))
    return array
