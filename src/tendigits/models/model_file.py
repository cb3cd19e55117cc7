"""Model files: a network as NumPy's .npz, the parameters beside one JSON text. Files of 0.1.0 load for ever.

| name | what it holds |
|---|---|
| `params` | all parameters, one flat vector |
| `novelty.*` | what is familiar to the network, where that was measured |
| `metadata` | JSON: `format`, `layers` (each its name and arguments), `classes`, `info`, `divisor` |

Files without a divisor are older; those with notes on their pixels were trained on pixels.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from .._util.arrays import PIXELS, Array
from .._util.files import read_npz, write_npz
from ..errors import InputError
from ..nn.layers import LAYERS, BatchNorm, Layer
from ..nn.network import Network, checked_layers
from .json_file import read_json
from .schema import check_kinds, check_metadata

FORMAT = "tendigits model 1"
NOVELTY = "novelty."
LARGEST = 1e12  # of a parameter: with larger ones, sums of products may leave float32's range


def save(network: Network, path: Path | str) -> None:
    """Write a network to an .npz file, all or nothing.

    Parameters
    ----------
    network : Network
        The network.
    path : path-like
        The file; its name must not end in .json, which `load` reads as JSON.

    Raises
    ------
    InputError
        If parameters, classes or info are of a kind that `load` would refuse.
    """
    if _is_json(path):
        raise InputError(f"{path} would be read as JSON: save to a name in .npz, or use export(network, path, 'json').")
    about = {"format": FORMAT, "layers": network.spec, "classes": network.classes.tolist(), "info": network.info}
    about["divisor"] = network.divisor
    _check_can_be_loaded(network, about)
    novelty = {NOVELTY + name: np.asarray(array) for name, array in (network.novelty or {}).items()}
    write_npz(path, {"params": network.params, **novelty}, about)


def _is_json(path: Path | str) -> bool:
    return Path(path).suffix.lower() == ".json"


def _check_can_be_loaded(network: Network, about: dict[str, Any]) -> None:
    """Refuse now what `load` would refuse later, when the network is gone."""
    try:
        check_kinds(about := json.loads(json.dumps(about)))
        _check_params(network.params, network.params.size)
        _check_names(about["classes"], network.sizes[-1])
    except (TypeError, ValueError) as error:
        raise InputError(f"A model file cannot hold this network: {error}") from error


def load(path: Path | str) -> Network:
    """Read a network that `save` wrote, or a .json file of `tendigits export` or of one of the pages.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    Network
        The same network, bit for bit.

    Raises
    ------
    InputError
        If the file is missing, damaged, or of another kind.
    """
    if _is_json(path):
        with naming(path):
            check_metadata(about := read_json(path))
            parts = about["layers"], about["params"], about["classes"], about["info"]
            return rebuild(*parts, divisor=about["divisor"])
    arrays, about = read_npz(path)
    if about.get("format") != FORMAT:
        raise InputError(f"{path} is not a model: its format is {about.get('format')!r}, not {FORMAT!r}.")
    novelty = {name.removeprefix(NOVELTY): array for name, array in arrays.items() if name.startswith(NOVELTY)}
    with naming(path):
        check_metadata(about)
        divisor = about.get("divisor", PIXELS if "preprocessing" in about["info"] else None)
        parts = about["layers"], arrays["params"], about["classes"], about["info"]
        return rebuild(*parts, novelty or None, divisor=divisor)


def check_classes(classes: Array) -> None:
    """Check that a model file can hold the names of classes, and that there are two.

    Parameters
    ----------
    classes : ndarray, shape (n_classes,)
        The names.

    Raises
    ------
    InputError
        If they are no texts or numbers, dates for example, or there is only one.
    """
    if len(classes) < 2:
        raise InputError(f"There is only one class, {classes[0]}: a network learns to tell two or more apart.")
    strange = [name for name in classes.tolist() if not isinstance(name, str | int | float)]
    if strange:
        raise InputError(
            f"A model file cannot hold classes like {strange[0]} ({classes.dtype}): make them texts first, "
            "labels.astype(str)."
        )


@contextmanager
def naming(path: Path | str) -> Iterator[None]:
    """Name the file in the errors of the block that makes a network of its parts.

    Parameters
    ----------
    path : path-like
        The file.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    InputError
        If the parts do not make a network.
    """
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} holds no valid model: {error}") from error


def rebuild(
    spec: Sequence[Sequence[Any]],
    params: Array,
    classes: Any,
    info: dict[str, Any],
    novelty: dict[str, Array] | None = None,
    kinds: Sequence[type[Layer]] = (),
    divisor: float | None = None,
) -> Network:
    """Make a network, or an ensemble, from its parts.

    Parameters
    ----------
    spec : list of list
        The layers, as `Network.spec` gives them.
    params : ndarray of float, shape (n_params,)
    classes : sequence, length n_classes
    info : dict
    novelty : dict of str to ndarray, optional
    kinds : sequence of type
        Kinds of layers from elsewhere that the spec names: a pickle imports them by listing them.
    divisor : float, optional
        What pixels are divided by.

    Returns
    -------
    Network
        The network.

    Raises
    ------
    InputError
        If the parts do not fit each other.

    """
    n_params = _count(spec)  # before any memory is taken for what a file claims to hold
    _check_params(params, n_params)
    network = _skeleton(spec, params.dtype)
    network.params[...] = params
    if _has_negative_variance(network):
        raise InputError("its parameters contain a negative variance.")
    _check_names(classes, network.sizes[-1])
    network.classes, network.info, network.novelty = np.asarray(classes), dict(info), novelty
    network.divisor = divisor
    return network


def _check_params(params: Array, n_params: int) -> None:
    if params.dtype not in (np.float32, np.float64) or params.shape != (n_params,) or not np.isfinite(params).all():
        raise InputError(f"its layers need {n_params:,} finite floats, and it has {params.shape} of {params.dtype}.")
    if np.abs(params).max(initial=0) > LARGEST:
        raise InputError("its parameters are too large to compute with.")


def _check_names(classes: Sequence[Any], n_out: int) -> None:
    if len(set(classes)) != n_out or len(classes) != n_out:
        raise InputError(f"it names {len(classes)} classes for {n_out} outputs.")


def _has_negative_variance(network: Network) -> bool:
    layers = [layer for member in getattr(network, "members", [network]) for layer in member.layers]
    return any(bool((layer.var < 0).any()) for layer in layers if isinstance(layer, BatchNorm))


def _count(spec: Sequence[Sequence[Any]]) -> int:
    """Count the parameters of the layers that the spec describes. Raises InputError where these do not fit."""
    if spec and spec[0][0] == "Ensemble":
        return sum(_count(member) for member in spec[0][1:])
    layers, _ = checked_layers([_layer(entry) for entry in spec])
    return sum(prod(shape) for layer in layers for shape in layer.shapes.values())


def _skeleton(spec: Sequence[Sequence[Any]], dtype: Any) -> Network:
    """Make the network that the spec describes, all parameters zero."""
    if spec and spec[0][0] == "Ensemble":
        from .ensemble import Ensemble

        return Ensemble([_skeleton(member, dtype) for member in spec[0][1:]])
    return Network([_layer(entry) for entry in spec], seed=None, dtype=dtype)


def _layer(spec: Sequence[Any]) -> Layer:
    """Make a layer from its spec, ["Linear", 784, 128] say."""
    name, *arguments = spec
    if isinstance(name, str) and ":" in name and name not in LAYERS:
        raise InputError(f"it has a layer {name}, which is not known here: import {name.partition(':')[0]} first.")
    is_ours = name in LAYERS and LAYERS[name].__module__.startswith("tendigits.")
    if name not in LAYERS or (is_ours and not all(isinstance(size, int | float) and size >= 0 for size in arguments)):
        raise InputError(f"{spec} is not a layer.")
    return LAYERS[name](*arguments)


def state_of(network: Network) -> dict[str, Any]:
    """Take a network apart, as a pickle, a copy or skops keeps it.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    dict
        The arguments of `rebuild`.
    """
    state: dict[str, Any] = {"spec": network.spec, "params": network.params, "classes": network.classes.tolist()}
    state |= {"info": network.info, "novelty": network.novelty}
    state["divisor"] = network.divisor
    if kinds := _kinds_from_elsewhere(network.spec):
        state["kinds"] = kinds
    return state


def _kinds_from_elsewhere(spec: Any) -> list[type[Layer]]:
    """List the kinds of layers that a spec, however deep, names by where they come from."""
    if isinstance(spec, str):
        return [LAYERS[spec]] if ":" in spec else []
    return [kind for each in spec for kind in _kinds_from_elsewhere(each)] if isinstance(spec, list) else []
