"""NumPy archives (.npz) with images and labels: Keras' `mnist.npz`, and any other whose arrays say what they are."""

import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np

from .._util.files import Arrays
from ..errors import InputError
from .idx import MAX_BYTES, RATIO, SMALL
from .part import Part, as_images, as_labels


def read_archive(path: Path) -> tuple[Part, Part | None]:
    """Read the images and labels of an .npz file.

    An array whose name contains "test" belongs to the test set; one of one number for each image holds labels, or
    writers if its name contains "writer"; the others are images.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    train : Part
        Images to train on.
    test : Part or None
        Images to test on, if there are any.

    Raises
    ------
    InputError
        If it cannot be read, holds Python objects, or it is not clear which arrays are images and labels.
    """
    arrays = {name: array for name, array in _load(path).items() if array.ndim and name != "metadata"}
    test = {name: array for name, array in arrays.items() if "test" in name.lower()}
    train = {name: array for name, array in arrays.items() if name not in test}
    return _part(train, path), _part(test, path) if test else None


def _load(path: Path) -> Arrays:
    try:
        with ZipFile(path) as archive:
            claimed = sum(member.file_size for member in archive.infolist())
        most = min(MAX_BYTES, max(SMALL, RATIO * path.stat().st_size))
        if claimed > most:
            raise InputError(f"{path} claims to hold {claimed:,} bytes, more than {most:,}.")
        with np.load(path, allow_pickle=False) as npz:
            return {name: npz[name] for name in npz.files}
    except InputError:
        raise
    except (BadZipFile, EOFError, KeyError, MemoryError, OSError, RuntimeError, TypeError, ValueError, zlib.error) as e:
        if "Object arrays" in str(e):
            raise InputError(f"{path} holds Python objects, which are not loaded: save plain arrays of numbers.") from e
        raise InputError(f"{path} is not a readable .npz file ({e}).") from e


def _part(arrays: Arrays, path: Path) -> Part:
    writers = {name: array for name, array in arrays.items() if "writer" in name.lower()}
    flat = {name: _flat(array) for name, array in arrays.items() if name not in writers and _flat(array).ndim == 1}
    images = {name: array for name, array in arrays.items() if name not in flat and name not in writers}
    if len(images) != 1 or len(flat) != 1:
        shown = ", ".join(f"{name} {array.shape}" for name, array in arrays.items()) or "none"
        raise InputError(f"{path} should hold one array of images and one of labels for each part, but holds: {shown}.")
    [pixels], [labels] = images.values(), flat.values()
    who = next((_flat(array).astype(str) for array in writers.values()), None)
    if who is not None and who.shape != labels.shape:
        raise InputError(f"{path} names {who.size:,} writers for {labels.size:,} labels: it should name one for each.")
    return Part(as_images(pixels, str(path)), _labels(labels, path), who)


def _flat(array: np.ndarray) -> np.ndarray:
    return array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array


def _labels(labels: np.ndarray, path: Path) -> np.ndarray:
    if labels.dtype.kind == "f" and np.isfinite(labels).all() and (labels == np.rint(labels)).all():
        labels = labels.astype(np.int64)
    if labels.dtype.kind not in "uiU":
        raise InputError(f"{path} should hold labels that are whole numbers or texts, not {labels.dtype}.")
    return as_labels([str(label) for label in labels.tolist()], str(path))
