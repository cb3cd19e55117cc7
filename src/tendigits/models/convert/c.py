"""A header in C: the network and its weights as constants, in static memory, for a microcontroller as for a server."""

import re
from collections.abc import Iterator
from math import prod
from pathlib import Path

import numpy as np

from ..._util.arrays import PIXELS, Array
from ..._util.files import replacing
from ...nn.network import Network
from .channels import Place, members, places

HERE = Path(__file__).parent


def export_c(network: Network, path: Path | str) -> None:
    """Write one header in C99 that needs nothing but <math.h>, and allocates nothing.

    It defines `tendigits_probabilities(pixels, probabilities)`, which returns the index of the most probable class, and
    `tendigits_classes`, their names. Sums are kept in double precision, unless TENDIGITS_SUM is defined as float.

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
    every = list(places(network))
    parts = {
        "ABOUT": _comment(f"A {'-'.join(map(str, network.sizes))} network of {network.params.size:,} parameters"),
        "N_IN": str(network.sizes[0]),
        "N_OUT": str(network.sizes[-1]),
        "N_MEMBERS": str(len(members(network))),
        "DIVISOR": repr(float(network.divisor or PIXELS)),
        "LARGEST": str(max(prod(shape) for member in members(network) for shape in member.shapes)),
        "CLASSES": ", ".join(_text(name) for name in network.classes.tolist()),
        "WEIGHTS": "\n".join(_arrays(every)),
        "STEPS": "\n".join(_steps(network, every)),
    }
    text = re.sub(r"@(\w+)@", lambda match: parts[match[1]], (HERE / "header.h").read_text("utf-8"))
    with replacing(path) as file:
        file.write(text.encode())


def _comment(text: str) -> str:
    return text.replace("*/", "* /")


def _text(name: object) -> str:
    """Write a class's name as a string in C."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\?' else _escaped(c) for c in str(name))
    return f'"{plain}"'


def _escaped(character: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in character.encode())


def _arrays(every: list[Place]) -> Iterator[str]:
    for place in every:
        for name in place.layer.shapes:
            yield f"static const float {_name(place, name)}[] = {{{_numbers(getattr(place.layer, name))}}};"


def _name(place: Place, name: str) -> str:
    return f"tendigits_{place.name.replace('.', '_')}_{name}"


def _numbers(array: Array) -> str:
    """Write the shortest decimals that read back as the same floats."""
    return ",".join(
        f"{number}f" if "." in number or "e" in number else f"{number}.f"
        for number in map(str, np.float32(array).ravel())
    )


def _steps(network: Network, every: list[Place]) -> Iterator[str]:
    """Write a call for each layer, from x to y, which then change places."""
    n_out, last = network.sizes[-1], ""
    for place in every:
        member = place.name.rpartition(".")[0]
        if place is every[0] or member != last:
            yield from [_add(n_out)] if place is not every[0] else []
            yield "    x = tendigits_start(pixels);"
        last = member
        yield from _step(place)
    yield _add(n_out)


def _add(n_out: int) -> str:
    return f"    for (int k = 0; k < {n_out}; k++) probabilities[k] += x[k] / TENDIGITS_MEMBERS;"


def _step(place: Place) -> Iterator[str]:
    layer, n = place.layer, prod(place.in_shape)
    arrays = "".join(f", {_name(place, name)}" for name in layer.shapes)
    sizes = ", ".join(map(str, place.in_shape))
    calls = {
        "Gemm": f"linear(x{arrays}, {n}, {layer.arguments[-1] if layer.arguments else 0})",
        "Relu": f"relu(x, {n})",
        "Tanh": f"tanh(x, {n})",
        "Sigmoid": f"sigmoid(x, {n})",
        "Conv": f"conv(x{arrays}, {sizes}, {', '.join(map(str, layer.arguments[1:]))})",
        "MaxPool": f"pool(x, {sizes}, {layer.arguments[0] if layer.arguments else 0})",
        "BatchNormalization": f"normalise(x{arrays}, {n}, {place.in_shape[-1]})",
    }
    if str(layer.onnx) in calls and not layer.only_trains:  # the others leave all values where they are
        yield f"    x = tendigits_{calls[str(layer.onnx)]};"
