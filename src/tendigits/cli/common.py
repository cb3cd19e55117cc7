"""What several commands share: options, loading data and models, and how a test result is reported."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from .._util.terminal import drop_output
from .._util.text import printable
from ..analysis.evaluate import Evaluation
from ..data.dataset import Dataset
from ..data.join import join
from ..data.load import NAMED, load
from ..data.pictures import SUFFIXES
from ..errors import DataUnavailable, InputError
from ..experiments.cluster import Cluster, connected
from ..models.convert.formats import read
from ..models.pretrained import PATHS, load_pretrained
from ..nn.network import Network

DATA_HELP = (
    "a data set by name (digits, strokes, fashion-mnist, kmnist, qmnist, emnist-letters, …), or a folder or file: four "
    "IDX files, a folder of pictures for each class, what `tendigits collect` makes, Kaggle's CSV, or .npz"
)
NAMES = "auto|NAME|PATH"

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., Any])
model_argument = click.argument("model", required=False, type=click.Path(path_type=Path))
_transposed = click.option(
    "--transposed", is_flag=True, help="The files store images transposed, as EMNIST does: turn them upright."
)


def data_option(command: Command) -> Command:
    """Add --data, which may be repeated, and --transposed to a command.

    Parameters
    ----------
    command : callable
        The function of a command.

    Returns
    -------
    callable
        The same, with the options.
    """
    option = click.option(
        "--data",
        multiple=True,
        default=["auto"],
        metavar=NAMES,
        help=f"{_capital(DATA_HELP)}; or auto: MNIST if available, else digits. Given several times, the first is "
        "validated and tested on, and all are trained on.",
    )
    return option(_transposed(command))


def own_data_option(command: Command) -> Command:
    """Add --data and --transposed to a command that has a model.

    Parameters
    ----------
    command : callable
        The function of a command.

    Returns
    -------
    callable
        The same, with the options.
    """
    option = click.option(
        "--data",
        metavar=NAMES,
        show_default="what the model was trained on",
        help=f"{_capital(DATA_HELP)}; or auto: MNIST if available, else digits.",
    )
    return option(_transposed(command))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


cluster_option = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Train on a Dask cluster: the address of its scheduler, such as tcp://10.0.0.1:8786.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout, and nothing else.")
plots_option = click.option(
    "--plots",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Draw figures into this folder, as PNG.",
)


@contextmanager
def cluster_or(otherwise: T, address: str | None) -> Iterator[Cluster | T]:
    """Connect to the cluster of `--cluster` for the time of the block.

    Parameters
    ----------
    otherwise
        What to yield without one.
    address : str or None
        The address of its scheduler.

    Yields
    ------
    Cluster
        The cluster, or `otherwise`.
    """
    if address is None:
        yield otherwise
        return
    with connected(address) as client:
        yield Cluster(client)


def load_model(path: Path | None, pretrained: str = "hands") -> Network:
    """Load a model.

    Parameters
    ----------
    path : Path or None
        The model file, or the name of a network that ships with the package: hands or reader.
    pretrained : {"hands", "reader"}
        Which one None means.

    Returns
    -------
    Network
        The model.
    """
    if path is None or is_bundled(path):
        return load_pretrained(str(path or pretrained))
    if path.suffix.lower() in SUFFIXES:
        raise InputError(f"{path} is a picture, not a model: to read it, type `tendigits predict {path}`.")
    return read(path)


def is_bundled(path: Path) -> bool:
    """Tell whether a path is the name of a network that ships with the package, and not a file of this name.

    Parameters
    ----------
    path : Path
        The path.

    Returns
    -------
    bool
        Whether it is.
    """
    return str(path) in PATHS and not path.exists()


def echo(text: str, err: bool = False) -> None:
    """Print text, with what a terminal would obey written out.

    Parameters
    ----------
    text : str
        Whatever it holds.
    err : bool, optional
        Whether on stderr.
    """
    click.echo(printable(text), err=err)


def say(text: str, err: bool = False) -> None:
    """Print text for someone who may have left, as `head` does: the work goes on.

    Parameters
    ----------
    text : str
        Whatever it holds.
    err : bool, optional
        Whether on stderr.
    """
    try:
        echo(text, err)
    except BrokenPipeError:
        drop_output(sys.stderr if err else sys.stdout)


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout.

    Parameters
    ----------
    value
        Anything that JSON can hold.
    """
    click.echo(json.dumps(value, indent=1))


def load_data(*sources: str, transposed: bool = False) -> Dataset:
    """Load data by name or from folders, and join them.

    Parameters
    ----------
    *sources : str
        "auto", which is MNIST or, if it cannot be downloaded, the bundled digits, with a line on stderr that says so;
        another name of a data set; or a path.
    transposed : bool, optional
        Whether files store images transposed.

    Returns
    -------
    Dataset
        The data.

    Raises
    ------
    InputError
        If it cannot be used, or no file is named that could be transposed.
    """
    if transposed and set(sources) <= {"auto", *NAMED}:
        raise InputError("--transposed is for files: known data sets are turned upright already.")
    if "auto" not in sources:
        return load(*sources, transposed=transposed)
    return join([_mnist_or_digits() if each == "auto" else load(each, transposed=transposed) for each in sources])


def _mnist_or_digits() -> Dataset:
    try:
        return load("mnist")
    except DataUnavailable:
        echo(
            "MNIST is not available now, so the 1,797 digits bundled with scikit-learn take its place. To get MNIST, "
            "run this once with an internet connection, or name a folder with its four IDX files: --data DIR.",
            err=True,
        )
        return load("digits")


def own_data(network: Network) -> str:
    """Name the data that a model was trained on; of several sources, the first.

    Parameters
    ----------
    network : Network
        The model.

    Returns
    -------
    str
        The name of a data set, such as "mnist".

    Raises
    ------
    InputError
        If it was trained on other data, which only the user can find.
    """
    name = str(network.info.get("data", {}).get("name")).split("+")[0]
    if name not in NAMED:
        raise InputError(f"The model was trained on {name!r}: say with --data where to find it.")
    return name


def given_or_own_data(network: Network, source: str | None, transposed: bool = False) -> Dataset:
    """Load the data of `--data`; without it, what a model was trained on.

    Parameters
    ----------
    network : Network
        The model.
    source : str or None
        The name of a data set, or a path.
    transposed : bool, optional
        Whether files store images transposed.

    Returns
    -------
    Dataset
        The data.

    Raises
    ------
    InputError
        If only the user can find what the model was trained on, as where a folder had the name of a known data set.
    """
    if source:
        return load_data(source, transposed=transposed)
    dataset, noted = load_data(own_data(network), transposed=transposed), network.info["data"]
    if noted["name"] == dataset.name and noted.get("digest", dataset.digest) != dataset.digest:
        raise InputError(
            f"The model was trained on other data than {dataset.name!r}, though of that name: say with --data where to "
            "find it."
        )
    return dataset


def accuracy_line(evaluation: Evaluation) -> str:
    """Report the test accuracy with its interval.

    Parameters
    ----------
    evaluation : Evaluation
        The result of the test.

    Returns
    -------
    str
        One line.
    """
    low, high = evaluation.interval
    return (
        f"Test accuracy: {evaluation.accuracy:.2%} of {len(evaluation.labels):,} images "
        f"(95 % interval {low:.2%} to {high:.2%})"
    )
