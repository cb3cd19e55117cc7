"""`tendigits predict`: which digit a picture shows."""

from pathlib import Path
from typing import Any

import click
import numpy as np

from .._util.arrays import Array
from .._util.files import open_regular
from ..analysis.novelty import is_unlike
from ..errors import InputError
from ..images.decode import read_gray
from ..images.mnist_format import to_mnist
from ..nn.network import Network
from .common import echo, json_option, load_model, print_json


@click.command()
@click.argument("paths", metavar="[MODEL] IMAGE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@click.pass_context
def predict(context: click.Context, paths: tuple[Path, ...], as_json: bool) -> None:
    """Read the digit in each picture: PNG or JPEG, dark on light or light on dark, any size, transparent or not.

    What is no digit (a letter, a scribble, several digits) is said to be none: "unlike" in JSON, null where the model
    does not know. For numbers of several digits there is `tendigits read`.

    Without MODEL, the network that ships with tendigits reads them. A picture that cannot be read is named on stderr,
    the others are still read, and the exit status is 2.
    """
    is_model = paths[0].suffix == ".npz" or _begins_as_zip(paths[0])  # as every model file does, and no picture
    model, images = (paths[0], paths[1:]) if is_model else (None, paths)
    if not images:
        raise click.UsageError("Missing argument 'IMAGE...'.")
    network = load_model(model)
    readings = []
    for path in images:
        try:
            readings.append(_read(network, path))
        except InputError as error:
            echo(f"Error: {error}", err=True)
    if as_json:
        print_json(readings)
    elif readings:
        echo("\n".join(_text(reading, network.classes.tolist()) for reading in readings))
    if len(readings) < len(images):
        context.exit(2)


def _begins_as_zip(path: Path) -> bool:
    """Whether a file's first bytes are a zip's: a picture may have a zip behind it, and still is one."""
    try:
        with open_regular(path) as file:
            return file.read(4) == b"PK\3\4"
    except OSError:
        return False


def _read(network: Network, path: Path) -> dict[str, Any]:
    """Read one picture; the probabilities are in the order of the network's classes."""
    gray = read_gray(path)
    try:
        image = to_mnist(gray)[np.newaxis]
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    probabilities = network.predict_proba(image)[0]
    digit = network.classes[probabilities.argmax()].item()
    return {
        "file": str(path),
        "digit": digit,
        "unlike": _unlike(network, image),
        "probabilities": probabilities.tolist(),
    }


def _unlike(network: Network, image: Array) -> bool | None:
    """Say whether a picture shows no digit, or several; None where the network cannot say."""
    unlike = is_unlike(network, image)
    return None if unlike is None else bool(unlike[0])


def _text(reading: dict[str, Any], classes: list[Any]) -> str:
    if reading["unlike"]:
        likeliest = max(reading["probabilities"])
        return f"{reading['file']}: not one digit, it seems (read as {reading['digit']}, {likeliest:.1%})"
    shares = [f"{name}: {p:.1%}" for name, p in zip(classes, reading["probabilities"], strict=True)]
    return f"{reading['file']}: {reading['digit']}   ({', '.join(shares)})"
