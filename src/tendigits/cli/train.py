"""`tendigits train`: from a data set to a model file."""

import shlex
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from .._util.files import check_writable
from ..data.dataset import Dataset
from ..experiments.train_and_test import Experiment, train_and_test
from ..models.builder import architecture
from ..nn.network import Network
from ..training.history import History
from .common import accuracy_line, data_option, json_option, load_data, plots_option, print_json
from .training import as_training, training_options


@click.command()
@data_option
@training_options
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, help="Same seed, machine and versions: same model, bit for bit."
)
@click.option("--out", type=click.Path(path_type=Path), default="model.npz", help="The model file.")
@click.option("--resume", is_flag=True, help="Continue from the checkpoint beside the model file, if there is one.")
@plots_option
@json_option
def train(
    data: tuple[str, ...],
    seed: int,
    out: Path,
    resume: bool,
    plots: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Train a network, test it once, and save it.

    Every epoch leaves a checkpoint beside the model (model.checkpoint.npz). After Ctrl-C, or worse, the same command
    with --resume continues from there and ends with the same model, bit for bit.
    """
    training = as_training(**options)
    say = partial(click.echo, err=as_json)
    check_writable(out)
    if plots:
        plots.mkdir(parents=True, exist_ok=True)
    dataset = load_data(*data)
    say(_plan(dataset, **{name: training[name] for name in ("hidden", "conv", "dropout")}))
    try:
        result = train_and_test(
            dataset,
            **training,
            seed=seed,
            checkpoint=out.with_suffix(".checkpoint.npz"),
            resume=resume,
            callbacks=[partial(_epoch_line, say, training["settings"].epochs, training["members"], [])],
        )
    except KeyboardInterrupt:
        raise click.ClickException(f"Interrupted. All is kept; go on with: {_resume_command()}") from None
    result.network.info["command"] = shlex.join(["tendigits", *sys.argv[1:]])
    result.network.save(out)
    say(accuracy_line(result.evaluation))
    say(f"Saved {out}")
    if as_json:
        print_json(_summary(result, out))
    if plots:
        _draw(plots, result, dataset)


def _plan(dataset: Dataset, **shape: Any) -> str:
    network = Network(architecture(dataset.train_images.shape[1:], len(dataset.classes), **shape), seed=None)
    return (
        f"Training {'-'.join(map(str, network.sizes))} on {dataset.name}: "
        f"{len(dataset.train_images):,} images, {len(dataset.test_images):,} more to test on"
    )


def _epoch_line(
    say: Callable[[str], None], epochs: int, members: int, finished: list[Network], network: Network, history: History
) -> None:
    """Report an epoch. `finished` collects the members of an ensemble that are done."""
    record = history.last
    member = f"member {len(finished) + 1}/{members}  " if members > 1 else ""
    epochs_left = epochs - len(history) + epochs * (members - len(finished) - 1)
    say(
        f"{member}epoch {record['epoch']:{len(str(epochs))}}/{epochs}  "
        f"loss {record['train_loss']:.4f}  accuracy {record['train_accuracy']:7.2%}  "
        f"validation loss {record['validation_loss']:.4f}  accuracy {record['validation_accuracy']:7.2%}  "
        f"{record['seconds']:.1f} s{_time_left(epochs_left * sum(history['seconds']) / len(history))}"
    )
    if len(history) == epochs:
        finished.append(network)


def _time_left(seconds: float) -> str:
    """Say how long the remaining epochs will take, if that is a minute or more."""
    return f", {seconds / 60:.0f} min left" if seconds >= 60 else ""


def _resume_command() -> str:
    arguments = sys.argv[1:] if "--resume" in sys.argv else [*sys.argv[1:], "--resume"]
    return shlex.join(["tendigits", *arguments])


def _summary(result: Experiment, out: Path) -> dict[str, Any]:
    info = result.network.info
    return {
        "data": info["data"]["name"],
        "layers": result.network.sizes,
        "epochs": info["training"]["epochs_run"],
        "seconds": info["training"]["seconds"],
        **info["results"],
        "model": str(out),
        "history": result.history.records,
    }


def _draw(folder: Path, result: Experiment, dataset: Dataset) -> None:
    from ..analysis import plots

    evaluation, images = result.evaluation, dataset.test_images
    shown = plots.right_and_wrong(evaluation)
    plots.save(plots.samples(images, evaluation, shown), folder / "samples.png")
    plots.save(plots.learning_curves(result.history), folder / "learning_curves.png")
    plots.save(plots.confusion_matrix(evaluation), folder / "confusion.png")
    if result.network.spec[0][0] == "Linear":
        plots.save(plots.first_layer(result.network, images[0].shape), folder / "first_layer.png")
    result.history.save(folder / "history.csv")
