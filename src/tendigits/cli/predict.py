"""`tendigits predict`: which digit a picture shows."""

from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import click
import numpy as np

from ..errors import InputError
from ..images.decode import read_image
from ..nn.network import Network
from .common import json_option, load_model, print_json


@click.command()
@click.argument("paths", metavar="[MODEL] IMAGE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@click.pass_context
def predict(context: click.Context, paths: tuple[Path, ...], as_json: bool) -> None:
    """Read the digit in each picture: PNG or JPEG, dark on light or light on dark, any size, transparent or not.

    Without MODEL, the network that ships with tendigits reads them. A picture that cannot be read is named on stderr,
    the others are still read, and the exit status is 2.
    """
    is_model = paths[0].suffix == ".npz" or is_zipfile(paths[0])  # as every model file is, and no picture
    model, images = (paths[0], paths[1:]) if is_model else (None, paths)
    if not images:
        raise click.UsageError("Missing argument 'IMAGE...'.")
    network = load_model(model)
    readings = []
    for path in images:
        try:
            readings.append(_read(network, path))
        except InputError as error:
            click.echo(f"Error: {error}", err=True)
    if as_json:
        print_json(readings)
    else:
        click.echo("\n".join(_text(reading, network.classes.tolist()) for reading in readings))
    if len(readings) < len(images):
        context.exit(2)


def _read(network: Network, path: Path) -> dict[str, Any]:
    """Read one picture; the probabilities are in the order of the network's classes."""
    probabilities = network.predict_proba(read_image(path)[np.newaxis])[0]
    digit = network.classes[probabilities.argmax()].item()
    return {"file": str(path), "digit": digit, "probabilities": probabilities.tolist()}


def _text(reading: dict[str, Any], classes: list[Any]) -> str:
    shares = [f"{name}: {p:.1%}" for name, p in zip(classes, reading["probabilities"], strict=True)]
    return f"{reading['file']}: {reading['digit']}   ({', '.join(shares)})"
