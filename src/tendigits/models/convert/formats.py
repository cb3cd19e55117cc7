"""The formats that other programs read, by name. No file is ever half-written."""

from collections.abc import Callable
from pathlib import Path

from ...errors import InputError
from ...nn.network import Network
from .json import export_json
from .onnx import export_onnx
from .safetensors import export_safetensors
from .torch import export_torch

FORMATS: dict[str, Callable[[Network, Path | str], None]] = {
    "onnx": export_onnx,
    "safetensors": export_safetensors,
    "torch-state-dict": export_torch,
    "json": export_json,
}
SUFFIXES = {"onnx": ".onnx", "safetensors": ".safetensors", "torch-state-dict": ".pt", "json": ".json"}


def export(network: Network, path: Path | str, to: str) -> None:
    """Write a network in a format that other programs read.

    Parameters
    ----------
    network : Network
        A network of Linear, ReLU and Dropout layers.
    path : path-like
        The file to write, whole or not at all.
    to : {"onnx", "safetensors", "torch-state-dict", "json"}
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
