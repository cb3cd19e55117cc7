"""The group of all commands, which turns errors into one sentence."""

import warnings
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import click

from .. import __version__
from .._util.text import printable
from ..errors import DataUnavailable, Diverged, InputError, WorkerFailed
from ..training.parallel.launch import ending_together, let_rank_0_report
from .common import echo
from .hints import EXAMPLES, examples, no_such_option


class BadInput(click.ClickException):
    """A sentence on stderr, and exit status 2."""

    exit_code = 2


class OnDemand(Mapping[str, click.Command]):
    """The commands by name, each imported when it is looked up: to import all of them doubles the time of a start."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in EXAMPLES:
            raise KeyError(name)
        command: click.Command = getattr(import_module(f".{name}", __package__), name)
        command.epilog = examples(name)
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(EXAMPLES)

    def __len__(self) -> int:
        return len(EXAMPLES)

    def __repr__(self) -> str:
        return f"OnDemand({', '.join(self)})"


class Commands(click.Group):
    """The group of commands; it turns errors into one sentence, with status 2 for bad input and 1 for others."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run a command line; if it is that of an MPI rank and fails, so do all ranks."""
        with ending_together():
            return super().main(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("always", UserWarning)
                warnings.showwarning = lambda message, *_, **__: echo(f"Note: {message}", err=True)
                return self._invoked(ctx)
        except click.NoSuchOption as error:
            raise click.UsageError(no_such_option(error), error.ctx) from error
        except InputError as error:
            raise BadInput(printable(error)) from error
        except BrokenPipeError:  # whoever read the output has had enough
            raise
        except MemoryError as error:
            raise click.ClickException(f"Out of memory. {error}".rstrip()) from error
        except (DataUnavailable, Diverged, OSError, WorkerFailed) as error:
            raise click.ClickException(printable(error)) from error

    def _invoked(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception:
            let_rank_0_report()
            raise


@click.group(
    cls=Commands, commands=OnDemand(), context_settings={"show_default": True, "help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__)
def main() -> None:
    """Train and use a neural network, in NumPy only, that reads handwritten digits.

    Begin with `tendigits train`, then `tendigits predict model.npz picture.png`.
    """
