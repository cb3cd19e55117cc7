"""`tendigits evaluate`: how good a model is, and where it is wrong."""

from pathlib import Path
from typing import Any

import click
import numpy as np

from ..analysis.calibration import calibration
from ..analysis.evaluate import Evaluation
from ..analysis.evaluate import evaluate as evaluate_network
from ..data.dataset import Dataset, class_index
from ..errors import InputError
from .common import (
    accuracy_line,
    echo,
    given_or_own_data,
    json_option,
    load_model,
    model_argument,
    own_data_option,
    plots_option,
    print_json,
)

WORST = 10  # mistakes listed


@click.command()
@model_argument
@own_data_option
@click.option(
    "--by", type=click.Choice(["writer"]), help="List the accuracy by who wrote the images, where that is known."
)
@plots_option
@json_option
def evaluate(
    model: Path | None, data: str | None, transposed: bool, by: str | None, plots: Path | None, as_json: bool
) -> None:
    """Test a model: accuracy with its interval, every class, the confusion matrix, the most confident mistakes.

    Without MODEL, test the network that ships with tendigits.
    """
    network = load_model(model)
    dataset = given_or_own_data(network, data, transposed)
    if by and dataset.test_writers is None:
        raise InputError(f"{dataset.name} does not say who wrote its images: leave out --by writer.")
    labels = class_index(dataset.test_labels, network.classes)
    evaluation = evaluate_network(network, dataset.test_images, labels)
    if plots:
        _draw(plots, evaluation, dataset)
    if as_json:
        print_json(_report(evaluation, dataset) | ({"writers": _by_writer(evaluation, dataset)} if by else {}))
    else:
        echo("\n".join([_text(evaluation), *(_writer_lines(_by_writer(evaluation, dataset)) if by else [])]))


def _report(evaluation: Evaluation, dataset: Dataset) -> dict[str, Any]:
    return {
        "data": dataset.name,
        "images": len(evaluation.labels),
        "accuracy": evaluation.accuracy,
        "interval": list(evaluation.interval),
        "calibration_error": calibration(evaluation).error,
        "classes": evaluation.per_class(),
        "confusion": evaluation.confusion.tolist(),
        "mistakes": [_mistake(evaluation, i) for i in evaluation.mistakes[:WORST]],
    }


def _by_writer(evaluation: Evaluation, dataset: Dataset) -> list[dict[str, Any]]:
    writers, right = np.asarray(dataset.test_writers), evaluation.predicted == evaluation.labels
    rows = [(str(name), right[writers == name]) for name in np.unique(writers)]
    return [{"writer": name or "unknown", "images": len(each), "accuracy": float(each.mean())} for name, each in rows]


def _writer_lines(rows: list[dict[str, Any]]) -> list[str]:
    width = max(6, *(len(row["writer"]) for row in rows))
    lines = [f"{row['writer']:<{width}} {row['images']:7,} {row['accuracy']:9.2%}" for row in rows]
    return ["", f"{'writer':<{width}}  images  accuracy", *lines]


def _mistake(evaluation: Evaluation, i: int) -> dict[str, Any]:
    guess = evaluation.predicted[i]
    return {
        "image": int(i),
        "is": evaluation.classes[evaluation.labels[i]].item(),
        "read_as": evaluation.classes[guess].item(),
        "probability": float(evaluation.probabilities[i, guess]),
    }


def _text(evaluation: Evaluation) -> str:
    calibrated = f"calibration error {calibration(evaluation).error:.2%}: how far its probabilities are from the truth"
    lines = [accuracy_line(evaluation), calibrated, "", "class  precision  recall     F1  images"]
    for row in evaluation.per_class():
        lines.append(
            f"{row['class']:>5}  {row['precision']:9.2%} {row['recall']:7.2%} {row['f1']:6.2%}  {row['images']:6}"
        )
    lines += ["", "confusion: a row for each class, a column for what it was read as", *_matrix(evaluation)]
    lines += ["", "most confident mistakes"]
    for m in (_mistake(evaluation, i) for i in evaluation.mistakes[:WORST]):
        lines.append(f"  image {m['image']:5}: {m['is']} read as {m['read_as']} ({m['probability']:.2%})")
    return "\n".join(lines)


def _matrix(evaluation: Evaluation) -> list[str]:
    width = max(5, len(str(evaluation.confusion.max())) + 1)
    rows = [evaluation.classes, *evaluation.confusion]
    names = ["", *evaluation.classes]
    return [f"{name:>5} " + "".join(f"{n:>{width}}" for n in row) for name, row in zip(names, rows, strict=True)]


def _draw(folder: Path, evaluation: Evaluation, dataset: Dataset) -> None:
    from ..analysis import plots

    folder.mkdir(parents=True, exist_ok=True)
    shown = plots.right_and_wrong(evaluation)
    plots.save(plots.samples(dataset.test_images, evaluation, shown), folder / "samples.png")
    plots.save(plots.confusion_matrix(evaluation), folder / "confusion.png")
    plots.save(plots.reliability(calibration(evaluation)), folder / "reliability.png")
