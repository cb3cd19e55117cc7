"""`tendigits draw`: a page to draw digits on, in one HTML file."""

import webbrowser
from pathlib import Path

import click

from .._util.files import check_writable
from .common import DATA_HELP, NAMES, echo, load_data, load_model, model_argument


@click.command()
@model_argument
@click.option("--out", type=click.Path(path_type=Path), default="digits.html", help="The HTML file.")
@click.option("--open/--no-open", "show", default=True, help="Open it in the browser.")
@click.option(
    "--data",
    metavar=NAMES,
    show_default="a few of MNIST's, in the package",
    help=f"Where its sample digits come from: {DATA_HELP}; or auto: MNIST if available, else digits.",
)
def draw(model: Path | None, out: Path, show: bool, data: str | None) -> None:
    """Write a page to draw digits on: a single HTML file that works anywhere, offline.

    It reads your handwriting as you draw, shows what the network sees and why it decides, and learns from you. Without
    MODEL, the page uses the network that ships with tendigits.
    """
    from ..pages.draw import page

    network = load_model(model)
    check_writable(out)
    page.draw(network, load_data(data) if data else None).save(out)
    echo(f"Wrote {out}")
    if show:
        webbrowser.open(out.resolve().as_uri())
