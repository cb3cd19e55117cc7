"""`tendigits read`: which numbers are on this picture."""

import csv
import io
from dataclasses import asdict, replace
from pathlib import Path

import click

from .._util.files import check_other, check_writable, replacing
from .._util.progress import progress_bar
from ..errors import InputError
from ..experiments.grid import cells
from ..experiments.image_size import image_shape, in_size_of
from ..experiments.read import read as read_picture
from ..experiments.reading.results import Reading
from ..images.decode import read_gray
from ..nn.network import Network
from ..sheets.answers import read_answers
from .common import echo, json_option, load_model, print_json


@click.command()
@click.argument("pictures", metavar="PICTURE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    metavar="MODEL",
    show_default="the convolutional network that ships with tendigits",
    help="Reads the digits.",
)
@json_option
@click.option("--grid", is_flag=True, help="Rows and cells of a table or a form, empty ones included, as CSV.")
@click.option(
    "--annotate",
    "annotated",
    type=click.Path(path_type=Path),
    metavar="OUT.png",
    help="Draw what was read into the picture.",
)
@click.pass_context
def read(
    context: click.Context,
    pictures: tuple[Path, ...],
    model: Path | None,
    as_json: bool,
    grid: bool,
    annotated: Path | None,
) -> None:
    """Read the numbers on each photo or scan of paper, line by line.

    Words, signs and doodles are left out, and stderr says so. A picture that cannot be read is named on stderr, the
    others are read all the same, and the exit status is 2.
    """
    if annotated and len(pictures) > 1:
        raise click.UsageError("--annotate draws into one picture, but there are several.")
    if annotated:
        check_writable(annotated)
        check_other(annotated, pictures)
    network = load_model(model, "reader")
    image_shape(network)  # or no picture could be read
    readings = _read_all(pictures, network)
    if as_json:
        tables = [{"cells": _table(path, reading, network)[1]} if grid else {} for path, reading in readings.items()]
        found = [{"file": str(path), **asdict(reading)} for path, reading in readings.items()]
        print_json([reading | table for reading, table in zip(found, tables, strict=True)])
    else:
        for path, reading in readings.items():
            shown, table = _table(path, reading, network) if grid else (reading, None)
            _print(path, shown, table, named=len(pictures) > 1)
    if annotated and readings:
        _annotate(pictures[0], readings[pictures[0]], annotated)
    if len(readings) < len(set(pictures)):
        context.exit(2)


def _read_all(pictures: tuple[Path, ...], network: Network) -> dict[Path, Reading]:
    """Read every picture that can be read, and name the others on stderr."""
    readings: dict[Path, Reading] = {}
    with progress_bar(total=len(pictures), unit="picture", description="Reading", shown=_shown(pictures)) as bar:
        for path in pictures:
            try:
                readings[path] = read_picture(path, network)
            except InputError as error:
                echo(f"Error: {error}", err=True)
            bar.update(1)
    return readings


def _table(path: Path, reading: Reading, network: Network) -> tuple[Reading, list[list[str]]]:
    """Find the cells of a table, or the answers on a sheet, where what is beside the boxes is printed and no digit."""
    answers = read_answers(read_gray(path), lambda digits: network.predict(in_size_of(network, digits)))
    return (replace(reading, skipped=()), answers) if answers else (reading, cells(reading))


def _shown(pictures: tuple[Path, ...]) -> bool | None:
    """Where someone watches, and there is something to wait for."""
    return None if len(pictures) > 1 else False


def _print(path: Path, reading: Reading, table: list[list[str]] | None, *, named: bool) -> None:
    if named:
        echo(f"{path}:")
    echo(reading.text if table is None else _csv(table))
    if n := len(reading.skipped):
        marks = "1 mark that is not a digit was" if n == 1 else f"{n} marks that are not digits were"
        echo(f"{path}: {marks} left out.", err=True)


def _csv(table: list[list[str]]) -> str:
    """Write the cells of a table as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    return text.getvalue().rstrip("\n")


def _annotate(picture: Path, reading: Reading, out: Path) -> None:
    from ..experiments.annotate import annotate

    with replacing(out) as file:
        annotate(picture, reading).save(file, "PNG")
