"""The formats that other programs read, by name. No file is ever half-written."""

from collections.abc import Callable
from pathlib import Path

from ...errors import InputError
from ...nn.network import Network
from .c import export_c
from .javascript import export_javascript
from .json import export_json
from .onnx import export_onnx
from .safetensors import export_safetensors, from_safetensors
from .torch import export_torch, from_torch

FORMATS: dict[str, Callable[[Network, Path | str], None]] = {
    "onnx": export_onnx,
    "safetensors": export_safetensors,
    "torch-state-dict": export_torch,
    "json": export_json,
    "js": export_javascript,
    "c": export_c,
}
SUFFIXES = {
    "onnx": ".onnx",
    "safetensors": ".safetensors",
    "torch-state-dict": ".pt",
    "json": ".json",
    "js": ".mjs",
    "c": ".h",
}
READERS: dict[str, Callable[[Path | str], Network]] = {
    ".safetensors": from_safetensors,
    ".pt": from_torch,
}


def export(network: Network, path: Path | str, to: str) -> None:
    """Write a network in a format that other programs read.

    Parameters
    ----------
    network : Network
        A network of this package's layers, or an ensemble.
    path : path-like
        The file to write, whole or not at all.
    to : {"onnx", "safetensors", "torch-state-dict", "json", "js", "c"}
        The format.

    Raises
    ------
    InputError
        If there is no such format, if the format cannot hold the layers, or if a package it needs is not installed.

    Examples
    --------
    >>> from tendigits import Network, export
    >>> export(Network([784, 128, 10]), "model.json", to="json")

    """
    if to not in FORMATS:
        raise InputError(f"There is no format {to!r}: choose one of {', '.join(FORMATS)}.")
    FORMATS[to](network, path)


def read(path: Path | str) -> Network:
    """Read a network from a model file, or from one of the formats that can be read back.

    Parameters
    ----------
    path : path-like
        A file of `Network.save` or of JSON, or with the suffix .safetensors or .pt.

    Returns
    -------
    Network
        The network.

    Raises
    ------
    InputError
        If the file holds no network.

    """
    return READERS.get(Path(path).suffix.lower(), Network.load)(path)
