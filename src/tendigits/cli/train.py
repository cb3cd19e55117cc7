"""`tendigits train`: from a data set to a model file; its options are in `training_options`."""

import shlex
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import click

from .._util.files import check_other, check_writable, is_device
from .._util.locks import locked
from ..data.dataset import Dataset
from ..errors import InputError
from ..experiments.train_and_test import Experiment, train_and_test
from ..models.builder import architecture
from ..models.convert.formats import SUFFIXES
from ..nn.network import Network
from ..training.checkpoint import refuse_unfinished
from ..training.history import History
from ..training.interrupts import Stopped
from ..training.parallel.mpi import once_per_node, world
from . import fine_tune
from .common import (
    accuracy_line,
    cluster_option,
    cluster_or,
    data_option,
    json_option,
    load_data,
    load_model,
    plots_option,
    print_json,
)
from .common import say as common_say
from .training_options import as_training, training_options


@click.command()
@data_option
@fine_tune.from_option
@training_options
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, help="Same seed, machine and versions: same model, bit for bit."
)
@click.option(
    "--teacher",
    type=click.Path(path_type=Path),
    help="A trained model whose answers to the training images are learned as well as the labels.",
)
@click.option("--out", type=click.Path(path_type=Path), default="model.npz", help="The model file.")
@click.option("--resume", is_flag=True, help="Continue from the checkpoint beside the model file, if there is one.")
@click.option("--overwrite", is_flag=True, help="Discard the checkpoint of an unfinished run, and begin again.")
@cluster_option
@plots_option
@json_option
@click.pass_context
def train(
    context: click.Context,
    /,
    data: tuple[str, ...],
    transposed: bool,
    start: Path | None,
    seed: int,
    teacher: Path | None,
    out: Path,
    resume: bool,
    overwrite: bool,
    cluster: str | None,
    plots: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Train a network, test it once, and save it.

    Every epoch leaves a checkpoint beside the model (model.npz.checkpoint.npz). After Ctrl-C, or worse, the same
    command with --resume continues from there and ends with the same model, bit for bit.

    Under mpirun all ranks train one network, each on its part of every batch, in place of --workers. With --cluster
    the members of an ensemble are trained on a Dask cluster, each as a whole.

    With --from MODEL it fine-tunes a trained network: this takes seconds, keeps no checkpoints, and reports the
    accuracy on the new data, and on the old, before and after.
    """
    ranks = world()
    _check_together(start, teacher, resume, overwrite, cluster, bool(ranks))
    training = as_training(**options) | {"teacher": load_model(teacher) if teacher else None}
    if ranks and ranks.rank:
        dataset = ranks.once_per_node(lambda: load_data(*data, transposed=transposed))
        train_and_test(dataset, **training, seed=seed, progress=False, team=ranks)
        return None
    say = partial(common_say, err=as_json)
    _check_suffix(out)
    check_writable(out)
    check_other(out, data)
    if plots:
        plots.mkdir(parents=True, exist_ok=True)
    checkpoint = None if start or cluster else _checkpoint_beside(out)
    with locked(out) if checkpoint else nullcontext():
        if checkpoint and not (resume or overwrite):
            _keep_unfinished(checkpoint, out)
        dataset = once_per_node(ranks, lambda: load_data(*data, transposed=transposed))
        if start:
            return _go_on(context, start, dataset, training, seed, out, plots, as_json, say)
        say(_plan(dataset, **{name: training[name] for name in ("hidden", "conv", "dropout")}))
        try:
            with cluster_or(None, cluster) as workers:
                result = train_and_test(
                    dataset,
                    **training,
                    seed=seed,
                    checkpoint=checkpoint,
                    resume=resume,
                    overwrite=overwrite,
                    team=ranks,
                    cluster=workers,
                    callbacks=[partial(_epoch_line, say, training["settings"].epochs, training["members"], [])],
                )
        except KeyboardInterrupt as error:
            raise click.ClickException(_interrupted(error, checkpoint)) from None
        result.network.info["command"] = shlex.join(["tendigits", *sys.argv[1:]])
        result.network.save(out)
    say(accuracy_line(result.evaluation))
    say(f"Saved {out}")
    if as_json:
        print_json(_summary(result, out))
    if plots:
        _draw(plots, result, dataset)


def _check_together(
    start: Path | None, teacher: Path | None, resume: bool, overwrite: bool, cluster: str | None, has_ranks: bool
) -> None:
    """Refuse options that exclude each other."""
    if start and resume:
        raise click.UsageError("--resume has nothing to continue with --from, which takes seconds: run it again.")
    if start and teacher:
        raise click.UsageError("--from goes on with the labels alone: leave out --teacher.")
    if resume and overwrite:
        raise click.UsageError("--resume and --overwrite exclude each other.")
    if cluster and (start or resume):
        raise click.UsageError(
            f"--cluster keeps no checkpoints, and does not go with {'--from' if start else '--resume'}."
        )
    if has_ranks and cluster:
        raise InputError("mpirun and --cluster are two ways to share the work: use one of them.")
    if has_ranks and start:
        raise InputError("--from takes seconds, which several MPI ranks would not shorten: run it without mpirun.")


def _check_suffix(out: Path) -> None:
    """Refuse a model file with the name of another format, before an hour of training."""
    for to, suffix in SUFFIXES.items():
        if out.suffix.lower() == suffix:
            raise InputError(
                f"A model is saved as .npz, and not {out.name}: train with --out {out.stem}.npz, and then type "
                f"`tendigits export {out.stem}.npz --to {to}`."
            )


def _go_on(
    context: click.Context,
    start: Path,
    dataset: Dataset,
    training: dict[str, Any],
    seed: int,
    out: Path,
    plots: Path | None,
    as_json: bool,
    say: Callable[[str], None],
) -> None:
    """Fine-tune, save, and report."""
    callback = partial(_epoch_line, say, training["settings"].epochs, 1, [])
    result = fine_tune.tuned(context, start, dataset, training, seed, say, callback)
    result.network.info["command"] = shlex.join(["tendigits", *sys.argv[1:]])
    result.network.save(out)
    say("\n".join([*fine_tune.lines(result), f"Saved {out}"]))
    if as_json:
        print_json(fine_tune.summary(result, out))
    if plots:
        _draw(plots, Experiment(result.network, [result.history], result.after), dataset)


def _checkpoint_beside(out: Path) -> Path | None:
    """Name the checkpoint; there is none beside a device or a pipe."""
    return None if is_device(out) else out.with_name(f"{out.name}.checkpoint.npz")


def _keep_unfinished(checkpoint: Path, out: Path) -> None:
    """Raise InputError if there is a checkpoint whose model was never written: it holds work that would be lost."""
    if checkpoint.exists() and not (out.exists() and out.stat().st_mtime_ns >= checkpoint.stat().st_mtime_ns):
        refuse_unfinished(checkpoint)


def _interrupted(error: KeyboardInterrupt, checkpoint: Path | None) -> str:
    """Say what is kept."""
    if not checkpoint or not checkpoint.exists():
        return "Interrupted before the first checkpoint: nothing is kept."
    kept = "All is kept" if isinstance(error, Stopped) else "All up to the last checkpoint is kept"
    return f"Interrupted. {kept}; go on with: {_resume_command()}"


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
    arguments = [each for each in sys.argv[1:] if each not in ("--resume", "--overwrite")]
    return shlex.join(["tendigits", *arguments, "--resume"])


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
