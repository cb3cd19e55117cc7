"""Networks made elsewhere, read as what `Network.rebuild` takes: layers, parameters, classes and notes.

Linear layers are looked for, and a ReLU is put between each two. PyTorch keeps the transpose of our W, a row for each
output; scikit-learn keeps W as it is here.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..._util.arrays import Array
from ..._util.optional import extra
from ...errors import InputError
from ...nn.network import Network
from ..model_file import naming, rebuild

ABOUT = {"layers": "spec", "classes": "classes", "info": "info"}  # the header of our own files, as parts


class Parts(NamedTuple):
    """A network in parts, in the order of `Network.rebuild`'s arguments."""

    spec: Sequence[Sequence[Any]]
    params: Array
    classes: Any
    info: dict[str, Any]


def dense(layers: Sequence[tuple[Array, Array]], activated: Sequence[bool]) -> Parts:
    """Chain layers, each (W, b), with a ReLU after those that are `activated`; half precisions become float32."""
    spec: list[list[Any]] = []
    for (W, _), active in zip(layers, [*activated, False], strict=True):
        spec += [["Linear", *W.shape]] + [["ReLU"]] * active
    params = np.concatenate([part.ravel() for layer in layers for part in layer])
    return Parts(spec, params.astype(np.promote_types(params.dtype, np.float32)), range(spec[-1][2]), {})


def read_safetensors(path: Path | str) -> Parts:
    """Read what `export` wrote, or any safetensors file with the state dict of a torch.nn.Sequential."""
    safetensors = extra("safetensors")
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no dict
            about = {name: json.loads(text) for name, text in (file.metadata() or {}).items() if name in ABOUT}
        parts = read_state_dict(tensors, ordered=False)  # the file sorts them by name
    except (safetensors.SafetensorError, OSError, TypeError, ValueError) as error:
        raise InputError(f"{path} holds no network that can be read: {error}") from error
    return parts._replace(**{ABOUT[name]: value for name, value in about.items()})


def read_torch(source: Any) -> Parts:
    """Read the state dict of a torch.nn.Sequential, or the file in which torch.save put one.

    Raises InputError for anything else; of a file, nothing but tensors is unpickled.
    """
    if isinstance(source, str | Path):
        source = _load(source)
    if not isinstance(source, Mapping):
        raise InputError(f"A state dict is needed, model.state_dict() say, not {type(source).__name__}.")
    return read_state_dict({name: _array(tensor) for name, tensor in source.items()})


def _load(path: Path | str) -> Any:
    torch = extra("torch")
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
    """Read "0.weight" (n_out, n_in), "0.bias" (n_out,), "2.weight" …: layers by the places they have in a Sequential.

    Between neighbours there is no activation, and between others, where the place of a layer without parameters is,
    a ReLU: a state dict does not say which activation it was. Layers without such numbers are taken as they come,
    where their order means anything, with a ReLU between each two. Raises InputError for parameters of other layers.
    """
    layers: dict[str, dict[str, Array]] = {}
    for name, tensor in tensors.items():
        place, _, kind = name.rpartition(".")
        layers.setdefault(place, {})[kind] = tensor
    if not layers:
        raise InputError("There are no tensors: those of Linear and ReLU layers are needed.")
    numbers = _numbers(layers)
    if not numbers and not ordered:
        raise InputError(f"The order of its layers is unknown: {', '.join(layers)}.")
    places = sorted(layers, key=numbers.__getitem__) if numbers else list(layers)
    gaps = np.diff([numbers[place] for place in places]) if numbers else np.full(len(places) - 1, 2)
    return dense([_linear(place, layers[place]) for place in places], [bool(gap > 1) for gap in gaps])


def _numbers(places: Iterable[str]) -> dict[str, int]:
    """Read the number of each place, "body.2" say; nothing unless all have one, in the same Sequential."""
    parts = {place: place.rpartition(".") for place in places}
    if len({prefix for prefix, _, _ in parts.values()}) > 1 or not all(last.isdigit() for _, _, last in parts.values()):
        return {}
    return {place: int(last) for place, (_, _, last) in parts.items()}


def _linear(place: str, tensors: Mapping[str, Array]) -> tuple[Array, Array]:
    """Turn PyTorch's tensors of a linear layer into (W, b)."""
    weight = tensors.get("weight")
    if weight is None or weight.ndim != 2 or not {"weight", "bias"} >= set(tensors):
        raise InputError(f"Layer {place!r} is not linear: only networks of Linear and ReLU layers can be read.")
    bias = tensors.get("bias", np.zeros(len(weight), weight.dtype))
    if bias.shape != weight.shape[:1]:
        raise InputError(f"Layer {place!r} has a weight of shape {weight.shape}, but a bias of {bias.shape}.")
    return weight.T, bias


def read_sklearn(mlp: Any) -> Parts:
    """Read a fitted MLPClassifier. Raises InputError where it has another activation than ReLU, or several labels.

    Of two classes it has one output z with p = 1 / (1 + exp(-z)), which is the softmax of the logits (0, z).
    """
    output = getattr(mlp, "out_activation_", None)
    if not hasattr(mlp, "classes_") or output not in ("softmax", "logistic"):
        raise InputError(f"A fitted MLPClassifier is needed, not {mlp}.")
    if output == "logistic" and mlp.n_outputs_ > 1:
        raise InputError("An MLPClassifier of several labels at a time cannot be read: a digit has one.")
    if mlp.activation != "relu" and len(mlp.coefs_) > 1:
        raise InputError(f"An MLPClassifier of activation {mlp.activation!r} cannot be read: only 'relu' can.")
    layers = list(zip(mlp.coefs_, mlp.intercepts_, strict=True))
    if output == "logistic":
        W, b = layers[-1]
        layers[-1] = np.hstack([np.zeros_like(W), W]), np.hstack([np.zeros_like(b), b])
    return dense(layers, [True] * (len(layers) - 1))._replace(classes=mlp.classes_)


def from_safetensors(path: Path | str) -> Network:
    """Read a file of `tendigits export`, or one of a torch.nn.Sequential. Raises InputError for anything else."""
    parts = read_safetensors(path)
    with naming(path):
        return rebuild(*parts)


def from_torch(source: Any) -> Network:
    """Take over a torch.nn.Sequential of Linear and ReLU: its state dict, or the file that holds it."""
    return rebuild(*read_torch(source))


def from_sklearn(mlp: Any) -> Network:
    """Take over a fitted MLPClassifier with ReLU; its features are floats, taken as they are."""
    return rebuild(*read_sklearn(mlp))
