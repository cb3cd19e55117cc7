"""A network in parts: what every reader of another program's format returns, and what a file's header says of it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..._util.arrays import Array
from ...nn.network import Network

FIELDS = {"layers": "spec", **{name: name for name in ("classes", "info", "divisor")}}  # a header's entries, as parts


class Parts(NamedTuple):
    """A network in parts, by the names of the arguments of `models.model_file.rebuild`.

    Parameters
    ----------
    spec : sequence of sequences
        The layers, as `Network.spec` lists them.
    params : ndarray of float, shape (n_params,)
        All parameters, layer by layer.
    classes : sequence
        The name of each class.
    info : dict
        What is known of how the network came to be.
    divisor : float or None
        What pixels are divided by, if that is known.

    """

    spec: Sequence[Sequence[Any]]
    params: Array
    classes: Any
    info: dict[str, Any]
    divisor: float | None = None

    def __repr__(self) -> str:
        return f"Parts({list(self.spec)}: {self.params.size:,} parameters)"


def dense(layers: Sequence[tuple[Array, Array]], activated: Sequence[bool]) -> Parts:
    """Chain linear layers, with a ReLU after those that are `activated`.

    Parameters
    ----------
    layers : sequence of (W, b)
        Weights of shape (n_in, n_out) and biases of shape (n_out,). Half precision becomes float32.
    activated : sequence of bool
        Whether a ReLU follows, for every layer but the last.

    Returns
    -------
    Parts
        The network, with the classes 0 to n_out - 1.

    """
    spec: list[list[Any]] = []
    for (W, _), active in zip(layers, [*activated, False], strict=True):
        spec += [["Linear", *W.shape]] + [["ReLU"]] * active
    params = np.concatenate([part.ravel() for layer in layers for part in layer])
    return Parts(spec, params.astype(np.promote_types(params.dtype, np.float32)), range(spec[-1][2]), {})


def write_header(network: Network) -> dict[str, str]:
    """Write as JSON texts what the tensors alone do not say: layers, classes and how the network came to be.

    Parameters
    ----------
    network : Network
        The network to describe.

    Returns
    -------
    dict of str to str
        The header of a file.

    """
    content: dict[str, Any] = {"layers": network.spec, "classes": network.classes.tolist(), "info": network.info}
    content |= {"divisor": network.divisor} if network.divisor else {}
    return {"format": "tendigits network"} | {name: json.dumps(value) for name, value in content.items()}


def read_header(header: Mapping[str, str]) -> dict[str, Any]:
    """Read what `write_header` wrote, as the fields of `Parts`; other entries are ignored.

    Parameters
    ----------
    header : mapping of str to str
        The header of a file, which may be any program's.

    Returns
    -------
    dict
        Those of `spec`, `classes`, `info` and `divisor` that the header holds.

    Raises
    ------
    ValueError
        If an entry is not JSON.

    """
    return {FIELDS[name]: json.loads(text) for name, text in header.items() if name in FIELDS}
