"""PyTorch's state dicts of a torch.nn.Sequential, written and read.

PyTorch keeps the transpose of our W: a row for each output.
"""

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
from ...nn.network import Network
from ..model_file import rebuild
from .channels import COUNTER, from_channels_first, places, to_channels_first
from .parts import Parts, dense, read_header, write_header

SAFE = (2, 6)  # before, torch.load ran code even with weights_only (CVE-2025-32434)
OUR_LAYERS = "layers"  # in the metadata that every state dict has
PASSING = ("Dropout", "Identity", "Flatten")  # PyTorch's modules that change nothing, for rows, in prediction
DENSE = ("Linear", "ReLU", "Tanh", "Sigmoid", "Dropout")  # their tensors tell the shape of the network


def export_torch(network: Network, path: Path | str) -> None:
    """Write the network's `state_dict` with torch.save; its metadata name the layers for `read_torch`.

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
    content = BytesIO()  # PyTorch does not say what went wrong when a disk is full
    state = OrderedDict((name, torch.tensor(tensor)) for name, tensor in tensors.items())
    vars(state)["_metadata"] = {"": {"version": 1, **write_header(network)}}
    torch.save(state, content)
    with replacing(path) as file:
        file.write(content.getbuffer())


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
        if place.layer.onnx == "Reshape" and (place.layer.arguments[2] > 1 or (place.images or (0, 0, 1))[2] > 1):
            raise InputError("Images of several channels cannot be exported to PyTorch, which orders pixels otherwise.")
        tensors |= {f"{place.name}.{name}": tensor for name, tensor in to_channels_first(place).items()}
    return tensors


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
    header = _our_header(source)
    known = "relu" if header else activation
    tensors = {name: _array(name, tensor) for name, tensor in source.items() if not str(name).endswith(COUNTER)}
    return read_tensors(tensors, header, known)._replace(**header)


def read_tensors(
    tensors: Mapping[str, Array], header: Mapping[str, Any], activation: str | None = None, *, ordered: bool = True
) -> Parts:
    """Read tensors, with the layers that a header names, if it names any that tensors alone do not tell.

    Parameters
    ----------
    tensors : mapping of str to ndarray
        As `state_dict` names them.
    header : mapping
        What `read_header` has read.
    activation, ordered
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
    spec = header.get("spec", [])
    if not isinstance(spec, list) or all(isinstance(each, list) and each and each[0] in DENSE for each in spec):
        return read_state_dict(tensors, activation, ordered=ordered)
    n_params = sum(tensor.size for name, tensor in tensors.items() if not name.endswith(COUNTER))
    floats = np.result_type(*(tensor for tensor in tensors.values() if tensor.dtype.kind == "f"))
    network = rebuild(spec, np.zeros(n_params, floats), header.get("classes", []), {})
    from_channels_first(network, tensors)
    return Parts(spec, network.params, network.classes.tolist(), {})


def _our_header(state: Any) -> dict[str, Any]:
    """Read what `export_torch` wrote beside a state dict; empty for those of other programs."""
    metadata = getattr(state, "_metadata", None)
    header = metadata.get("") if isinstance(metadata, dict) else None
    return read_header(header) if isinstance(header, dict) and OUR_LAYERS in header else {}


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
    for module in model:  # children() would leave out a module that stands there twice
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
