"""Networks as JSON, read back: what `tendigits export --to json` writes, and what the pages save."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from .._util.arrays import Array
from ..errors import InputError


def read_json(path: Path | str) -> dict[str, Any]:
    """Read the parts of a network.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    dict
        `layers`, `params`, `classes`, `info` and `divisor`, not yet checked.

    Raises
    ------
    InputError
        If the file is missing, or holds no network.
    """
    content = _parsed(path)
    try:
        members = content["members"] if "members" in content else [content["layers"]]
        specs = [[_spec(entry) for entry in layers] for layers in members]
        return {
            "layers": [["Ensemble", *specs]] if "members" in content else specs[0],
            "params": _params([entry for layers in members for entry in layers], content.get("dtype", "float32")),
            "classes": content["classes"],
            "info": content.get("info", {}),
            "divisor": content.get("divisor"),
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} holds no valid network: {error}") from error


def _parsed(path: Path | str) -> dict[str, Any]:
    try:
        content = json.loads(Path(path).read_bytes())
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON: {error}") from error
    if not isinstance(content, dict) or content.get("format") != "tendigits network":
        raise InputError(f"{path} holds no network of tendigits.")
    return content


def _spec(entry: dict[str, Any]) -> list[Any]:
    """Take a layer's name and sizes; those of a Linear layer from its W."""
    sizes = [len(entry["W"]), len(entry["b"])] if entry["layer"] == "Linear" else entry.get("sizes", [])
    return [entry["layer"], *sizes]


def _params(entries: list[dict[str, Any]], dtype: str) -> Array:
    """Join all parameters, which lie in the file in the order in which the network has them."""
    arrays = [np.asarray(values, dtype).ravel() for entry in entries for values in _values(entry)]
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype)


def _values(entry: dict[str, Any]) -> list[Any]:
    return [values for name, values in entry.items() if name not in ("layer", "sizes")]
