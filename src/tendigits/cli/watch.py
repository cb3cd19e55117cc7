"""`tendigits watch`: a page on which a network learns, in one HTML file."""

import webbrowser
from pathlib import Path

import click

from .._util.files import check_writable
from .common import DATA_HELP, load_data


@click.command()
@click.option(
    "--data",
    metavar="auto|mnist|digits|strokes|DIR",
    default="auto",
    help=f"What it learns from, 7,000 digits of it: MNIST; scikit-learn's small digits; {DATA_HELP}; or auto: MNIST if "
    "available, else digits.",
)
@click.option("--hidden", type=click.IntRange(1, 512), default=128, help="Hidden units that it begins with.")
@click.option("--out", type=click.Path(path_type=Path), default="learn.html", help="The HTML file.")
@click.option("--open/--no-open", "show", default=True, help="Open it in the browser.")
def watch(data: str, hidden: int, out: Path, show: bool) -> None:
    """Write a page on which a network learns to read, before your eyes: one HTML file that works anywhere, offline.

    It starts from random weights. Change how it learns, break it, find the bug, teach it your own hand.
    """
    from ..pages.watch import page

    check_writable(out)
    page.watch(load_data(data), hidden=hidden).save(out)
    click.echo(f"Wrote {out}")
    if show:
        webbrowser.open(out.resolve().as_uri())
