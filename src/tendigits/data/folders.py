"""Data sets in folders: the four IDX files of MNIST and all its relatives."""

from pathlib import Path

from .dataset import Dataset, check, make_dataset
from .idx import read_idx_folder


def load_idx_folder(folder: str | Path) -> Dataset:
    """Load the data set in a folder of four IDX files, gzipped or not: MNIST and all its relatives.

    The files are named as MNIST's, `train-images-idx3-ubyte` and so on, or in the way of
    `train-images.idx3-ubyte` and `emnist-letters-test-images-idx3-ubyte`. Images come as they are stored;
    EMNIST stores them transposed. The data set takes the folder's name.
    Raises InputError where a file is missing, ambiguous, damaged, or does not go with the others.
    """
    folder = Path(folder)
    arrays = read_idx_folder(folder)
    check(arrays, str(folder))
    return make_dataset(folder.resolve().name, arrays)
