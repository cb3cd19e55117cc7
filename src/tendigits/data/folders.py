"""Data sets as people have them, in a folder or a file, recognised by what is there.

| what | is read as |
|---|---|
| a folder of four IDX files | MNIST, Fashion-MNIST, KMNIST, EMNIST, QMNIST and the like |
| a folder of `train_images.npy`, `train_labels.npy`, `test_images.npy`, `test_labels.npy` | arrays of uint8 |
| a folder with `labels.csv` | the pictures that it lists, their labels and writers: what `tendigits collect` makes |
| a folder of one `.npz` file, or the file | Keras' `mnist.npz`, or any with images and labels |
| a folder of `train.csv` and perhaps `test.csv`, or a CSV file | Kaggle's tables, a row for each image |
| a folder of folders of pictures | a class each; or `train` and `test`, which hold these |
"""

from pathlib import Path

import numpy as np

from .._util.files import Arrays
from ..errors import InputError
from . import emnist
from .archives import read_archive
from .dataset import Dataset, check, make_dataset
from .idx import NAMES, is_idx_name, read_idx_folder
from .mapped import NPY, read_npy_folder
from .part import Part
from .pictures import FILE_COLUMNS, LABELS, class_folders, is_light_on_black, read_classes, read_listed
from .qmnist import qmnist_part
from .splits import hold_out
from .tables import header, read_table

EXPECTED = (
    "expected four IDX files, an .npz file, tables with the columns label, pixel0, pixel1 and so on, a labels.csv, or "
    "a folder of pictures for each class"
)
TEST_FOLDERS = ("test", "testing", "validation", "val")


def load_idx_folder(folder: str | Path, *, transposed: bool = False) -> Dataset:
    """Load the data set in a folder of four IDX files: MNIST, Fashion-MNIST, KMNIST, EMNIST and the like.

    Parameters
    ----------
    folder : path-like
        The folder. Its files, gzipped or not, are named as MNIST's, `train-images-idx3-ubyte` and so on; names like
        `train-images.idx3-ubyte` and `emnist-letters-test-images-idx3-ubyte` will do as well.
    transposed : bool, optional
        Whether images are stored transposed, as EMNIST's are: they are turned upright. Those of files whose names
        contain "emnist-" always are.

    Returns
    -------
    Dataset
        It takes the folder's name.

    Raises
    ------
    InputError
        If a file is missing, ambiguous or damaged, or does not fit the others.
    """
    folder = Path(folder)
    arrays = read_idx_folder(folder)
    names = [path.name for path in folder.iterdir() if is_idx_name(path.name)]
    return _assembled(folder, *_parts(arrays, folder), names, transposed)


def _parts(arrays: Arrays, folder: Path) -> tuple[Part, Part]:
    train, test = (_part(arrays[f"{part}_images"], arrays[f"{part}_labels"], folder) for part in ("train", "test"))
    return train, test


def _part(images: np.ndarray, labels: np.ndarray, folder: Path) -> Part:
    return qmnist_part(images, labels, str(folder)) if labels.ndim == 2 else Part(images, labels)


def load_path(path: str | Path, *, transposed: bool = False) -> Dataset:
    """Load the data set in a folder or a file, whichever of the forms above it has.

    Parameters
    ----------
    path : path-like
        The folder or file.
    transposed : bool, optional
        Whether images are stored transposed, as EMNIST's are: they are turned upright.

    Returns
    -------
    Dataset
        Named after the folder, or the file without its suffix. Without a test set, a sixth of the images is held out,
        whole writers where they are known.

    Raises
    ------
    InputError
        If there is no data set, or it cannot be used; the message says why.
    """
    path = Path(path)
    names = [path.name] if path.is_file() else _names(path)
    if path.is_dir() and any(map(is_idx_name, names)):
        return load_idx_folder(path, transposed=transposed)
    if set(NPY.values()) & set(names):
        return _assembled(path, *_parts(read_npy_folder(path), path), names, transposed)
    train, test = _read_file(path) if path.is_file() else _read_folder(path, names)
    return _assembled(path, _light_on_black(train), test and _light_on_black(test), names, transposed)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        why = error.strerror or error
        raise InputError(
            f"{folder} is neither a known data set nor a folder or file that can be read ({why}); a folder of IDX "
            f"files holds {', '.join(NAMES.values())}; or {EXPECTED}."
        ) from error


def _read_file(path: Path) -> tuple[Part, Part | None]:
    if path.suffix.lower() == ".npz":
        return read_archive(path)
    if path.suffix.lower() != ".csv":
        raise InputError(f"{path} is neither a known data set nor a folder, nor a file of a known kind; {EXPECTED}.")
    return _labelled(path), None


def _labelled(path: Path) -> Part:
    part = _table(path)
    if part is None:
        raise InputError(f"{path} lacks labels: it should have a column called label.")
    return part


def _table(path: Path) -> Part | None:
    """Read the pictures that a table lists, or its rows of pixels; None where these have no labels."""
    return read_listed(path) if set(FILE_COLUMNS) & set(header(path)) else read_table(path)


def _read_folder(folder: Path, names: list[str]) -> tuple[Part, Part | None]:
    archives, tables = ([name for name in names if name.lower().endswith(suffix)] for suffix in (".npz", ".csv"))
    if LABELS in names:
        return read_listed(folder / LABELS), None
    if len(archives) == 1:
        return read_archive(folder / archives[0])
    if tables:
        return _read_tables(folder, tables)
    return _read_pictures(folder, names)


def _read_tables(folder: Path, names: list[str]) -> tuple[Part, Part | None]:
    """Read train.csv and test.csv, or whatever else is named so; tables of neither kind are left alone."""
    train, test = ([name for name in names if word in name.lower()] for word in ("train", "test"))
    train = train or (names if len(names) == 1 else [])
    if len(train) != 1 or len(test) > 1:
        raise InputError(f"{folder} should hold one table for training, train.csv, and at most one test.csv.")
    return _labelled(folder / train[0]), _table(folder / test[0]) if test and test != train else None


def _read_pictures(folder: Path, names: list[str]) -> tuple[Part, Part | None]:
    if classes := class_folders(folder):
        empty = {name for name in names if (folder / name).is_dir()} - {each.name for each in classes}
        if empty:
            raise InputError(
                f"{folder / min(empty)} holds no pictures; leave it out, or put pictures of its class there."
            )
        return read_classes(folder), None
    test = next((folder / name for each in TEST_FOLDERS for name in names if name.lower() == each), None)
    train = next((folder / name for name in names if name.lower() in ("train", "training")), None)
    if train is None or not train.is_dir() or not class_folders(train):
        raise InputError(f"{folder} holds no data set; {EXPECTED}.")
    return read_classes(train), read_classes(test) if test and test.is_dir() and class_folders(test) else None


def _assembled(path: Path, train: Part, test: Part | None, names: list[str], transposed: bool) -> Dataset:
    """Turn EMNIST upright, hold images out to test on if need be, and check that all fits."""
    split = emnist.split_of(names)
    transposed = transposed or split is not None
    parts = [_upright(part, split, str(path)) if transposed else part for part in (train, test) if part]
    if len(parts[0].images) != len(parts[0].labels):
        raise InputError(
            f"{path} holds {len(parts[0].images):,} training images, but {len(parts[0].labels):,} training labels."
        )
    if len(parts) == 1:
        parts = _parted(parts[0], str(path))
    name = f"emnist-{split}" if split else path.resolve().name if path.is_dir() else path.stem
    return assembled(name, parts[0], parts[1], str(path), transposed=transposed)


def assembled(name: str, train: Part, test: Part, where: str, *, transposed: bool = False) -> Dataset:
    """Make a data set of its two parts, once they have been checked.

    Parameters
    ----------
    name : str
        What to call it.
    train, test : Part
        Its parts.
    where : str
        What to call their source in an error.
    transposed : bool, optional
        Whether they were turned upright.

    Returns
    -------
    Dataset
        The data set.

    Raises
    ------
    InputError
        If they do not fit together.
    """
    arrays = {"train_images": train.images, "train_labels": train.labels}
    arrays |= {"test_images": test.images, "test_labels": test.labels}
    check(arrays, where)
    about = {"train_writers": train.writers, "test_writers": test.writers, "transposed": transposed}
    return make_dataset(name, arrays, **about)


def _upright(part: Part, split: str | None, where: str) -> Part:
    return Part(emnist.upright(part.images), emnist.named(part.labels, split, where), part.writers)


def _light_on_black(part: Part) -> Part:
    """Exchange black and white where the ink is dark: MNIST's is light."""
    some = part.images[:: max(1, len(part.images) // 100)]
    dark_ink = some.size > 0 and min(some.shape[1:]) > 2 and sum(map(is_light_on_black, some)) * 2 < len(some)
    return part._replace(images=255 - part.images) if dark_ink else part


def _parted(part: Part, where: str) -> list[Part]:
    if len(part.labels) < 2:
        raise InputError(f"{where} holds {len(part.labels)} images, too few to train and test on.")
    if len(np.unique(part.labels)) < 2:
        raise InputError(f"{where} holds only one class, {part.labels[0]}: there is nothing to tell apart.")
    chosen = hold_out(part.labels, part.writers, where)
    return [Part(*(array[which] if array is not None else None for array in part)) for which in chosen]  # type: ignore[arg-type]
