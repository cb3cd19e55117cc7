"""JSON that needs no other explanation: what each layer does, and its parameters as plain lists."""

import json
from pathlib import Path
from typing import Any

from ..._util.arrays import PIXELS, Array
from ..._util.files import replacing
from ...nn.layers import Layer
from ...nn.network import Network
from .channels import members, places

FORMAT = "tendigits network"
ABOUT = (
    "For each image, start with x, its pixels row by row, from 0 (paper) to 255 (ink), divided by 'divisor'. "
    "Linear: x W + b, where W has a row for each input. ReLU: max(x, 0). Tanh: tanh(x). Sigmoid: 1 / (1 + exp(-x)). "
    "Dropout: x as it is. "
    "In the end, exp(x) divided by its sum is the probability of each class, in the order of 'classes'."
)
ABOUT_IMAGES = (
    " Reshape (height, width, channels): x as an image, in C order. Conv2D (c_in, c_out, kernel, padding): pad the "
    "image with so many zeros on each side; each window of kernel × kernel pixels, as a row in C order, times W, + b, "
    "is a pixel. MaxPool2D (size): the largest value of each size × size square, by channel. Flatten: x as a row, in C "
    "order. BatchNorm: gamma (x - mean) / √(var + 0.00001) + beta, by the last axis. With 'members' instead of "
    "'layers', each member is such a network, and x is the mean of what they find before exp."
)


def export_json(network: Network, path: Path | str) -> None:
    """Write a network as JSON that explains itself.

    Every number reads back as the same float, bit for bit.

    Parameters
    ----------
    network : Network
        A network of this package's layers, or an ensemble.
    path : path-like
        The file to write, whole or not at all.

    Raises
    ------
    InputError
        If the network has other layers.

    """
    is_plain = all(place.layer.onnx in ("Gemm", "Relu") or place.layer.only_trains for place in places(network))
    about = ABOUT if is_plain and not hasattr(network, "members") else ABOUT + ABOUT_IMAGES
    content: dict[str, Any] = {"format": FORMAT, "about": about, "divisor": network.divisor or PIXELS}
    content |= {"classes": network.classes.tolist(), "dtype": str(network.dtype)}
    layers = [[_entry(layer) for layer in member.layers] for member in members(network)]
    content |= {"members": layers} if hasattr(network, "members") else {"layers": layers[0]}
    with replacing(path) as file:
        file.write(json.dumps(content | {"info": network.info}).encode())


def _entry(layer: Layer) -> dict[str, Any]:
    """Describe one layer: its kind, its sizes, and each parameter as a list."""
    about = {"layer": layer.spec[0], "sizes": list(layer.arguments)}
    return about | {name: _numbers(getattr(layer, name)) for name in layer.shapes}


def _numbers(array: Array) -> list[Any]:
    """Turn an array into lists of the shortest decimals that read back as the same numbers."""
    return [_numbers(row) for row in array] if array.ndim > 1 else [float(str(number)) for number in array]
