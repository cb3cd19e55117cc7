"""safetensors files: a state dict as PyTorch names it, with layers, classes and notes in the header."""

from pathlib import Path
from typing import Any

import numpy as np

from ..._util.files import open_regular, replacing
from ..._util.optional import require
from ...errors import InputError
from ...nn.layers import LAYERS
from ...nn.network import Network
from ..model_file import naming, rebuild
from ..schema import check_metadata
from .parts import Parts, read_header, write_header
from .torch import read_tensors, state_dict


def export_safetensors(network: Network, path: Path | str) -> None:
    """Write the tensors of `state_dict`, with layers, classes and notes, each as JSON, in the header.

    `Network.from_safetensors` reads it back, and so does PyTorch: load_state_dict(safetensors.torch.load_file(path)).

    Parameters
    ----------
    network : Network
        A network of this package's layers, or an ensemble.
    path : path-like
        The file to write, whole or not at all.

    Raises
    ------
    InputError
        If the network has other layers, or safetensors is not installed.

    """
    tensors = {name: np.asarray(tensor, order="C") for name, tensor in state_dict(network).items()}
    require("safetensors")
    from safetensors.numpy import save

    with replacing(path) as file:
        file.write(save(tensors, write_header(network)))


def read_safetensors(path: Path | str, activation: str | None = None) -> Parts:
    """Read a file of `export_safetensors`, or any with the state dict of a torch.nn.Sequential.

    Parameters
    ----------
    path : path-like
        The file.
    activation : "relu", optional
        What stands between the layers, where the header does not say.

    Returns
    -------
    Parts
        The network; what the header does not say is as in `read_state_dict`.

    Raises
    ------
    InputError
        If the file holds no such network, or safetensors is not installed.

    """
    safetensors = require("safetensors")
    try:
        open_regular(path).close()
        with safetensors.safe_open(path, framework="numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no dict
            header = read_header(file.metadata() or {})
        activation = "relu" if "spec" in header else activation
        parts = read_tensors(tensors, header, activation, ordered=False)  # the file sorts them by name
    except (safetensors.SafetensorError, OSError, RecursionError, TypeError, ValueError) as error:
        raise InputError(f"{path} holds no network that can be read: {error}") from error
    with naming(path):
        _check_header(header, parts)
    return parts._replace(**header)


def _check_header(header: dict[str, Any], parts: Parts) -> None:
    about = parts._replace(**header)._asdict()
    check_metadata({**about, "layers": list(about["spec"]), "classes": list(about["classes"])})
    theirs, ours = ([layer for layer in spec if layer[0] == "Linear"] for spec in (about["spec"], parts.spec))
    if theirs != ours and all(layer[0] in LAYERS for layer in about["spec"]):
        raise InputError("its header and its tensors disagree about its layers")


def from_safetensors(path: Path | str, activation: str | None = None) -> Network:
    """Read a network from a safetensors file, as `read_safetensors` does.

    Parameters
    ----------
    path : path-like
        The file.
    activation : "relu", optional
        What stands between the layers, where the header does not say.

    Returns
    -------
    Network
        The network.

    Raises
    ------
    InputError
        If the file holds no network, or safetensors is not installed.
    """
    parts = read_safetensors(path, activation)
    with naming(path):
        return rebuild(**parts._asdict())
