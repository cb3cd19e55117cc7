"""PyTorch's state dicts of a torch.nn.Sequential, written and read.

PyTorch keeps the transpose of our W: a row for each output.
"""

from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from ..._util.arrays import Array
from ..._util.files import Arrays, replacing
from ..._util.optional import require
from ...errors import InputError
from ...nn.layers import Layer, Linear
from ...nn.network import Network
from ..model_file import rebuild
from .parts import Parts, dense

DENSE = ("Gemm", "Relu")  # what the layers that can be exported are called in ONNX


def export_torch(network: Network, path: Path | str) -> None:
    """Write the network's `state_dict` with torch.save.

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
    torch.save({name: torch.tensor(tensor) for name, tensor in tensors.items()}, content)
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


def read_torch(source: Any) -> Parts:
    """Read the state dict of a torch.nn.Sequential.

    Parameters
    ----------
    source : mapping of str to tensor, or path-like
        A state dict, or the file in which torch.save put one. Only tensors are unpickled.

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
    if not isinstance(source, Mapping):
        raise InputError(f"A state dict is needed, such as model.state_dict(), not {type(source).__name__}.")
    return read_state_dict({name: _array(tensor) for name, tensor in source.items()})


def _load(path: Path | str) -> Any:
    torch = require("torch")
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except Exception as error:  # each part of PyTorch raises its own, and explains it at length
        raise InputError(f"{path} holds no state dict, as torch.save(model.state_dict(), path) writes it.") from error


def _array(tensor: Any) -> Array:
    if hasattr(tensor, "detach"):
        tensor = tensor.detach().cpu()
        tensor = tensor.float() if tensor.element_size() < 4 else tensor  # NumPy has no bfloat16
    return np.asarray(tensor)


def read_state_dict(tensors: Mapping[str, Array], *, ordered: bool = True) -> Parts:
    """Read linear layers from their tensors, and put ReLUs where other layers were.

    A state dict names the layers that have parameters by their positions in the Sequential: "0.weight", "0.bias",
    "2.weight" and so on. A gap in the numbers is where a layer without parameters stood. Which one it was, a state dict
    does not say: it is taken to be a ReLU. Where the names are not numbers, a ReLU is put between each two layers.

    Parameters
    ----------
    tensors : mapping of str to ndarray
        "NAME.weight" of shape (n_out, n_in) and, unless it has no bias, "NAME.bias" of shape (n_out,) of each layer.
    ordered : bool, optional
        Whether the tensors come in the order of the layers. Otherwise only names with numbers will do.

    Returns
    -------
    Parts
        The network.

    Raises
    ------
    InputError
        If there are parameters of other layers, or the order of the layers is unknown.

    """
    layers = _by_layer(tensors)
    positions = _positions(layers)
    if not positions and not ordered:
        raise InputError(f"The order of its layers is unknown: {', '.join(layers)}.")
    names = sorted(layers, key=positions.__getitem__) if positions else list(layers)
    gaps = np.diff([positions[name] for name in names]) if positions else np.full(len(names) - 1, 2)
    return dense([_linear(name, layers[name]) for name in names], [bool(gap > 1) for gap in gaps])


def _by_layer(tensors: Mapping[str, Array]) -> dict[str, Arrays]:
    """Group tensors by the layer they belong to, "body.2.weight" under "body.2"."""
    layers: dict[str, Arrays] = {}
    for name, tensor in tensors.items():
        layer, _, kind = name.rpartition(".")
        layers.setdefault(layer, {})[kind] = tensor
    if not layers:
        raise InputError("There are no tensors: those of Linear and ReLU layers are needed.")
    return layers


def _positions(names: Iterable[str]) -> dict[str, int]:
    """Read each layer's position from its name, 2 from "body.2"; empty unless all lie in one Sequential."""
    parts = {name: name.rpartition(".") for name in names}
    if len({prefix for prefix, _, _ in parts.values()}) > 1 or not all(last.isdigit() for _, _, last in parts.values()):
        return {}
    return {name: int(last) for name, (_, _, last) in parts.items()}


def _linear(name: str, tensors: Mapping[str, Array]) -> tuple[Array, Array]:
    """Turn PyTorch's tensors of a linear layer into (W, b)."""
    weight = tensors.get("weight")
    if weight is None or weight.ndim != 2 or not {"weight", "bias"} >= set(tensors):
        raise InputError(f"Layer {name!r} is not linear: only networks of Linear and ReLU layers can be read.")
    bias = tensors.get("bias", np.zeros(len(weight), weight.dtype))
    if bias.shape != weight.shape[:1]:
        raise InputError(f"Layer {name!r} has a weight of shape {weight.shape}, but a bias of {bias.shape}.")
    return weight.T, bias


def from_torch(source: Any) -> Network:
    """Read a network from PyTorch's state dict, as `read_torch` does.

    Parameters
    ----------
    source : mapping of str to tensor, or path-like
        A state dict, or the file in which torch.save put one.

    Returns
    -------
    Network
        The network.

    Raises
    ------
    InputError
        If it is anything else, or has other layers than Linear and ReLU.
    """
    return rebuild(**read_torch(source)._asdict())
