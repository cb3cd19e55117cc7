"""safetensors files: a state dict as PyTorch names it, with layers, classes and notes in the header."""

from pathlib import Path

import numpy as np

from ..._util.files import replacing
from ..._util.optional import require
from ...errors import InputError
from ...nn.network import Network
from ..model_file import naming, rebuild
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


def read_safetensors(path: Path | str) -> Parts:
    """Read a file of `export_safetensors`, or any with the state dict of a torch.nn.Sequential.

    Parameters
    ----------
    path : path-like
        The file.

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
        with safetensors.safe_open(path, framework="numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no dict
            header = read_header(file.metadata() or {})
        return read_tensors(tensors, header, ordered=False)  # the file sorts them by name
    except (safetensors.SafetensorError, OSError, TypeError, ValueError) as error:
        raise InputError(f"{path} holds no network that can be read: {error}") from error


def from_safetensors(path: Path | str) -> Network:
    """Read a network from a safetensors file, as `read_safetensors` does.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    Network
        The network.

    Raises
    ------
    InputError
        If the file holds no network, or safetensors is not installed.
    """
    parts = read_safetensors(path)
    with naming(path):
        return rebuild(*parts)
