"""Images as rows of a CSV file, as Kaggle has MNIST: `label,pixel0,pixel1,…`, a line for each image."""

import warnings
from collections.abc import Callable
from math import isfinite, isqrt
from pathlib import Path

import numpy as np

from ..errors import InputError
from .part import Part, as_images, as_labels

LABELS = ("label", "class", "digit", "target", "y")


def header(path: Path) -> list[str]:
    """Read the names of the columns.

    Parameters
    ----------
    path : Path
        The CSV file.

    Returns
    -------
    list of str
        The first line's fields in lower case; none if that line holds numbers already.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    fields = _first_line(path)
    numbers = all(_is_number(field) for field in fields[1:]) and len(fields) > 2
    numbered = fields[0] in LABELS and len(set(fields)) == len(fields)  # columns; of pixels, some are alike
    return [] if numbers and not numbered else fields


def _first_line(path: Path) -> list[str]:
    try:
        with open(path, encoding="utf-8-sig") as file:
            line = file.readline(2**20)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}).") from error
    return [field.strip().strip('"').lower() for field in line.split(",")]


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def read_table(path: Path) -> Part | None:
    """Read a CSV file of images.

    Parameters
    ----------
    path : Path
        The file. A column called label (or class, digit, target, y) holds the labels; without a header it is the first,
        where the others make a square image.

    Returns
    -------
    Part or None
        Images and labels; None if there are images but no labels.

    Raises
    ------
    InputError
        If rows are ragged, labels are missing, or pixels are not from 0 to 255.
    """
    names, width = header(path), len(_first_line(path))
    at = _label_column(names, width)
    codes: dict[str, int] = {}
    values = _values(path, bool(names), at, lambda text: float(codes.setdefault(text.strip().strip('"'), len(codes))))
    if values.size == 0:
        raise InputError(f"{path} holds no images.")
    if at is None:
        return None
    if "" in codes:
        raise InputError(f"{path} lacks labels: some rows have none.")
    labels = np.array([_plain(name) for name in codes])[values[:, at].astype(int)]
    return Part(as_images(np.delete(values, at, axis=1), str(path)), as_labels(labels.tolist(), str(path)))


def _plain(name: str) -> str:
    """Write a whole number without ".0", as spreadsheets add it."""
    return name[:-2] if name.endswith(".0") and name[:-2].isdecimal() else name


def _label_column(names: list[str], width: int) -> int | None:
    """Find the column of the labels; None if there is none."""
    if names:
        return next((names.index(name) for name in LABELS if name in names), None)
    return None if isqrt(width) ** 2 == width else 0


def _values(path: Path, has_header: bool, at: int | None, code: Callable[[str], float]) -> np.ndarray:
    """Read all rows, labels as codes: float32 (n, columns)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an empty table, which the caller refuses
            return np.loadtxt(
                path,
                np.float32,
                delimiter=",",
                skiprows=int(has_header),
                converters=None if at is None else {at: code},
                ndmin=2,
                comments=None,
                encoding="utf-8-sig",
            )
    except (OSError, ValueError) as error:
        ragged = "number of columns" in str(error) or "requires" in str(error)
        why = "its rows do not all have as many values" if ragged else "it is not a table of numbers"
        raise InputError(f"{path} cannot be used: {why} ({error}).") from error
