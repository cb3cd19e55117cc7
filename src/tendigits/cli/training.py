"""The options that say how to train, for every command that trains."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from ..optim import OPTIMIZERS, SCHEDULES
from ..settings import Settings
from .common import DATA_HELP

DEFAULT = Settings()
RATES = ", ".join(f"{kind.learning_rate:g} for {name}" for name, kind in OPTIMIZERS.items())

data_option = click.option(
    "--data",
    default="auto",
    metavar="auto|mnist|digits|DIR",
    help=f"MNIST; scikit-learn's small digits; {DATA_HELP}; or auto: MNIST if it can be had, else digits.",
)

OPTIONS = [
    click.option(
        "--hidden",
        type=click.IntRange(min=1),
        multiple=True,
        default=[128],
        help="Units of the hidden layer; give it several times for several layers.",
    ),
    click.option("--epochs", type=int, default=DEFAULT.epochs, help="How often to go through the training images."),
    click.option("--batch-size", type=int, default=DEFAULT.batch_size, help="Images per step."),
    click.option(
        "--optimizer",
        type=click.Choice(list(OPTIMIZERS)),
        default=DEFAULT.optimizer,
        help="How gradients move the parameters.",
    ),
    click.option("--learning-rate", type=float, show_default=RATES, help="The highest rate of the schedule."),
    click.option(
        "--momentum", type=float, default=DEFAULT.momentum, help="Velocity kept per step (--optimizer momentum)."
    ),
    click.option("--nesterov/--classical", default=DEFAULT.nesterov, help="Kind of momentum (--optimizer momentum)."),
    click.option(
        "--weight-decay",
        type=float,
        default=DEFAULT.weight_decay,
        help="Share of the weights lost per step, times the learning rate.",
    ),
    click.option(
        "--schedule",
        type=click.Choice(list(SCHEDULES)),
        default=DEFAULT.schedule,
        help="How the learning rate changes from the first step to the last.",
    ),
    click.option(
        "--early-stopping", is_flag=True, help="Stop when validation no longer improves; keep the best weights."
    ),
    click.option("--patience", type=int, default=5, help="Epochs without improvement before --early-stopping stops."),
    click.option(
        "--validation",
        type=int,
        show_default="a twelfth, 5000 of MNIST's 60000",
        help="Training images held out to validate on.",
    ),
    click.option("--dtype", type=click.Choice(["float32", "float64"]), default="float32", help="Precision."),
]

Command = TypeVar("Command", bound=Callable[..., Any])


def training_options(command: Command) -> Command:
    """Add the options to a command; `as_training` makes sense of their values."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def as_training(
    *, hidden: Sequence[int], early_stopping: bool, patience: int, validation: int | None, dtype: str, **options: Any
) -> dict[str, Any]:
    """Turn the values of the options into arguments of `train_and_test`. Raises InputError for impossible ones."""
    settings = Settings(**options, patience=patience if early_stopping else None)
    return {"settings": settings, "hidden": hidden, "n_validation": validation, "dtype": dtype}
