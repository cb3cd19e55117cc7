"""ONNX models, which hold the whole computation: from raw pixels to probabilities."""

from pathlib import Path
from typing import Any

import numpy as np

from ... import __version__
from ..._util.arrays import PIXELS
from ..._util.files import Arrays, replacing
from ..._util.optional import require
from ...nn.layers import Layer
from ...nn.network import Network
from .parts import write_header
from .torch import check_dense

Step = tuple[str, Arrays, dict[str, Any]]  # an operator, the constants it takes, and its attributes

OPSET, IR_VERSION = 17, 8  # of ONNX, 2022: new enough for all that is used here, and read by every runtime since


def export_onnx(network: Network, path: Path | str, *, pixels: bool = True, dtype: Any = np.float64) -> None:
    """Write an ONNX model from "images" (n, n_in), for any n, to "probabilities" (n, n_classes).

    The model's metadata keep the classes and how it was trained.

    Parameters
    ----------
    network : Network
        A network of Linear, ReLU and Dropout layers.
    path : path-like
        The file to write, whole or not at all.
    pixels : bool, optional
        Whether the images are uint8 pixels, 0 to 255, which the model divides itself, as the network does. Otherwise
        they are features of the network's own precision, taken as they are.
    dtype : dtype, optional
        The precision that the model computes in. With float64 the probabilities are those of `Network.predict_proba`
        within 1e-6 in every runtime. A float32 model is half the size, agrees within 1e-5, and runs on processors
        that know no other.

    Raises
    ------
    InputError
        If the network has other layers, or the package onnx is not installed.

    """
    check_dense(network)
    onnx = require("onnx")
    model = _model(network, pixels, np.dtype(dtype))
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


def _graph(network: Network, pixels: bool, dtype: np.dtype[Any]) -> Any:
    from onnx import TensorProto, helper, numpy_helper

    number = helper.np_dtype_to_tensor_dtype(network.dtype)
    steps = _steps(network, pixels, dtype)
    names = ["images", *(f"step{i}" for i in range(1, len(steps))), "probabilities"]
    nodes = [
        helper.make_node(operator, [names[i], *constants], [names[i + 1]], **attributes)
        for i, (operator, constants, attributes) in enumerate(steps)
    ]
    constants = [
        numpy_helper.from_array(array.astype(dtype), name) for _, arrays, _ in steps for name, array in arrays.items()
    ]
    images = helper.make_tensor_value_info("images", TensorProto.UINT8 if pixels else number, ["n", network.sizes[0]])
    probabilities = helper.make_tensor_value_info("probabilities", number, ["n", network.sizes[-1]])
    return helper.make_graph(nodes, "tendigits", [images], [probabilities], constants)


def _steps(network: Network, pixels: bool, dtype: np.dtype[Any]) -> list[Step]:
    """List ONNX's operators in their order, each of which takes the result of the one before it."""
    from onnx.helper import np_dtype_to_tensor_dtype as number

    divisor = network.divisor or PIXELS
    scale: list[Step] = [("Mul", {"scale": np.array(1 / divisor)}, {})] if pixels and divisor != 1 else []
    return [
        ("Cast", {}, {"to": number(dtype)}),
        *scale,
        *(step for i, layer in enumerate(network.layers) for step in _layer_steps(i, layer)),
        ("Softmax", {}, {"axis": 1}),
        ("Cast", {}, {"to": number(network.dtype)}),
    ]


def _layer_steps(i: int, layer: Layer) -> list[Step]:
    """Say what a layer is in ONNX; nothing, if it only acts in training."""
    if layer.only_trains:
        return []
    return [(str(layer.onnx), {f"{i}.{name}": getattr(layer, name) for name in layer.shapes}, {})]
