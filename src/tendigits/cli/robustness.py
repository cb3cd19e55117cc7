"""`tendigits robustness`: how well models read disturbed digits."""

from pathlib import Path
from typing import Any

import click

from ..analysis.robustness import robustness as measure
from ..data.dataset import class_index
from .common import echo, given_or_own_data, json_option, load_model, own_data_option, plots_option, print_json

Results = dict[str, dict[str, dict[float, float]]]  # by model, by disturbance, by strength


@click.command()
@click.argument("models", metavar="[MODEL...]", nargs=-1, type=click.Path(path_type=Path))
@own_data_option
@plots_option
@json_option
def robustness(models: tuple[Path, ...], data: str | None, transposed: bool, plots: Path | None, as_json: bool) -> None:
    """Test models on shifted, rotated, scaled, thicker, thinner and noisy digits.

    Without MODEL, test the network that ships with tendigits.
    """
    networks = {str(path): load_model(path) for path in models} or {"pretrained": load_model(None)}
    dataset = given_or_own_data(next(iter(networks.values())), data, transposed)
    results = {
        name: measure(network, dataset.test_images, class_index(dataset.test_labels, network.classes))
        for name, network in networks.items()
    }
    if plots:
        _draw(plots, results)
    if as_json:
        print_json(results)
    else:
        echo(table(results))


def table(results: Results) -> str:
    """Lay results out as a table in Markdown.

    Parameters
    ----------
    results : dict
        {model: {disturbance: {strength: accuracy}}}.

    Returns
    -------
    str
        A row for each strength, a column for each model.
    """
    rows = [["digits", *results], ["---", *("--:" for _ in results)]]
    for disturbance, strengths in next(iter(results.values())).items():
        for strength in strengths:
            title = f"{disturbance} {strength:g}" if strength else disturbance
            rows.append([title, *(f"{found[disturbance][strength]:.2%}" for found in results.values())])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _draw(folder: Path, results: Any) -> None:
    from ..analysis import plots

    folder.mkdir(parents=True, exist_ok=True)
    plots.save(plots.robustness(results), folder / "robustness.png")
