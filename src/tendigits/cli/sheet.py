"""`tendigits sheet`: a form to print, on which people write digits."""

from pathlib import Path

import click

from .._util.files import check_writable
from ..errors import InputError
from ..sheets.layout import PAPERS, form
from .common import echo


@click.command()
@click.option("--rows", type=click.IntRange(min=1), default=12, help="Boxes down a page.")
@click.option("--columns", type=click.IntRange(min=1), default=10, help="Boxes across a page.")
@click.option("--digits", default="0-9", help="Which digits to write: 0-9, or 149, or 1,4,9.")
@click.option("--repeat", type=int, show_default="as often as one page has room for", help="How often to write each.")
@click.option(
    "--writer", multiple=True, help="A pseudonym to print; given several times, each gets pages of their own."
)
@click.option("--paper", type=click.Choice(list(PAPERS)), default="a4", help="The paper.")
@click.option("--blank", is_flag=True, help="A grid for numbers that are to be read, by `tendigits read --grid`.")
@click.option("--out", type=click.Path(path_type=Path), default="sheet.pdf", help="The PDF file.")
def sheet(
    rows: int,
    columns: int,
    digits: str,
    repeat: int | None,
    writer: tuple[str, ...],
    paper: str,
    blank: bool,
    out: Path,
) -> None:
    """Make a form to print: boxes, each with the digit that belongs there, between marks by which a photo is aligned.

    Print it, have it filled in with a dark pen, photograph or scan it, and give the pictures to `tendigits collect`.
    Use a pseudonym, so that the sheet does not reveal who wrote it.
    """
    from ..sheets.draw import write_pdf

    wanted = () if blank else _digits(digits)
    options = {"rows": rows, "columns": columns, "paper": paper}
    pages = [
        page
        for name in writer or [""]
        for page in form(**options, digits=wanted, repeat=repeat, writer=name)  # type: ignore[arg-type]
    ]
    check_writable(out)
    write_pdf(pages, out)
    echo(f"Wrote {out}: {len(pages)} {'page' if len(pages) == 1 else 'pages'}")


def _digits(text: str) -> tuple[int, ...]:
    """Read which digits are meant: "0-9", "149", "1,4,9" or "0-3,7"."""
    found: set[int] = set()
    for part in text.replace(" ", "").split(","):
        low, dash, high = part.partition("-")
        if dash and len(low) == len(high) == 1 and (low + high).isdecimal() and low <= high:
            found |= set(range(int(low), int(high) + 1))
        elif not dash and part.isascii() and part.isdecimal():
            found |= set(map(int, part))
        else:
            raise InputError(f"--digits {text!r} names no digits: write 0-9, 149 or 1,4,9.")
    return tuple(sorted(found))
