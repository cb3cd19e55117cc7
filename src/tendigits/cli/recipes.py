"""`tendigits recipes`: named ways to train, spelled out."""

import shlex
from collections.abc import Iterator
from typing import Any

import click

from ..training.recipes import RECIPES


@click.command()
def recipes() -> None:
    """List the recipes of `tendigits train --recipe NAME`, each with the options that it stands for."""
    for name, recipe in RECIPES.items():
        click.echo(f"{name}: {recipe.summary}")
        click.echo(f"    tendigits train {shlex.join(words(recipe.options))}")


def words(options: dict[str, Any]) -> Iterator[str]:
    """Spell options as one would type them.

    Parameters
    ----------
    options : dict
        Values by option, with _ for -.

    Yields
    ------
    str
        Each option, and its value.

    Examples
    --------
    >>> " ".join(words({"epochs": 5, "batch_size": 160}))
    '--epochs 5 --batch-size 160'
    """
    for name, value in options.items():
        yield from (f"--{name.replace('_', '-')}", str(value))
