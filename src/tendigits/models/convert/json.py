"""JSON that needs no other explanation: what each layer does, and its parameters as plain lists."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from ..._util.arrays import PIXELS
from ..._util.files import replacing
from ...nn.layers import Layer
from ...nn.network import Network
from .torch import check_dense

ABOUT = (
    "For each image, start with x, its pixels row by row, from 0 (paper) to 255 (ink), divided by 'divisor'. "
    "Linear: x W + b, where W has a row for each input. ReLU: max(x, 0). Dropout: x as it is. "
    "In the end, exp(x) divided by its sum is the probability of each class, in the order of 'classes'."
)


def export_json(network: Network, path: Path | str) -> None:
    """Write a network as JSON that explains itself.

    Every number reads back as the same float, bit for bit.

    Parameters
    ----------
    network : Network
        A network of Linear, ReLU and Dropout layers.
    path : path-like
        The file to write, whole or not at all.

    Raises
    ------
    InputError
        If the network has other layers.

    """
    check_dense(network)
    content: dict[str, Any] = {"format": "tendigits network", "about": ABOUT, "divisor": network.divisor or PIXELS}
    content["classes"] = network.classes.tolist()
    layers = [_entry(layer) for layer in network.layers]
    with replacing(path) as file:
        file.write(json.dumps(content | {"layers": layers, "info": network.info}).encode())


def _entry(layer: Layer) -> dict[str, Any]:
    """Describe one layer: its kind, and each parameter as a list."""
    return {"layer": layer.spec[0]} | {name: _numbers(getattr(layer, name)) for name in layer.shapes}


def _numbers(array: np.ndarray) -> list[Any]:
    """Turn an array into lists of the shortest decimals that read back as the same numbers."""
    return [_numbers(row) for row in array] if array.ndim > 1 else [float(str(number)) for number in array]
