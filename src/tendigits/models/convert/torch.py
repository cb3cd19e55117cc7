"""PyTorch's state dicts of a torch.nn.Sequential, written and read.

PyTorch keeps the transpose of our W: a row for each output.
"""

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from ..._util.arrays import Array
from ..._util.files import Arrays, check_claimed_size, open_regular, replacing
from ..._util.optional import require
from ...errors import InputError
from ...nn.layers import Layer, Linear
from ...nn.network import Network
from ..model_file import rebuild
from .parts import Parts, dense

SAFE = (2, 6)  # before, torch.load ran code even with weights_only (CVE-2025-32434)
OUR_LAYERS = "tendigits layers"  # in the metadata that every state dict has
PASSING = ("Dropout", "Identity", "Flatten")  # PyTorch's modules that change nothing, for rows, in prediction
DENSE = ("Gemm", "Relu")  # what the layers that can be exported are called in ONNX


def export_torch(network: Network, path: Path | str) -> None:
    """Write the network's `state_dict` with torch.save; its metadata name the layers for `read_torch`.

    Parameters
    ----------
    network : Network
        A network of Linear, ReLU and Dropout layers.
    path : path-like
        The file to write, whole or not at all.

    Raises
    ------
    InputError
        If the network has other layers, or PyTorch is not installed.

    """
    tensors = state_dict(network)
    torch = require("torch")
    content = BytesIO()  # PyTorch does not say what went wrong when a disk is full
    state = OrderedDict((name, torch.tensor(tensor)) for name, tensor in tensors.items())
    vars(state)["_metadata"] = {"": {"version": 1, OUR_LAYERS: json.dumps(network.spec)}}
    torch.save(state, content)
    with replacing(path) as file:
        file.write(content.getbuffer())


def state_dict(network: Network) -> Arrays:
    """Name each parameter as a torch.nn.Sequential of the same layers does.

    Parameters
    ----------
    network : Network
        A network of Linear, ReLU and Dropout layers.

    Returns
    -------
    dict of str to ndarray
        "0.weight" of shape (n_out, n_in), "0.bias" of shape (n_out,), "2.weight" and so on.

    Raises
    ------
    InputError
        If the network has other layers.

    Examples
    --------
    >>> from tendigits import Network
    >>> {name: tensor.shape for name, tensor in state_dict(Network([784, 128, 10])).items()}
    {'0.weight': (128, 784), '0.bias': (128,), '2.weight': (10, 128), '2.bias': (10,)}

    """
    check_dense(network)
    return {f"{i}.{name}": tensor for i, layer in enumerate(network.layers) for name, tensor in _tensors(layer).items()}


def _tensors(layer: Layer) -> Arrays:
    """Name a layer's parameters as PyTorch does."""
    return {"weight": layer.W.T, "bias": layer.b} if isinstance(layer, Linear) else {}


def check_dense(network: Network) -> None:
    """Raise InputError for layers that the formats of other programs do not hold.

    Parameters
    ----------
    network : Network
        The network to be exported.

    Raises
    ------
    InputError
        If it has other layers than Linear, ReLU and Dropout.

    """
    for layer in network.layers:
        if layer.onnx not in DENSE and not layer.only_trains:
            raise InputError(f"A network with a layer {layer.spec[0]} cannot be exported: only dense ones can.")


def read_torch(source: Any, activation: str | None = None) -> Parts:
    """Read a torch.nn.Sequential, or its state dict.

    Parameters
    ----------
    source : torch.nn.Sequential, mapping of str to tensor, or path-like
        The model, a state dict, or the file in which torch.save put one. Only tensors are unpickled.
    activation : "relu", optional
        What stands between the layers: a state dict does not say, unless `export_torch` wrote it.

    Returns
    -------
    Parts
        The network, as `read_state_dict` reads it.

    Raises
    ------
    InputError
        If it is anything else, has other layers, or PyTorch is needed and not installed.

    """
    if isinstance(source, str | Path):
        source = _load(source)
    if hasattr(source, "state_dict"):
        return _read_modules(source)
    if not isinstance(source, Mapping):
        raise InputError(f"A state dict is needed, such as model.state_dict(), not {type(source).__name__}.")
    known = "relu" if _is_ours(source) else activation
    return read_state_dict({name: _array(name, tensor) for name, tensor in source.items()}, known)


def _is_ours(state: Any) -> bool:
    """Whether `export_torch` wrote it, which knows no activation but ReLU."""
    metadata = getattr(state, "_metadata", None)
    return isinstance(metadata, dict) and isinstance(metadata.get(""), dict) and OUR_LAYERS in metadata[""]


def _read_modules(model: Any) -> Parts:
    """Read a model from its modules, which say what stands between the layers."""
    layers: list[tuple[Array, Array]] = []
    activated: list[bool] = []
    for module in _flattened(model):
        kind = type(module).__name__
        if kind == "Linear":
            tensors = {name: _array(name, tensor) for name, tensor in module.state_dict().items()}
            layers.append(_linear(f"Linear {len(layers) + 1}", tensors))
            activated.append(False)
        elif kind == "ReLU" and activated:
            activated[-1] = True
        elif kind not in PASSING:
            raise InputError(f"A model with {kind} cannot be read here: only one of Linear, each with a ReLU after it.")
    if not layers or activated[-1]:
        raise InputError("A model ends with a Linear layer, whose outputs are the logits.")
    return dense(layers, activated[:-1])


def _flattened(model: Any) -> Iterator[Any]:
    """Go through the modules of a torch.nn.Sequential, and of those in it, in their order."""
    if type(model).__name__ != "Sequential":
        yield model
        return
    for module in model.children():
        yield from _flattened(module)


def _load(path: Path | str) -> Any:
    torch = require("torch")
    if tuple(map(int, torch.__version__.split(".")[:2])) < SAFE:
        raise InputError(
            f"PyTorch {torch.__version__} may run code from a file: use 2.6 or newer, or give the model itself."
        )
    try:
        open_regular(path).close()
        check_claimed_size(path)
        return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except Exception as error:  # each part of PyTorch raises its own, and explains it at length
        raise InputError(f"{path} holds no state dict, as torch.save(model.state_dict(), path) writes it.") from error


def _array(name: Any, tensor: Any) -> Array:
    """Turn a tensor into an array. Raises InputError unless it is an ordinary one."""
    try:
        if hasattr(tensor, "detach"):
            tensor = tensor.detach().cpu()
            if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
                raise ValueError("it claims to be larger than it is")
            tensor = tensor.float() if tensor.element_size() < 4 else tensor  # NumPy has no bfloat16
        array = np.asarray(tensor)
    except (AttributeError, RuntimeError, TypeError, ValueError) as error:  # sparse, quantized, without values
        raise InputError(f"The tensor {name!r} cannot be read: it must be dense, and of floats.") from error
    if array.dtype.kind != "f":
        raise InputError(f"The tensor {name!r} must be of floats, not {array.dtype}.")
    return array


def read_state_dict(tensors: Mapping[str, Array], activation: str | None = None, *, ordered: bool = True) -> Parts:
    """Read linear layers from their tensors, and put ReLUs where other layers were.

    A state dict names the layers that have parameters by their positions in the Sequential: "0.weight", "0.bias",
    "2.weight" and so on. A gap in the numbers is where a layer without parameters stood. Which one it was, a state dict
    does not say, so that `activation` must. Where the names are not numbers, it stands between each two layers.

    Parameters
    ----------
    tensors : mapping of str to ndarray
        "NAME.weight" of shape (n_out, n_in) and, unless it has no bias, "NAME.bias" of shape (n_out,) of each layer.
    activation : "relu", optional
        What stands between the layers; not needed if nothing does.
    ordered : bool, optional
        Whether the tensors come in the order of the layers. Otherwise only names with numbers will do.

    Returns
    -------
    Parts
        The network.

    Raises
    ------
    InputError
        If there are parameters of other layers, or their order or what stands between them is unknown.

    """
    layers = _by_layer(tensors)
    positions = _positions(layers)
    if not positions and not ordered:
        raise InputError(f"The order of its layers is unknown: {', '.join(layers)}.")
    names = sorted(layers, key=positions.__getitem__) if positions else list(layers)
    gaps = np.diff([positions[name] for name in names]) if positions else np.full(len(names) - 1, 2)
    if (gaps > 1).any():
        _check_activation(activation)
    return dense([_linear(name, layers[name]) for name in names], [bool(gap > 1) for gap in gaps])


def _check_activation(activation: str | None) -> None:
    if activation is None:
        raise InputError(
            "A state dict does not say what stands between its layers: give the torch.nn.Sequential itself, or "
            "activation='relu' if that is what it is."
        )
    if activation != "relu":
        raise InputError(f"A network with the activation {activation!r} cannot be read here: only 'relu' can.")


def _by_layer(tensors: Mapping[str, Array]) -> dict[str, Arrays]:
    """Group tensors by the layer they belong to, "body.2.weight" under "body.2"."""
    layers: dict[str, Arrays] = {}
    for name, tensor in tensors.items():
        if not isinstance(name, str):
            raise InputError(f"Tensors have names such as '0.weight', and not {name!r}.")
        layer, _, kind = name.rpartition(".")
        layers.setdefault(layer, {})[kind] = tensor
    if not layers:
        raise InputError("There are no tensors: those of Linear and ReLU layers are needed.")
    return layers


def _positions(names: Iterable[str]) -> dict[str, int]:
    """Read each layer's position from its name, 2 from "body.2"; empty unless all lie in one Sequential."""
    parts = {name: name.rpartition(".") for name in names}
    prefixes, lasts = {prefix for prefix, _, _ in parts.values()}, [last for _, _, last in parts.values()]
    if len(prefixes) > 1 or not all(map(_is_position, lasts)):
        return {}
    return {name: int(last) for name, (_, _, last) in parts.items()}


def _is_position(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) < 10


def _linear(name: str, tensors: Mapping[str, Array]) -> tuple[Array, Array]:
    """Turn PyTorch's tensors of a linear layer into (W, b)."""
    weight = tensors.get("weight")
    if weight is None or weight.ndim != 2 or not {"weight", "bias"} >= set(tensors):
        raise InputError(f"Layer {name!r} is not linear: only networks of Linear and ReLU layers can be read.")
    bias = tensors.get("bias", np.zeros(len(weight), weight.dtype))
    if bias.shape != weight.shape[:1]:
        raise InputError(f"Layer {name!r} has a weight of shape {weight.shape}, but a bias of {bias.shape}.")
    return weight.T, bias


def from_torch(source: Any, activation: str | None = None) -> Network:
    """Read a network from PyTorch, as `read_torch` does.

    Parameters
    ----------
    source : torch.nn.Sequential, mapping of str to tensor, or path-like
        The model, a state dict, or the file in which torch.save put one.
    activation : "relu", optional
        What stands between the layers of a state dict.

    Returns
    -------
    Network
        The network.

    Raises
    ------
    InputError
        If it is anything else, or has other layers than Linear and ReLU.
    """
    return rebuild(**read_torch(source, activation)._asdict())
