"""ONNX models, which hold the whole computation: from raw pixels to probabilities."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from ... import __version__
from ..._util.arrays import PIXELS
from ..._util.files import Arrays, replacing
from ..._util.optional import require
from ...nn.network import Network
from .channels import Place, places, to_channels_first
from .parts import write_header

OPSET, IR_VERSION = 17, 8  # of ONNX, 2022: new enough for all that is used here, and read by every runtime since


def export_onnx(network: Network, path: Path | str, *, pixels: bool = True, dtype: Any = None) -> None:
    """Write an ONNX model from "images" (n, n_in), for any n, to "probabilities" (n, n_classes).

    The model's metadata keep the classes and how it was trained.

    Parameters
    ----------
    network : Network
        A network of this package's layers, or an ensemble.
    path : path-like
        The file to write, whole or not at all.
    pixels : bool, optional
        Whether the images are uint8 pixels, 0 to 255, which the model divides itself, as the network does. Otherwise
        they are features of the network's own precision, taken as they are.
    dtype : dtype, optional
        The precision that the model computes in: by default float64, or, for convolutions, which runtimes compute in no
        other, float32. With float64 the probabilities are those of `Network.predict_proba` within 1e-6 in every
        runtime. A float32 model is half the size, agrees within 1e-5, and runs on processors that know no other.

    Raises
    ------
    InputError
        If the network has other layers, or the package onnx is not installed.

    """
    convolves = any(place.layer.onnx == "Conv" for place in places(network))
    onnx = require("onnx")
    model = _model(network, pixels, np.dtype(dtype or (np.float32 if convolves else np.float64)))
    onnx.checker.check_model(model, full_check=True)
    with replacing(path) as file:
        file.write(model.SerializeToString())


def _model(network: Network, pixels: bool, dtype: np.dtype[Any]) -> Any:
    from onnx import helper

    opset = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(
        _graph(network, pixels, dtype),
        opset_imports=opset,
        ir_version=IR_VERSION,
        producer_name="tendigits",
        producer_version=__version__,
    )
    helper.set_model_props(model, write_header(network))
    return model


class _Graph:
    """A graph in the making: operators, each of which takes the result of another one."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype, self.nodes, self.constants = dtype, list[Any](), Arrays()

    def add(self, operator: str, *results: str, constants: Arrays | None = None, **attributes: Any) -> str:
        """Add an operator, and name its result."""
        from onnx import helper

        self.constants |= constants or {}
        name = f"step{len(self.nodes) + 1}"
        self.nodes.append(helper.make_node(operator, [*results, *(constants or {})], [name], **attributes))
        return name

    def tensors(self) -> list[Any]:
        """Convert the constants, floats to the precision of the model."""
        from onnx import numpy_helper

        typed = {
            name: array.astype(self.dtype if array.dtype.kind == "f" else np.int64)
            for name, array in self.constants.items()
        }
        return [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in typed.items()]


def _graph(network: Network, pixels: bool, dtype: np.dtype[Any]) -> Any:
    from onnx import TensorProto, helper

    number, graph = helper.np_dtype_to_tensor_dtype, _Graph(dtype)
    x = graph.add("Cast", "images", to=number(dtype))
    divisor = network.divisor or PIXELS
    if pixels and divisor != 1:
        x = graph.add("Mul", x, constants={"scale": np.array(1 / divisor)})
    logits = _average(graph, [_chain(graph, x, layers) for layers in _by_member(network)])
    graph.add("Cast", graph.add("Softmax", logits, axis=1), to=number(network.dtype))
    graph.nodes[-1].output[0] = "probabilities"
    kind = TensorProto.UINT8 if pixels else number(network.dtype)
    images = helper.make_tensor_value_info("images", kind, ["n", network.sizes[0]])
    probabilities = helper.make_tensor_value_info("probabilities", number(network.dtype), ["n", network.sizes[-1]])
    return helper.make_graph(graph.nodes, "tendigits", [images], [probabilities], graph.tensors())


def _by_member(network: Network) -> list[list[Place]]:
    """List the layers that act outside training, member by member."""
    every = [place for place in places(network) if not place.layer.only_trains]
    return [list(group) for _, group in groupby(every, lambda place: place.name.rpartition(".")[0])]


def _chain(graph: _Graph, x: str, layers: Sequence[Place]) -> str:
    for place in layers:
        x = _add_layer(graph, x, place)
    return x


def _average(graph: _Graph, logits: Sequence[str]) -> str:
    """Average the members' logits: by sum and product, since runtimes know Mean in float32 alone."""
    if len(logits) == 1:
        return logits[0]
    return graph.add("Mul", graph.add("Sum", *logits), constants={"share": np.array(1 / len(logits))})


def _add_layer(graph: _Graph, x: str, place: Place) -> str:
    """Add what a layer is in ONNX, which keeps channels first: pixels move where images begin and end."""
    layer = place.layer
    operator = str(layer.onnx)
    if operator == "Reshape":
        shape = {f"{place.name}.shape": np.array([-1, *layer.arguments])}
        return graph.add("Transpose", graph.add("Reshape", x, constants=shape), perm=[0, 3, 1, 2])
    if operator == "Flatten":
        x = graph.add("Transpose", x, perm=[0, 2, 3, 1]) if len(place.in_shape) == 3 else x
    if operator == "Conv":
        named = {f"{place.name}.{name}": array for name, array in to_channels_first(place).items()}
        return graph.add(operator, x, constants=named, pads=[layer.arguments[3]] * 4)
    if operator == "MaxPool":
        sides = [layer.arguments[0]] * 2
        return graph.add(operator, x, kernel_shape=sides, strides=sides)
    return graph.add(operator, x, constants={f"{place.name}.{name}": getattr(layer, name) for name in layer.shapes})
