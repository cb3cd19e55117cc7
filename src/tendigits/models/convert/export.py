"""Weights that travel: a network as ONNX, safetensors, a PyTorch state dict, or JSON. No file is ever half-written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ... import __version__
from ..._util.files import Arrays, replacing
from ..._util.optional import extra
from ...errors import InputError
from ...nn.layers import Dropout, Linear, ReLU
from ...nn.network import Network

Step = tuple[str, list[str], dict[str, Any]]  # an operator, its inputs beside the last result, its attributes

OPSET, IR_VERSION = 17, 8  # of ONNX, 2022: new enough for all that is used here, and read by every runtime since

ABOUT = (
    "For each image, start with x, its pixels row by row, from 0 (paper) to 255 (ink), divided by 255. "
    "Linear: x W + b, where W has a row for each input. ReLU: max(x, 0). Dropout: x as it is. "
    "In the end, exp(x) divided by its sum is the probability of each class, in the order of 'classes'."
)


def export(network: Network, path: Path | str, to: str) -> None:
    """Write the network to `path` in one of FORMATS.

    Raises InputError for another format, for layers that it cannot hold, and where the package it needs is missing.
    """
    if to not in FORMATS:
        raise InputError(f"There is no format {to!r}: choose one of {', '.join(FORMATS)}.")
    FORMATS[to](network, path)


def export_onnx(network: Network, path: Path | str, *, pixels: bool = True, dtype: Any = np.float64) -> None:
    """Write an ONNX model from "images" (n, n_in), for any n, to "probabilities" (n, n_classes).

    The images are uint8 pixels, 0 to 255, which the model scales itself; with `pixels=False` they are features of the
    network's own precision, taken as they are. The model's metadata keeps the classes and how it was trained.

    dtype: the precision the model computes in. In float64 every runtime finds our probabilities, within 1e-7; float32
    is half the size and for processors that know no other, and agrees within 1e-5.
    """
    _check_layers(network)
    onnx = extra("onnx")
    model = _onnx_model(network, pixels, np.dtype(dtype))
    onnx.checker.check_model(model, full_check=True)
    with replacing(path) as file:
        file.write(model.SerializeToString())


def _onnx_model(network: Network, pixels: bool, dtype: np.dtype[Any]) -> Any:
    from onnx import TensorProto, helper, numpy_helper

    number = helper.np_dtype_to_tensor_dtype(network.dtype)
    steps, arrays = _steps(network, pixels, dtype)
    names = ["images", *(f"step{i}" for i in range(1, len(steps))), "probabilities"]
    nodes = [
        helper.make_node(operator, [names[i], *inputs], [names[i + 1]], **attributes)
        for i, (operator, inputs, attributes) in enumerate(steps)
    ]
    images = helper.make_tensor_value_info("images", TensorProto.UINT8 if pixels else number, ["n", network.sizes[0]])
    probabilities = helper.make_tensor_value_info("probabilities", number, ["n", network.sizes[-1]])
    constants = [numpy_helper.from_array(array.astype(dtype), name) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, "tendigits", [images], [probabilities], constants)
    opset = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(
        graph, opset_imports=opset, ir_version=IR_VERSION, producer_name="tendigits", producer_version=__version__
    )
    helper.set_model_props(model, _metadata(network))
    return model


def _steps(network: Network, pixels: bool, dtype: np.dtype[Any]) -> tuple[list[Step], Arrays]:
    """List ONNX's operators in their order, and the constants they take by name."""
    from onnx.helper import np_dtype_to_tensor_dtype as number

    steps: list[Step] = [("Cast", [], {"to": number(dtype)})]
    arrays: Arrays = {}
    if pixels:
        arrays["scale"] = np.array(1 / 255)
        steps.append(("Mul", ["scale"], {}))
    for i, layer in enumerate(network.layers):
        if isinstance(layer, Linear):
            arrays |= {f"{i}.W": layer.W, f"{i}.b": layer.b}
            steps.append(("Gemm", [f"{i}.W", f"{i}.b"], {}))
        elif isinstance(layer, ReLU):
            steps.append(("Relu", [], {}))
    return [*steps, ("Softmax", [], {"axis": 1}), ("Cast", [], {"to": number(network.dtype)})], arrays


def export_safetensors(network: Network, path: Path | str) -> None:
    """Write the tensors of `state_dict`, with layers, classes and notes, each as JSON, in the header.

    `Network.from_safetensors` reads it back, and so does PyTorch: load_state_dict(safetensors.torch.load_file(path)).
    """
    tensors = {name: np.ascontiguousarray(tensor) for name, tensor in state_dict(network).items()}
    extra("safetensors")
    from safetensors.numpy import save

    with replacing(path) as file:
        file.write(save(tensors, _metadata(network)))


def export_torch(network: Network, path: Path | str) -> None:
    """Write the state dict of the same network as a torch.nn.Sequential, by torch.save."""
    tensors = state_dict(network)
    torch = extra("torch")
    with replacing(path) as file:
        torch.save({name: torch.tensor(tensor) for name, tensor in tensors.items()}, file)


def state_dict(network: Network) -> Arrays:
    """Name each parameter as in a torch.nn.Sequential of the same layers, "0.weight" (n_out, n_in), "0.bias" …"""
    _check_layers(network)
    tensors: Arrays = {}
    for i, layer in enumerate(network.layers):
        if isinstance(layer, Linear):
            tensors |= {f"{i}.weight": layer.W.T, f"{i}.bias": layer.b}
    return tensors


def export_json(network: Network, path: Path | str) -> None:
    """Write JSON that needs no other explanation: what to do with each layer, and the parameters as plain lists."""
    _check_layers(network)
    layers = [
        {"layer": layer.spec[0]} | {name: _numbers(getattr(layer, name)) for name in layer.shapes}
        for layer in network.layers
    ]
    content = {"format": "tendigits network", "about": ABOUT, "classes": network.classes.tolist()}
    with replacing(path) as file:
        file.write(json.dumps(content | {"layers": layers, "info": network.info}).encode())


def _numbers(array: np.ndarray) -> list[Any]:
    """Turn an array into lists of the shortest decimals that read back as the same numbers."""
    return [_numbers(row) for row in array] if array.ndim > 1 else [float(str(number)) for number in array]


def _metadata(network: Network) -> dict[str, str]:
    """Say as JSON what the tensors alone do not."""
    about = {"layers": network.spec, "classes": network.classes.tolist(), "info": network.info}
    return {"format": "tendigits network"} | {name: json.dumps(value) for name, value in about.items()}


def _check_layers(network: Network) -> None:
    for layer in network.layers:
        if not isinstance(layer, Linear | ReLU | Dropout):
            raise InputError(f"A network with a layer {layer.spec[0]} cannot be exported: only dense ones can.")


FORMATS: dict[str, Callable[[Network, Path | str], None]] = {
    "onnx": export_onnx,
    "safetensors": export_safetensors,
    "torch-state-dict": export_torch,
    "json": export_json,
}
SUFFIXES = {"onnx": ".onnx", "safetensors": ".safetensors", "torch-state-dict": ".pt", "json": ".json"}
