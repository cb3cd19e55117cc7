"""`tendigits info`: what a model is, and how it was made."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ..models.pretrained import PATHS
from ..nn.network import Network
from .common import echo, json_option, load_model, model_argument, print_json


@click.command()
@model_argument
@json_option
def info(model: Path | None, as_json: bool) -> None:
    """Show a model's layers and parameter count, how and on what data it was trained, and with which versions.

    Without MODEL, show those of the network that ships with tendigits.
    """
    network = load_model(model)
    facts = {
        "model": str(model or PATHS["hands"]),
        "layers": network.spec,
        "sizes": network.sizes,
        "parameters": network.params.size,
        "dtype": str(network.dtype),
        "classes": network.classes.tolist(),
        **network.info,
    }
    if as_json:
        print_json(facts)
    else:
        echo("\n".join(_lines(facts | {"layers": _layers(network)})))


def _layers(network: Network) -> str:
    return " → ".join(" ".join(map(str, spec)) for spec in network.spec)


def _lines(facts: dict[str, Any], indent: str = "") -> Iterator[str]:
    for name, value in facts.items():
        if isinstance(value, dict):
            yield f"{indent}{name}"
            yield from _lines(value, indent + "  ")
        else:
            yield f"{indent}{name:<{22 - len(indent)}}{_words(value)}"


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
