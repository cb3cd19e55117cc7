"""`tendigits recipes`: the named ways to train, in full."""

import shlex
from collections.abc import Iterator

import click

from ..training.recipes import RECIPES, Recipe


@click.command()
def recipes() -> None:
    """List the recipes of `tendigits train --recipe NAME`, each with the options that it stands for."""
    for name, recipe in RECIPES.items():
        click.echo(f"{name}: {recipe.summary}")
        click.echo(f"    tendigits train {shlex.join(words(recipe))}")


def words(recipe: Recipe) -> Iterator[str]:
    """Spell a recipe's options as one would type them."""
    for source in recipe.data:
        yield from ("--data", source)
    for name, value in recipe.options.items():
        yield from (f"--{name.replace('_', '-')}", str(value))
