"""`tendigits collect`: from photographs of sheets to a data set."""

from pathlib import Path
from typing import Any

import click

from ..errors import InputError
from .common import echo, json_option, print_json


@click.command()
@click.argument("photos", metavar="PHOTO...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The new folder, which --data takes.")
@click.option(
    "--writer",
    default="",
    show_default="the name of each photo",
    help="Who wrote the sheets that do not say it: a pseudonym. Pictures and names stay on this computer.",
)
@click.option(
    "--review", is_flag=True, help="Also write review.html, a page to look through the cells and leave some out."
)
@click.option(
    "--grid",
    type=click.Path(path_type=Path),
    metavar="JSON",
    help="Cut a form that `tendigits sheet` did not make, whose boxes this file describes (docs/sheets.md).",
)
@json_option
@click.pass_context
def collect(
    context: click.Context,
    /,
    photos: tuple[Path, ...],
    out: Path,
    writer: str,
    review: bool,
    grid: Path | None,
    as_json: bool,
) -> None:
    """Collect the digits on photographed or scanned sheets of `tendigits sheet` into a data set.

    The folder holds the digits in MNIST's format, with labels and writers in labels.csv, and contact.png to look
    through. A photo that cannot be read is named on stderr, with the reason, the others are still read, and the exit
    status is 2.
    """
    from ..sheets.collect import check_new, read_sheets, save
    from ..sheets.grid import read_grid

    check_new(out)
    found = read_sheets(photos, writer, read_grid(grid) if grid else None)
    for photo, why in found.refused.items():
        echo(f"{photo}: {why}", err=True)
    for sheet in found.sheets:
        for note in sheet.notes:
            echo(f"{sheet.photo}: {note}", err=True)
    if not found.sheets:
        raise InputError(f"None of the pictures could be read, so {out} was not written.")
    save(found, out, review=review)
    report: list[dict[str, Any]] = [
        {"photo": each.photo, "writer": each.writer, "digits": len(each.written), "boxes": len(each.cells)}
        for each in found.sheets
    ]
    if as_json:
        print_json({"folder": str(out), "digits": len(found), "sheets": report, "refused": found.refused})
    else:
        for row in report:
            echo(f"{row['photo']}: {row['digits']} digits in {row['boxes']} boxes, written by {row['writer']}")
        echo(f"Wrote {out}: {len(found):,} digits; look through {out / ('review.html' if review else 'contact.png')}")
    context.exit(2 if found.refused else 0)
