"""`tendigits score`: how good a way to train is, with luck taken into account."""

import shlex
from typing import Any

import click

from ..errors import InputError
from ..experiments.seed_stats import Scores, compare
from ..experiments.seed_stats import score as score_seeds
from .common import cluster_option, cluster_or, data_option, echo, json_option, load_data, print_json
from .training_options import as_training, training_options


@click.command()
@data_option
@training_options
@click.option("--seeds", type=click.IntRange(min=1), default=5, help="How many seeds to train with: 0, 1, 2 and so on.")
@click.option(
    "--against",
    metavar="OPTIONS",
    help="Other training options, in quotes, to compare with. Options not named stay the same; if a recipe is named, "
    "the others are the recipe's.",
)
@click.option("--jobs", type=int, default=1, help="Seeds to train at a time; -1 for one on each processor.")
@cluster_option
@json_option
@click.pass_context
def score(
    context: click.Context,
    /,
    data: tuple[str, ...],
    transposed: bool,
    seeds: int,
    against: str | None,
    jobs: int,
    cluster: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Train with several seeds, and report the mean test accuracy, its spread and its interval.

    With --against '--optimizer adam', for example, also train that way, with the same seeds and the same held-out
    images, and say whether the difference is more than luck. A seed that fails is named, and the exit status is 1.
    """
    if jobs == 0:
        raise InputError("--jobs must be a number of processes, or negative to count down from all processors.")
    ways = {"first": as_training(**options)}
    if against is not None:
        ways["second"] = as_training(**_other(context, against, options))
    dataset = load_data(*data, transposed=transposed)
    with cluster_or(jobs, cluster) as workers:
        scores = {name: score_seeds(dataset, seeds=range(seeds), jobs=workers, **way) for name, way in ways.items()}
    if as_json:
        print_json({"data": dataset.name, **_report(scores)})
    else:
        echo("\n".join(_text(scores)))
    failures = [(seed, why) for result in scores.values() for seed, why in result.failures.items()]
    for seed, why in failures:
        echo(f"Seed {seed} failed: {why}", err=True)
    context.exit(1 if failures else 0)


def _other(context: click.Context, text: str, options: dict[str, Any]) -> dict[str, Any]:
    """Read the options of --against; those that it leaves out keep their values."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise InputError(f"--against {text!r} cannot be read: {error}.") from error
    return reader.make_context("--against", words, parent=context, default_map=options).params


@click.command(add_help_option=False)
@training_options
def reader(**_: Any) -> None:
    """Read training options, and do nothing."""


def _report(scores: dict[str, Scores]) -> dict[str, Any]:
    first, *second = map(_figures, scores.values())
    if not second:
        return first
    comparison = compare(*scores.values())
    return first | {
        "against": second[0],
        "difference": {
            "by_seed": comparison.differences,
            "mean": comparison.mean,
            "interval": comparison.interval,
            "p_value": comparison.p_value,
            "verdict": comparison.verdict,
        },
    }


def _figures(scores: Scores) -> dict[str, Any]:
    return {
        "accuracies": scores.accuracies,
        "failures": scores.failures,
        "mean": scores.mean,
        "sd": scores.sd,
        "interval": scores.interval,
    }


def _text(scores: dict[str, Scores]) -> list[str]:
    lines = []
    for name, result in scores.items():
        lines += [f"{name}:"] if len(scores) > 1 else []
        lines += [f"seed {seed}: {accuracy:.2%}" for seed, accuracy in result.accuracies.items()]
        lines += [_mean_line(result)]
    return lines + ([compare(*scores.values()).verdict] if len(scores) > 1 else [])


def _mean_line(scores: Scores) -> str:
    if scores.mean is None:
        return "No seed has a result."
    line = f"Test accuracy: {scores.mean:.2%}"
    if scores.sd is None or scores.interval is None:
        return f"{line} with one seed: train with more to see its spread."
    low, high = scores.interval
    seeds = len(scores.accuracies)
    return f"{line} ± {scores.sd:.2%} over {seeds} seeds (95 % interval of the mean {low:.2%} to {high:.2%})"
