"""`tendigits completion`: what a shell needs to complete commands and options."""

import click
from click.shell_completion import get_completion_class

SHELLS = {"bash": "~/.bashrc", "zsh": "~/.zshrc", "fish": "~/.config/fish/completions/tendigits.fish"}


@click.command()
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script that completes commands and options in your shell.

    Let the shell read it at its start: `tendigits completion bash >> ~/.bashrc`, `tendigits completion zsh >>
    ~/.zshrc`, or `tendigits completion fish > ~/.config/fish/completions/tendigits.fish`.
    """
    kind = get_completion_class(shell)
    assert kind is not None  # of the three that click knows
    click.echo(kind(context.find_root().command, {}, "tendigits", "_TENDIGITS_COMPLETE").source())
