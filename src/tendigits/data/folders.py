"""Data sets in folders: the four IDX files of MNIST and of data sets that follow it."""

from pathlib import Path

from .dataset import Dataset, check, make_dataset
from .idx import read_idx_folder


def load_idx_folder(folder: str | Path) -> Dataset:
    """Load the data set in a folder of four IDX files: MNIST, Fashion-MNIST, KMNIST, EMNIST and the like.

    Parameters
    ----------
    folder : path-like
        The folder. Its files, gzipped or not, are named as MNIST's, `train-images-idx3-ubyte` and so on; names like
        `train-images.idx3-ubyte` and `emnist-letters-test-images-idx3-ubyte` will do as well.

    Returns
    -------
    Dataset
        Images as they are stored (EMNIST stores them transposed). It takes the folder's name.

    Raises
    ------
    InputError
        If a file is missing, ambiguous or damaged, or does not fit the others.
    """
    folder = Path(folder)
    arrays = read_idx_folder(folder)
    check(arrays, str(folder))
    return make_dataset(folder.resolve().name, arrays)
