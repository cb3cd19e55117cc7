"""Pictures in folders, one folder for each class, or listed in a table that says what each shows."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from ..images.decode import read_gray
from ..images.light import border
from ..images.mnist_format import FIELD, to_mnist
from .part import Part, as_labels

SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".heic", ".heif", ".avif",
)  # fmt: skip
LABELS = "labels.csv"
FILE_COLUMNS, LABEL_COLUMNS, WRITER_COLUMNS = ("file", "filename", "image", "path"), ("label", "class"), ("writer",)


def is_picture(path: Path) -> bool:
    """Tell by its name whether a file is a picture.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    bool
        Whether it is.
    """
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()


def read_digit(path: Path) -> Array:
    """Read a picture: 28×28 with light ink on black as it is, any other brought into MNIST's format.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    ndarray of uint8, shape (28, 28)
        The image.

    Raises
    ------
    InputError
        If it is no picture, or a blank one; the message names the file.
    """
    gray = read_gray(path)
    if gray.shape == (FIELD, FIELD) and is_light_on_black(gray):
        return gray
    try:
        return to_mnist(gray)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def is_light_on_black(gray: Array) -> bool:
    """Tell whether a picture's border is dark, as in MNIST.

    Parameters
    ----------
    gray : ndarray of uint8, shape (h, w)
        The picture.

    Returns
    -------
    bool
        Whether it is.
    """
    return bool(np.median(border(gray)) < 128)


def class_folders(folder: Path) -> list[Path]:
    """List the folders in a folder that hold pictures, sorted by name.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    list of Path
        The folders.
    """
    folders = [each for each in sorted(folder.iterdir()) if each.is_dir() and not each.name.startswith(".")]
    return [each for each in folders if any(map(is_picture, each.iterdir()))]


def read_classes(folder: Path) -> Part:
    """Read a folder of folders of pictures, each named after the class that its pictures show.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    Part
        Labels are numbers where all names are, else the names.

    Raises
    ------
    InputError
        If a class has no pictures, or a picture cannot be read.
    """
    found = [(path, each.name) for each in class_folders(folder) for path in sorted(each.iterdir()) if is_picture(path)]
    images = np.stack([read_digit(path) for path, _ in found])
    return Part(images, as_labels([name for _, name in found], str(folder)))


def read_listed(table: Path) -> Part:
    """Read the pictures that a table lists: a CSV file with the columns file and label, and writer where it is known.

    Parameters
    ----------
    table : Path
        The table; its files are named relative to the folder it is in.

    Returns
    -------
    Part
        Images, labels and, if there is such a column, writers.

    Raises
    ------
    InputError
        If a column or a label is missing, or a picture is, cannot be read, or lies outside the folder.
    """
    rows = list(_rows(table))
    if not rows:
        raise InputError(f"{table} lists no pictures.")
    images = np.stack([read_digit(_inside(table.parent, file, table)) for file, _, _ in rows])
    writers = [writer for _, _, writer in rows]
    return Part(
        images, as_labels([label for _, label, _ in rows], str(table)), np.array(writers) if any(writers) else None
    )


def _rows(table: Path) -> Iterator[tuple[str, str, str]]:
    """Go through a table: file, label and writer of each row; "" for a writer who is not known."""
    try:
        with open(table, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            names = [_column(reader.fieldnames or [], each) for each in (FILE_COLUMNS, LABEL_COLUMNS, WRITER_COLUMNS)]
            if not (names[0] and names[1]):
                raise InputError(f"{table} should have the columns file and label, and may have writer.")
            for row in reader:
                file_name, label, writer = [(row.get(name) or "").strip() if name else "" for name in names]
                if not file_name or not label or None in row:
                    raise InputError(f"{table}, line {reader.line_num}: expected a file and its label.")
                yield file_name, label, writer
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{table} cannot be read ({error}).") from error


def _column(fields: object, names: tuple[str, ...]) -> str | None:
    by_name = {str(field).strip().lower(): str(field) for field in fields}  # type: ignore[attr-defined]
    return next((by_name[name] for name in names if name in by_name), None)


def _inside(folder: Path, name: str, table: Path) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{table} lists {name}, which is not in its folder.")
    return path
