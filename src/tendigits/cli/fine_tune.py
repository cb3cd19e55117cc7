"""`tendigits train --from MODEL`: go on from a trained network."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from ..data.dataset import Dataset
from ..errors import InputError
from ..experiments.fine_tune import OPTIONS, FineTuned, fine_tune, known_data
from ..models.builder import architecture
from ..nn.network import Network
from ..training.run import Callback
from ..training.settings import Settings
from .common import accuracy_line, load_model
from .training_options import OTHER_DEFAULTS

LAYERS = ("hidden", "conv", "dropout", "members", "dtype")


def _take_options(context: click.Context, _: click.Parameter, path: Path | None) -> Path | None:
    """Make the options of fine-tuning the defaults, so that a recipe or options given beside it still count."""
    if path is not None:
        context.meta[OTHER_DEFAULTS] = OPTIONS
        context.default_map = OPTIONS | dict(context.default_map or {})
    return path


from_option = click.option(
    "--from",
    "start",
    type=click.Path(path_type=Path),
    metavar="MODEL",
    is_eager=True,
    callback=_take_options,
    help="Go on from this model, with a lower learning rate, and with images of what it learned from mixed in.",
)


def tuned(
    context: click.Context,
    start: Path,
    dataset: Dataset,
    training: dict[str, Any],
    seed: int,
    say: Callable[[str], None],
    callback: Callback,
) -> FineTuned:
    """Fine-tune a model as the options of `tendigits train` say.

    Parameters
    ----------
    context : click.Context
        Knows which options were given.
    start : Path
        The model file.
    dataset : Dataset
        The new images.
    training : dict
        As `as_training` gives it.
    seed : int
    say : callable
        Prints a line.
    callback : callable
        Called after every epoch.

    Returns
    -------
    FineTuned
        The network, and what it learned and forgot.

    Raises
    ------
    InputError
        If layers are given that the model does not have, or its classes are others than those of the data.
    """
    network = load_model(start)
    _refuse_other_layers(context, network, dataset, training)
    known = known_data(network)
    settings: Settings = training["settings"]
    say(
        f"Going on from {start} with {dataset.name}: {len(dataset.train_labels):,} images, "
        f"{len(dataset.test_labels):,} more to test on; rehearsing {known.name if known else 'nothing'}"
    )
    return fine_tune(
        network, dataset, known, settings, seed=seed, n_validation=training["n_validation"], callbacks=[callback]
    )


def _refuse_other_layers(context: click.Context, network: Network, dataset: Dataset, training: dict[str, Any]) -> None:
    given = [name for name in LAYERS if context.get_parameter_source(name) is not ParameterSource.DEFAULT]
    if not given:
        return
    shape = {name: training[name] for name in ("hidden", "conv", "dropout")}
    layers = architecture(dataset.train_images.shape[1:], len(network.classes), **shape)
    same = [layer.spec for layer in layers] == network.spec and training["members"] == 1
    if not same or training["dtype"] != str(network.dtype):
        raise InputError(
            f"--from keeps the layers of its model ({'-'.join(map(str, network.sizes))}): leave out "
            + ", ".join(f"--{name}" for name in given)
            + ", or train without --from."
        )


def lines(result: FineTuned) -> list[str]:
    """Say what was learned and what was forgotten.

    Parameters
    ----------
    result : FineTuned
        The result.

    Returns
    -------
    list of str
        Lines of text.
    """
    first = f"Before: {result.before.accuracy:.2%} of {len(result.before.labels):,} test images"
    if not result.known:
        return [
            first,
            accuracy_line(result.after),
            "What was forgotten is not known: nothing it learned from was found.",
        ]
    lost = 100 * result.forgotten
    verdict = f"{lost:.2f} points forgotten" if lost > 0 else "nothing forgotten"
    known = (
        f"On {result.known.split('+')[0]}: {result.known_before:.2%} before, {result.known_after:.2%} after: {verdict}"
    )
    return [first, accuracy_line(result.after), known]


def summary(result: FineTuned, out: Path) -> dict[str, Any]:
    """Sum a result up for JSON.

    Parameters
    ----------
    result : FineTuned
        The result.
    out : Path
        The model file.

    Returns
    -------
    dict
        What JSON can hold.
    """
    info = result.network.info
    known = {"forgotten": result.forgotten} if result.known else {}
    return {
        "data": info["data"]["name"],
        "layers": result.network.sizes,
        "epochs": info["training"]["epochs_run"],
        "seconds": info["training"]["seconds"],
        **info["results"],
        **known,
        "model": str(out),
        "history": result.history.records,
    }
