"""Figures: each function takes data and returns a matplotlib Figure, which `save` writes.

They are made without pyplot, so that drawing needs no screen and leaves no state behind.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from .._util.arrays import Array
from .._util.files import replacing
from ..nn.network import Network
from ..training.history import History
from .calibration import Calibration
from .evaluate import Evaluation

RIGHT, WRONG = "#0072b2", "#d55e00"  # blue and vermilion: told apart also by the colour-blind


def save(figure: Figure, path: Path | str) -> None:
    """Write a figure as PNG, all or nothing.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    path : path-like
        The file.
    """
    with replacing(path) as file:
        figure.savefig(file, format="png", dpi=120)


def samples(images: Array, evaluation: Evaluation, index: Sequence[int] | Array, columns: int = 8) -> Figure:
    """Draw images, each with the class it was read as and, if that is wrong, the right one.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, h, w)
        The images.
    evaluation : Evaluation
        How a network read them.
    index : sequence of int
        Which of them to draw.
    columns : int, optional
        Images in a row.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    rows = max(1, -(-len(index) // columns))
    figure = Figure(figsize=(1.15 * columns, 1.5 * rows), layout="constrained")
    axes = np.ravel(figure.subplots(rows, columns, squeeze=False))
    for ax, i in zip(axes, index, strict=False):
        ax.imshow(images[i], cmap="gray_r", vmin=0, vmax=255)
        _title(ax, evaluation, int(i))
    for ax in axes:
        ax.set_axis_off()
    return figure


def _title(ax: Any, evaluation: Evaluation, i: int) -> None:
    guess, truth = evaluation.predicted[i], evaluation.labels[i]
    name, sure = evaluation.classes[guess], evaluation.probabilities[i, guess]
    if guess == truth:
        ax.set_title(f"{name}\n{sure:.1%}", color=RIGHT, fontsize=10)
    else:
        ax.set_title(f"{name}, is {evaluation.classes[truth]}\n{sure:.1%}", color=WRONG, fontsize=10)


def right_and_wrong(evaluation: Evaluation, n: int = 16) -> list[int]:
    """Choose images to show: half of them read correctly, half the most confident mistakes.

    Parameters
    ----------
    evaluation : Evaluation
        How a network read the images.
    n : int, optional
        How many to choose.

    Returns
    -------
    list of int
        Positions of the images; where there are fewer mistakes, more that are right.
    """
    wrong = evaluation.mistakes[: n // 2].tolist()
    right = np.flatnonzero(evaluation.predicted == evaluation.labels)[: n - len(wrong)].tolist()
    return [*right, *wrong]


def learning_curves(history: History) -> Figure:
    """Draw loss and accuracy over the epochs, in training and, if there was any, in validation.

    Parameters
    ----------
    history : History
        What a training run recorded.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    for ax, name in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        for part, colour, style in (("train", RIGHT, "-"), ("validation", WRONG, "--")):
            if f"{part}_{name}" in history.last:
                ax.plot(history["epoch"], history[f"{part}_{name}"], style, color=colour, label=part, marker=".")
        ax.set(xlabel="epoch", title="loss (nats)" if name == "loss" else name)
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.grid(alpha=0.3)
        ax.legend(frameon=False)
    return figure


def confusion_matrix(evaluation: Evaluation) -> Figure:
    """Draw the confusion matrix; only the mistakes are shaded, or the diagonal would outshine them.

    Parameters
    ----------
    evaluation : Evaluation
        How a network read images.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    counts, names = evaluation.confusion, [str(name) for name in evaluation.classes]
    mistakes = np.where(np.eye(len(counts), dtype=bool), 0, counts)
    side = max(4.5, 0.5 * len(names) + 1)
    figure = Figure(figsize=(side, side), layout="constrained")
    ax = figure.subplots()
    ax.imshow(mistakes, cmap="Oranges", vmin=0, vmax=max(1, mistakes.max()) * 1.3)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            ax.text(
                column,
                row,
                count,
                ha="center",
                va="center",
                fontsize=8,
                color=RIGHT if row == column else "black",
            )
    ax.set_xticks(range(len(names)), names)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlabel="read as", ylabel="is", title=f"{evaluation.accuracy:.2%} of {len(evaluation.labels):,} images")
    return figure


def reliability(calibration: Calibration) -> Figure:
    """Draw how often answers are right against how sure the network was of them, and how many there are of each.

    Parameters
    ----------
    calibration : Calibration
        The answers, bin by bin.

    Returns
    -------
    matplotlib.figure.Figure
        The figure; on the diagonal, answers are right as often as the network says.
    """
    figure = Figure(figsize=(5, 5.5), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    there, bins = calibration.counts > 0, len(calibration.counts)
    above.plot([0, 1], [0, 1], color="gray", linewidth=1)
    above.plot(calibration.confidence[there], calibration.accuracy[there], "o-", markersize=4)
    above.set(ylabel="share that is right", title=f"expected calibration error {calibration.error:.2%}")
    below.bar((np.arange(bins) + 0.5) / bins, calibration.counts, width=0.9 / bins)
    below.set(yscale="symlog", xlabel="probability of the answer", ylabel="answers")
    for ax in (above, below):
        ax.grid(alpha=0.3)
    return figure


def first_layer(network: Network, shape: tuple[int, int], columns: int = 16) -> Figure:
    """Draw the weights of each unit of the first layer as a picture: red where ink excites it, blue where it inhibits.

    Parameters
    ----------
    network : Network
        A network that begins with a Linear layer.
    shape : tuple of int
        Height and width of an image.
    columns : int, optional
        Pictures in a row; of more than 256 units the first 256 are drawn.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    W = network.weights[0]
    units = min(W.shape[1], 256)
    rows = -(-units // columns)
    figure = Figure(figsize=(0.62 * columns, 0.62 * rows), layout="constrained")
    axes = np.ravel(figure.subplots(rows, columns, squeeze=False))
    limit = float(np.quantile(np.abs(W), 0.998)) or 1.0
    for ax, weights in zip(axes, W.T, strict=False):
        ax.imshow(weights.reshape(shape), cmap="RdBu_r", vmin=-limit, vmax=limit)
    for ax in axes:
        ax.set_axis_off()
    return figure


def robustness(results: Mapping[str, Mapping[str, Mapping[float, float]]]) -> Figure:
    """Draw the accuracy of models under each disturbance.

    Parameters
    ----------
    results : mapping of str to mapping
        For each model by its name, what `tendigits.analysis.robustness.robustness` returned.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    disturbances = [name for name in next(iter(results.values())) if name != "as they are"]
    figure = Figure(figsize=(10, 5.6), layout="constrained")
    axes = figure.subplots(2, 3, sharey=True)
    for ax, name in zip(np.ravel(axes), disturbances, strict=True):
        for (model, found), style in zip(results.items(), cycle(("o-", "s--", "^:", "d-."))):
            start = 1.0 if name == "scaled to" else 0.0
            points = sorted({start: found["as they are"][0.0], **found[name]}.items())
            ax.plot(*zip(*points, strict=True), style, label=model, markersize=4)
        ax.set(title=name)
        ax.grid(alpha=0.3)
    axes[0, 0].legend(frameon=False)
    axes[0, 0].set(ylabel="accuracy")
    axes[1, 0].set(ylabel="accuracy")
    return figure
