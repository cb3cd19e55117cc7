"""`tendigits predict`: which digit a picture shows."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import click
import numpy as np

from .._util.arrays import Array
from .._util.files import open_regular
from .._util.progress import progress_bar
from ..analysis.novelty import is_unlike
from ..data.pictures import is_picture
from ..errors import InputError
from ..experiments.image_size import in_size_of
from ..images.decode import WEB, read_image
from ..models.convert.formats import READERS
from ..nn.network import Network
from .common import echo, is_bundled, json_option, load_model, print_json

AT_A_TIME = 100  # pictures read before the network is asked
STDIN = "-"
MODELS = (".npz", ".json", *READERS)

Picture = tuple[str, Array]  # the file, and the digit in MNIST's format


@click.command()
@click.argument("paths", metavar="[MODEL] IMAGE...", nargs=-1, required=True)
@click.option(
    "--model",
    "named",
    type=click.Path(path_type=Path),
    metavar="MODEL",
    show_default="the convolutional network that ships with tendigits",
    help="Reads the digits. It may also stand among the images, first or last.",
)
@json_option
@click.pass_context
def predict(context: click.Context, paths: tuple[str, ...], named: Path | None, as_json: bool) -> None:
    """Read the digit in each picture: PNG or JPEG, dark on light or light on dark, any size, transparent or not.

    IMAGE may be a folder, all of whose pictures are read, or -, which is stdin. A picture that does not show one
    digit (but a letter, a scribble, several digits) is reported as such: "unlike" is true in JSON, or null if the model
    has no novelty threshold. For numbers of several digits there is `tendigits read`.

    Without MODEL, the convolutional network that ships with tendigits reads them. A picture that cannot be read is
    named on stderr, the others are still read, and the exit status is 2.
    """
    model, images = (named, paths) if named else _find_model(paths)
    if not images:
        raise click.UsageError("Missing argument 'IMAGE...'.")
    network = load_model(model, "reader")
    files = [file for image in images for file in _files(image)]
    readings = _read_all(network, files)
    if as_json:
        print_json(readings)
    elif readings:
        echo("\n".join(_text(reading, network.classes.tolist()) for reading in readings))
    if len(readings) < len(files):
        context.exit(2)


def _find_model(paths: tuple[str, ...]) -> tuple[Path | None, tuple[str, ...]]:
    """Take the model from among the arguments, first or last."""
    if _is_model(Path(paths[0])):
        return Path(paths[0]), paths[1:]
    return (Path(paths[-1]), paths[:-1]) if _is_model(Path(paths[-1])) else (None, paths)


def _is_model(path: Path) -> bool:
    """Tell by name or first bytes, those of a zip; a picture may have a zip behind it, and still is one."""
    if path.suffix in MODELS or is_bundled(path):
        return True
    try:
        with open_regular(path) as file:
            return file.read(4) == b"PK\3\4"
    except OSError:
        return False


def _files(image: str) -> list[str]:
    """List the pictures that an argument names. Raises InputError for a folder without any."""
    path = Path(image)
    if not path.is_dir():
        return [image]
    files = sorted((str(each) for each in path.iterdir() if is_picture(each)), key=_by_number)
    if not files:
        raise InputError(f"There are no pictures in the folder {path}: PNG, JPEG and the like.")
    return files


def _by_number(name: str) -> list[Any]:
    """Sort 9.png before 10.png."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


def _read_all(network: Network, files: list[str]) -> list[dict[str, Any]]:
    """Read the pictures, many at a time."""
    readings: list[dict[str, Any]] = []
    shown = None if len(files) > AT_A_TIME else False
    with progress_bar(total=len(files), unit="picture", description="Reading", shown=shown) as bar:
        for start in range(0, len(files), AT_A_TIME):
            part = files[start : start + AT_A_TIME]
            readings += _read(network, list(_prepared(part)))
            bar.update(len(part))
    return readings


def _prepared(files: list[str]) -> Iterator[Picture]:
    """Bring the pictures into MNIST's format, and name on stderr those that cannot be read."""
    for file in files:
        try:
            yield file, read_image(_stdin() if file == STDIN else file if WEB.match(file) else Path(file))
        except InputError as error:
            echo(f"Error: {error}", err=True)


def _stdin() -> BinaryIO:
    if sys.stdin is None:
        raise InputError(f"{STDIN}: it cannot be read: stdin is closed.")
    return sys.stdin.buffer


def _read(network: Network, pictures: list[Picture]) -> list[dict[str, Any]]:
    """Read digits; the probabilities are in the order of the network's classes."""
    if not pictures:
        return []
    digits = np.stack([digit for _, digit in pictures])
    probabilities = network.predict_proba(in_size_of(network, digits))
    unlike = is_unlike(network, digits)
    return [
        {
            "file": file,
            "digit": network.classes[p.argmax()].item(),
            "unlike": None if unlike is None else bool(unlike[i]),
            "probabilities": p.tolist(),
        }
        for i, ((file, _), p) in enumerate(zip(pictures, probabilities, strict=True))
    ]


def _text(reading: dict[str, Any], classes: list[Any]) -> str:
    if reading["unlike"]:
        likeliest = max(reading["probabilities"])
        return f"{reading['file']}: not one digit, it seems (read as {reading['digit']}, {likeliest:.1%})"
    shares = [f"{name}: {p:.1%}" for name, p in zip(classes, reading["probabilities"], strict=True)]
    return f"{reading['file']}: {reading['digit']}   ({', '.join(shares)})"
