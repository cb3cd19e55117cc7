"""`tendigits export`: a model in the formats of other programs."""

from pathlib import Path

import click

from ..models.convert.formats import FORMATS, SUFFIXES
from ..models.convert.formats import export as export_network
from .common import echo, load_model, model_argument


@click.command()
@model_argument
@click.option("--to", "to", type=click.Choice(list(FORMATS)), required=True, help="The format.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    show_default="the model's name, or tendigits, with the suffix of the format",
    help="The file to write.",
)
def export(model: Path | None, to: str, out: Path | None) -> None:
    """Write a model in a format that other programs read.

    ONNX takes raw pixels, uint8 from 0 to 255, one image per row; safetensors and torch-state-dict hold the tensors
    of a torch.nn.Sequential; JSON explains itself. Without MODEL, the network that ships with tendigits is exported.
    """
    out = out or Path(model or "tendigits").with_suffix(SUFFIXES[to])
    export_network(load_model(model), out, to)
    echo(f"Saved {out}")
