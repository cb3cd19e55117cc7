"""From photographs of sheets to a data set: a folder of pictures, each with its label and writer in `labels.csv`."""

import csv
import hashlib
import io
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .._util.arrays import Array
from .._util.text import printable
from ..errors import InputError
from ..images.decode import read_gray
from .cells import SHARES, Cell, cut
from .contact import contact_sheet
from .grid import Grid
from .rectify import straighten
from .review import review_page

MOST_SHARED = 1 / 8  # of the boxes that are written in; with more, something is wrong with the sheet
FIELDS = ("file", "label", "writer", "sheet", "row", "column")
TURNED = {1: "on its side", 2: "upside down", 3: "on its side"}


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet that was read.

    Parameters
    ----------
    photo : str
        The name of its photo.
    writer : str
        Who wrote it.
    cells : tuple of Cell
        What is in its boxes.
    notes : tuple of str
        What there is to say about it, a sentence each.
    """

    photo: str
    writer: str
    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Sheet({self.photo!r}, writer={self.writer!r}: {len(self.written)} of {len(self.cells)} boxes)"

    @property
    def written(self) -> list[Cell]:
        """The cells that hold a digit."""
        return [cell for cell in self.cells if cell.image is not None]


@dataclass(frozen=True)
class Collection:
    """Sheets that were read, and photos that could not be.

    Parameters
    ----------
    sheets : list of Sheet
        The sheets.
    refused : dict of str to str
        For each photo that could not be read, why.
    """

    sheets: list[Sheet] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(len(sheet.written) for sheet in self.sheets)


def read_sheet(photo: Path | str, writer: str = "", grid: Grid | None = None) -> Sheet:
    """Read the photo of a sheet.

    Parameters
    ----------
    photo : path-like
        The picture file.
    writer : str, optional
        Who wrote it, if the sheet does not say; by default the name of the file.
    grid : Grid, optional
        Where the boxes are, on a form that is not ours.

    Returns
    -------
    Sheet
        What is in its boxes.

    Raises
    ------
    InputError
        If the photo or the sheet cannot be read, nothing is written on it, or its boxes share ink; the message does not
        name the photo.
    """
    gray, name = _without_name(photo), Path(photo).name
    notes: list[str] = []
    if grid:
        cells = cut(*grid.straighten(gray))
    else:
        sheet = straighten(gray)
        if not sheet.layout.digits:
            raise InputError(
                "it is a blank sheet, whose digits nobody has named: read it with `tendigits read --grid`."
            )
        writer = sheet.layout.writer or writer
        notes += [f"it lay {TURNED[sheet.turned]}, and was turned."] if sheet.turned in TURNED else []
        cells = cut(sheet.gray, list(sheet.layout.boxes()))
    _check(cells)
    notes += [f"row {c.box.row + 1}, column {c.box.column + 1} is left out: {c.why}." for c in cells if c.why == SHARES]
    return Sheet(printable(name), printable(writer or Path(photo).stem), tuple(cells), tuple(notes))


def _without_name(photo: Path | str) -> Array:
    try:
        return read_gray(photo)
    except InputError as error:
        raise InputError(str(error).removeprefix(f"{photo}: ")) from error


def _check(cells: Sequence[Cell]) -> None:
    """Raise InputError where nothing is written, or too much of it runs through several boxes."""
    shared = [cell.box for cell in cells if cell.why == SHARES]
    written = [cell for cell in cells if cell.image is not None]
    if len(shared) > MOST_SHARED * (len(shared) + len(written)):
        places = "; ".join(f"row {box.row + 1}, column {box.column + 1}" for box in shared[:4])
        raise InputError(f"ink runs through several boxes ({places}{' and more' if len(shared) > 4 else ''}).")
    if not written:
        raise InputError("the sheet is empty: nothing is written in its boxes.")


def read_sheets(photos: Sequence[Path | str], writer: str = "", grid: Grid | None = None) -> Collection:
    """Read photos of sheets; one that cannot be read does not keep the others from it.

    Parameters
    ----------
    photos : sequence of path-like
        The picture files.
    writer : str, optional
        Who wrote the sheets that do not say it themselves.
    grid : Grid, optional
        Where the boxes are, on a form that is not ours.

    Returns
    -------
    Collection
        The sheets, and why others could not be read.
    """
    found = Collection()
    seen: dict[str, str] = {}
    for photo in photos:
        try:
            sheet = read_sheet(photo, writer, grid)
            digest = hashlib.sha256(b"".join(cell.crop.tobytes() for cell in sheet.cells)).hexdigest()
            if digest in seen:
                raise InputError(f"it is the same picture as {seen[digest]}.")
            seen[digest] = str(photo)
            found.sheets.append(sheet)
        except InputError as error:
            found.refused[str(photo)] = str(error)
    return found


def check_new(folder: Path | str) -> None:
    """Check that a folder can be made.

    Parameters
    ----------
    folder : path-like
        The folder.

    Raises
    ------
    InputError
        If there is something there already, or no place for it.
    """
    folder = Path(folder)
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise InputError(f"{folder} is there already; name a new folder, which --data takes beside it.")
    if folder.resolve() == Path.cwd():
        raise InputError(f"{folder} is the folder that you are in: name a new one.")
    if not folder.resolve().parent.is_dir():
        raise InputError(f"{folder} cannot be made: there is no folder {folder.resolve().parent}.")


def save(collection: Collection, folder: Path | str, *, review: bool = False) -> None:
    """Write a data set, the whole folder or nothing.

    Parameters
    ----------
    collection : Collection
        The sheets.
    folder : path-like
        The new folder: a folder for each digit, `labels.csv` and `contact.png`.
    review : bool, optional
        Whether to write `review.html` as well, a page to look through the cells and leave out bad ones.

    Raises
    ------
    InputError
        If the folder is there already, or there are no digits to write.
    """
    check_new(folder)
    if not len(collection):
        raise InputError("There is nothing to write: none of the pictures could be read.")
    with _new_folder(Path(folder)) as beside:
        rows = [
            _saved(cell, sheet, i, beside) for i, sheet in enumerate(collection.sheets, 1) for cell in sheet.written
        ]
        (beside / "labels.csv").write_text(table(rows), encoding="utf-8", newline="")
        cells = [cell for sheet in collection.sheets for cell in sheet.written]
        contact_sheet([(cell.box.digit or 0, cell.image) for cell in cells if cell.image is not None]).save(
            beside / "contact.png"
        )
        if review:
            (beside / "review.html").write_text(review_page(rows, cells, Path(folder).name), encoding="utf-8")


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """Make a folder beside, which takes the name of `folder` if the block succeeds, and vanishes if it fails."""
    folder = folder.resolve()  # where a link leads
    beside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.tmp")
    beside.mkdir()
    try:
        yield beside
        if folder.is_dir():
            folder.rmdir()
        os.rename(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _saved(cell: Cell, sheet: Sheet, number: int, folder: Path) -> dict[str, str]:
    """Write a cell's image, and give its row of the table."""
    from PIL import Image

    file = f"{cell.box.digit}/{number:03}-{cell.box.row + 1:02}-{cell.box.column + 1:02}.png"
    (folder / file).parent.mkdir(exist_ok=True)
    Image.fromarray(np.asarray(cell.image)).save(folder / file)
    values = file, cell.box.digit, sheet.writer, sheet.photo, cell.box.row + 1, cell.box.column + 1
    return dict(zip(FIELDS, map(str, values), strict=True))


def table(rows: Sequence[dict[str, str]]) -> str:
    """Write the rows of `labels.csv`.

    Parameters
    ----------
    rows : sequence of dict
        A dict for each image, with FIELDS.

    Returns
    -------
    str
        The file.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
