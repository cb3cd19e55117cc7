"""`tendigits recipes`: named ways to train, spelled out."""

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
    """Spell a recipe's options as one would type them.

    Parameters
    ----------
    recipe : Recipe
        Its options have _ for -.

    Yields
    ------
    str
        Each option, and its value.

    Examples
    --------
    >>> " ".join(words(Recipe("", {"epochs": 5, "batch_size": 160}, ("mnist", "digits"))))
    '--data mnist --data digits --epochs 5 --batch-size 160'
    """
    for source in recipe.data:
        yield from ("--data", source)
    for name, value in recipe.options.items():
        yield from (f"--{name.replace('_', '-')}", "none" if value == () else str(value))
