"""`tendigits recipes`: the named ways to train, in full."""

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
        data = (word for source in recipe.data for word in ("--data", source))
        click.echo(f"    tendigits train {shlex.join([*data, *words(recipe.options)])}")


def words(options: dict[str, Any]) -> Iterator[str]:
    """Spell options as one would type them."""
    for name, value in options.items():
        yield from (f"--{name.replace('_', '-')}", str(value))
