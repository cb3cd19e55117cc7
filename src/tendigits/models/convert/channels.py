"""Channels first: other programs keep images as (channels, height, width), and we as (height, width, channels).

So a convolution's weights turn their axes round, and a linear layer that follows a Flatten puts its rows in another
order. The names are PyTorch's.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from ..._util.arrays import Array, Shape
from ..._util.files import Arrays
from ...errors import InputError
from ...nn.layers import Layer
from ...nn.network import Network

KNOWN = ("Gemm", "Relu", "Tanh", "Sigmoid", "Conv", "MaxPool", "Flatten", "Reshape", "BatchNormalization")
COUNTER = "num_batches_tracked"  # of PyTorch's BatchNorm, and of no use here
NORMALISED = {"weight": "gamma", "bias": "beta", "running_mean": "mean", "running_var": "var"}


class Place(NamedTuple):
    """A layer, and where it stands.

    Parameters
    ----------
    name : str
        Its position, as PyTorch names it: "0", or "members.1.0" in an ensemble.
    layer : Layer
        The layer.
    in_shape : tuple of int
        The shape of one example's x.
    images : tuple of int or None
        The shape of the images whose pixels the features of x are, where a Flatten made them.

    """

    name: str
    layer: Layer
    in_shape: Shape
    images: Shape | None

    def __repr__(self) -> str:
        return f"Place({self.name}: {self.layer})"


def members(network: Network) -> list[Network]:
    """List the members of an ensemble; any other network is its own only member.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    list of Network
        Its members.

    """
    several: list[Network] = getattr(network, "members", [network])
    return several


def places(network: Network) -> Iterator[Place]:
    """Go through all layers, those of an ensemble's members one after the other.

    Parameters
    ----------
    network : Network
        The network.

    Yields
    ------
    Place
        Each layer.

    Raises
    ------
    InputError
        If other programs do not know a layer.

    """
    several = members(network)
    for number, member in enumerate(several):
        prefix = f"members.{number}." if several[0] is not network else ""
        images: Shape | None = None
        for i, (layer, shape) in enumerate(zip(member.layers, member.shapes, strict=False)):
            if layer.onnx not in KNOWN and not layer.only_trains:
                raise InputError(
                    f"A network with a layer {layer.spec[0]} cannot be exported: no other program knows it."
                )
            yield Place(f"{prefix}{i}", layer, shape, images)
            if layer.onnx == "Flatten":
                images = shape if len(shape) == 3 else images
            elif layer.onnx in ("Gemm", "Reshape"):
                images = None


def to_channels_first(place: Place) -> Arrays:
    """Turn a layer's parameters into PyTorch's tensors.

    Parameters
    ----------
    place : Place
        The layer.

    Returns
    -------
    dict of str to ndarray
        Such as "weight" (n_out, n_in) and "bias" (n_out,); views where possible.

    """
    layer, images = place.layer, place.images
    if layer.onnx == "Gemm":
        return {"weight": _first(layer.W, images).T, "bias": layer.b}  # type: ignore[attr-defined]
    if layer.onnx == "Conv":
        kernel, c_in = layer.kernel, layer.c_in  # type: ignore[attr-defined]
        return {"weight": layer.W.reshape(kernel, kernel, c_in, -1).transpose(3, 2, 0, 1), "bias": layer.b}  # type: ignore[attr-defined]
    if layer.onnx == "BatchNormalization":
        counter = {COUNTER: np.zeros((), np.int64)}
        return {theirs: _first(getattr(layer, ours), images) for theirs, ours in NORMALISED.items()} | counter
    return {}


def from_channels_first(network: Network, tensors: Mapping[str, Array]) -> None:
    """Fill a network's parameters from PyTorch's tensors.

    Parameters
    ----------
    network : Network
        A network of the same layers.
    tensors : mapping of str to ndarray
        All tensors, by place and name, such as "0.weight".

    Raises
    ------
    InputError
        If tensors are missing, left over, or of other shapes.

    """
    left = dict(tensors)
    for place in places(network):
        for name, ours in to_channels_first(place).items():
            theirs = left.pop(f"{place.name}.{name}", ours if name == COUNTER else None)
            if theirs is None or theirs.shape != ours.shape:
                raise InputError(f"The tensor {place.name}.{name} is missing or of another shape than {ours.shape}.")
            _set(place, name, theirs)
    if left:
        raise InputError(f"There are tensors that no layer takes: {', '.join(list(left)[:5])}.")


def _set(place: Place, name: str, tensor: Array) -> None:
    layer, images = place.layer, place.images
    if layer.onnx == "BatchNormalization" and name in NORMALISED:
        getattr(layer, NORMALISED[name])[...] = _last(tensor, images)
    elif name == "bias":
        layer.b[...] = tensor  # type: ignore[attr-defined]
    elif layer.onnx == "Conv":
        layer.W[...] = tensor.transpose(2, 3, 1, 0).reshape(layer.W.shape)  # type: ignore[attr-defined]
    elif name == "weight":
        layer.W[...] = _last(tensor.T, images)  # type: ignore[attr-defined]


def _first(array: Array, images: Shape | None) -> Array:
    """Reorder the first axis from (height, width, channels) to (channels, height, width)."""
    return array if images is None else np.moveaxis(array.reshape(*images, -1), 2, 0).reshape(array.shape)


def _last(array: Array, images: Shape | None) -> Array:
    """Undo `_first`."""
    if images is None:
        return array
    height, width, channels = images
    return np.moveaxis(array.reshape(channels, height, width, -1), 0, 2).reshape(array.shape)
