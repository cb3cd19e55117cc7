"""What several commands share: options, the data by name, and how a test result is told."""

import json
from pathlib import Path
from typing import Any

import click

from ..analysis.evaluate import Evaluation
from ..data.dataset import Dataset
from ..data.load import load
from ..errors import DataUnavailable, InputError
from ..models.pretrained import load_pretrained
from ..nn.network import Network

DATA_HELP = "a folder of four IDX files, gzipped or not (MNIST, Fashion-MNIST, KMNIST, EMNIST)"

model_argument = click.argument("model", required=False, type=click.Path(path_type=Path))
data_option = click.option(
    "--data",
    default="auto",
    metavar="auto|mnist|digits|DIR",
    help=f"MNIST; scikit-learn's small digits; {DATA_HELP}; or auto: MNIST if it can be had, else digits.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout, and nothing else.")
own_data_option = click.option(
    "--data",
    metavar="auto|mnist|digits|DIR",
    show_default="what the model was trained on",
    help=f"MNIST; scikit-learn's small digits; {DATA_HELP}; or auto: MNIST if it can be had, else digits.",
)
plots_option = click.option(
    "--plots",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Draw figures into this folder, as PNG.",
)


def load_model(path: Path | None) -> Network:
    """Load a model file, or else the network that ships with the package."""
    return Network.load(path) if path else load_pretrained()


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout."""
    click.echo(json.dumps(value, indent=1))


def load_data(source: str) -> Dataset:
    """Load data by name or folder; "auto" is MNIST, or the bundled digits, said in one line, where it can't be had."""
    if source != "auto":
        return load(source)
    try:
        return load("mnist")
    except DataUnavailable:
        click.echo(
            "MNIST cannot be had just now, so the 1,797 digits bundled with scikit-learn take its place. To get MNIST, "
            "run this once with a connection to the internet, or give a folder with its four IDX files: --data DIR.",
            err=True,
        )
        return load("digits")


def own_data(network: Network) -> str:
    """Name the data that a model was trained on. Raises InputError where it lies in a folder."""
    name = str(network.info.get("data", {}).get("name"))
    if name not in ("mnist", "digits"):
        raise InputError(f"The model was trained on {name!r}: say with --data where that lies.")
    return name


def accuracy_line(evaluation: Evaluation) -> str:
    """Say the test accuracy with its interval, in one line."""
    low, high = evaluation.interval
    return (
        f"Test accuracy: {evaluation.accuracy:.2%} of {len(evaluation.labels):,} images "
        f"(95 % interval {low:.2%} to {high:.2%})"
    )
