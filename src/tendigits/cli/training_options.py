"""The options that say how to train, for every command that trains."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from ..nn.optimizers import OPTIMIZERS
from ..nn.schedules import SCHEDULES
from ..training.recipes import RECIPES, named, training
from ..training.settings import Settings

DEFAULT = Settings()
OTHER_DEFAULTS = "tendigits.defaults"  # where a context keeps defaults that a recipe does not replace
DISTORTIONS = {
    "rotation": "Rotate each image, differently each time, by up to this many degrees.",
    "scaling": "Scale it along each axis by up to this share.",
    "shear": "Shear it along each axis by up to this share.",
    "translation": "Move it by up to this many pixels.",
    "elastic": "Bend it: move every pixel by about this many pixels.",
    "smoothness": "Length scale of the bending, in pixels.",
    "thinning": "Thin the strokes of one image in eight by up to this many pixels.",
    "noise": "Cover one image in eight with noise, of a standard deviation up to this share of white.",
}
RATES = ", ".join(f"{kind.learning_rate:g} for {name}" for name, kind in OPTIMIZERS.items())


def _take_recipe(context: click.Context, _: click.Parameter, name: str | None) -> None:
    """Make a recipe's options the defaults, so that options given beside it still count."""
    if name:
        recipe = named(name)
        others = context.meta.get(OTHER_DEFAULTS, {})
        context.default_map = others | recipe.options | ({"data": recipe.data} if recipe.data else {})


class Widths(click.ParamType):  # type: ignore[type-arg] # generic only since click 8.2
    """Widths of layers: "128", or several as "128,64", or "none"."""

    name = "integers"

    def __repr__(self) -> str:
        return "Widths()"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Turn a text into widths, each at least 1."""
        if isinstance(value, tuple):  # a default, which is none where all options are given again
            return value
        if value == "none":
            return ()
        words = [word for word in str(value).strip("()[] ").replace(" ", ",").split(",") if word]
        if not words or not all(word.isdecimal() and int(word) for word in words):
            self.fail(f"{value!r} is not a layer's width: give whole numbers, such as 128 or 128,64.", param, ctx)
        return tuple(map(int, words))


OPTIONS = [
    click.option(
        "--recipe",
        metavar="|".join(RECIPES),
        is_eager=True,
        expose_value=False,
        callback=_take_recipe,
        help="A named set of the options below, listed by `tendigits recipes`; options given beside it win.",
    ),
    click.option(
        "--conv",
        default="",
        metavar="TEXT",
        help='Convolutions before the hidden layer: "24x5 pool" is 24 kernels of 5×5 and a maximum over 2×2.',
    ),
    click.option(
        "--hidden",
        type=Widths(),
        multiple=True,
        default=["128"],
        help="Units of the hidden layer; 128,64 for several layers, none for none.",
    ),
    click.option("--dropout", type=float, default=0.0, help="Share of each hidden layer left out in training."),
    click.option("--members", type=click.IntRange(min=1), default=1, help="Networks to train and join in an ensemble."),
    click.option("--epochs", type=int, default=DEFAULT.epochs, help="Passes through the training images."),
    click.option("--batch-size", type=int, default=DEFAULT.batch_size, help="Images per step."),
    click.option(
        "--optimizer",
        type=click.Choice(list(OPTIMIZERS), case_sensitive=False),
        default=DEFAULT.optimizer,
        help="Rule by which gradients update the parameters.",
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
        help="Each step shrinks the weights by this times the learning rate.",
    ),
    click.option(
        "--schedule",
        type=click.Choice(list(SCHEDULES), case_sensitive=False),
        default=DEFAULT.schedule,
        help="How the learning rate changes from the first step to the last.",
    ),
    *(
        click.option(f"--{name}", type=float, default=getattr(DEFAULT.distortion, name), help=help)
        for name, help in DISTORTIONS.items()
    ),
    click.option(
        "--workers",
        type=int,
        default=DEFAULT.workers,
        help="Processes that share the work on each batch; threads on systems other than Linux.",
    ),
    click.option(
        "--components",
        type=int,
        help="Train on this many principal components of the images, folded into an ordinary network afterwards.",
    ),
    click.option("--early-stopping", is_flag=True, help="Stop when validation stops improving; keep the best weights."),
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
    """Add the options to a command; `as_training` understands their values.

    Parameters
    ----------
    command : callable
        The function of a command.

    Returns
    -------
    callable
        The same, with the options.
    """
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def as_training(*, early_stopping: bool, patience: int, validation: int | None, **options: Any) -> dict[str, Any]:
    """Turn the values of the options into arguments of `train_and_test`.

    Parameters
    ----------
    early_stopping, patience, validation, **options
        The values of OPTIONS.

    Returns
    -------
    dict
        The arguments.

    Raises
    ------
    InputError
        If a value is impossible.
    """
    options["hidden"] = tuple(width for widths in options["hidden"] for width in widths)
    return training(**options, patience=patience if early_stopping else None) | {"n_validation": validation}
