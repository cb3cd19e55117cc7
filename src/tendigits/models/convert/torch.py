"""PyTorch's state dicts of a torch.nn.Sequential, written and read.

PyTorch keeps the transpose of our W: a row for each output.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..._util.arrays import Array
from ..._util.files import Arrays, replacing
from ..._util.optional import require
from ...errors import InputError
from ...nn.network import Network
from ..model_file import rebuild
from .channels import from_channels_first, places, to_channels_first
from .parts import Parts, dense, read_header, write_header

DENSE = ("Linear", "ReLU", "Tanh", "Sigmoid", "Dropout")  # their tensors tell the shape of the network


def export_torch(network: Network, path: Path | str) -> None:
    """Write the network's `state_dict` with torch.save.

    Layers, classes and notes travel in the metadata that PyTorch keeps beside a state dict, so that `from_torch` finds
    the same network, and load_state_dict finds nothing unusual.

    Parameters
    ----------
    network : Network
        A network of this package's layers, or an ensemble.
    path : path-like
        The file to write, whole or not at all.

    Raises
    ------
    InputError
        If the network has other layers, or PyTorch is not installed.

    """
    tensors = state_dict(network)
    torch = require("torch")
    named = OrderedDict((name, torch.tensor(tensor)) for name, tensor in tensors.items())
    named._metadata = OrderedDict({"": {"version": 1, **write_header(network)}})  # type: ignore[attr-defined]
    with replacing(path) as file:
        torch.save(named, file)


def state_dict(network: Network) -> Arrays:
    """Name each parameter as a torch.nn.Sequential of the same layers does.

    A Reshape is an nn.Unflatten(1, (1, height, width)). An ensemble's members are a torch.nn.ModuleList `members`.

    Parameters
    ----------
    network : Network
        A network of this package's layers, or an ensemble.

    Returns
    -------
    dict of str to ndarray
        "0.weight" of shape (n_out, n_in), "0.bias" of shape (n_out,), "2.weight" and so on.

    Raises
    ------
    InputError
        If the network has other layers, or images of several channels.

    Examples
    --------
    >>> from tendigits import Network
    >>> {name: tensor.shape for name, tensor in state_dict(Network([784, 128, 10])).items()}
    {'0.weight': (128, 784), '0.bias': (128,), '2.weight': (10, 128), '2.bias': (10,)}

    """
    tensors: Arrays = {}
    for place in places(network):
        if place.layer.onnx == "Reshape" and place.layer.arguments[2] > 1:
            raise InputError("Images of several channels cannot be exported to PyTorch, which orders pixels otherwise.")
        tensors |= {f"{place.name}.{name}": tensor for name, tensor in to_channels_first(place).items()}
    return tensors


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
    header = read_header(getattr(source, "_metadata", {}).get("", {}))
    return read_tensors({name: _array(tensor) for name, tensor in source.items()}, header)


def read_tensors(tensors: Mapping[str, Array], header: Mapping[str, Any], *, ordered: bool = True) -> Parts:
    """Read tensors, with what a header says of layers, classes and notes, if it says anything.

    Parameters
    ----------
    tensors : mapping of str to ndarray
        As `state_dict` names them.
    header : mapping
        What `read_header` has read.
    ordered : bool, optional
        As for `read_state_dict`.

    Returns
    -------
    Parts
        The network.

    Raises
    ------
    InputError
        If tensors and layers do not fit.

    """
    spec, classes, info = header.get("spec", []), header.get("classes", []), header.get("info", {})
    if not isinstance(spec, list) or all(isinstance(each, list) and each and each[0] in DENSE for each in spec):
        return read_state_dict(tensors, ordered=ordered)._replace(**header)
    n_params = sum(tensor.size for name, tensor in tensors.items() if not name.endswith("num_batches_tracked"))
    floats = np.result_type(*(tensor for tensor in tensors.values() if tensor.dtype.kind == "f"))
    network = rebuild(spec, np.zeros(n_params, floats), classes, info)
    from_channels_first(network, tensors)
    return Parts(spec, network.params, classes, info)


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
    return rebuild(*read_torch(source))
