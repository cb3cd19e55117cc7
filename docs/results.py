"""Train every recipe with several seeds, and write what came of it into docs/results.md and its figures.

    python docs/results.py FOLDER [--seeds 5] [--recipe NAME ...] [--qmnist SOURCE] [--usps FILE]

Each run is one `tendigits train --recipe NAME --seed N`, whose model and report stay in FOLDER: what lies there already
is not trained again, so that the work of hours can be done piece by piece. Needs MNIST; the ensemble has one seed, and
is made of the networks of `cnn` where they are there. SOURCE is qmnist or a folder of its files, FILE an .npz with
USPS's test images, uint8, and labels.
"""

import json
import shlex
import subprocess
import sys
from pathlib import Path
from statistics import mean, stdev

import click
import numpy as np
from matplotlib.figure import Figure

from tendigits import Distortion, Network, load, load_mnist
from tendigits.analysis import plots
from tendigits.analysis.calibration import calibration
from tendigits.analysis.evaluate import evaluate
from tendigits.analysis.robustness import robustness
from tendigits.cli.recipes import words
from tendigits.cli.robustness import table as robustness_table
from tendigits.data.dataset import class_index
from tendigits.experiments.seed_stats import mean_interval
from tendigits.images.mnist_format import to_mnist
from tendigits.training.recipes import DISTORTED, RECIPES

DOCS = Path(__file__).parent
DISTURBED = ("plain", "best", "tiny", "cnn", "ensemble")
MEMBERS = RECIPES["ensemble"].options["members"]
GALLERY = 48  # mistakes shown at most
# Test images whose label fewer than three of five people agreed with: Northcutt, Athalye and Mueller, "Pervasive Label
# Errors in Test Sets Destabilize Machine Learning Benchmarks", 2021; their list at github.com/cleanlab/label-errors.
DOUBTFUL = {947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729}


def train(folder, recipe, seed):
    """Train one network, where that has not been done, and return its report."""
    model, report = (folder / f"{recipe}-{seed}.{suffix}" for suffix in ("npz", "json"))
    if not report.exists():
        options = [
            *([] if RECIPES[recipe].data else ["--data", "mnist"]),
            "--recipe",
            recipe,
            "--seed",
            str(seed),
            "--out",
            str(model),
            "--resume",
            "--json",
        ]
        done = subprocess.run(
            [sys.executable, "-m", "tendigits", "train", *options], stdout=subprocess.PIPE, check=True
        )
        report.write_bytes(done.stdout)
    return json.loads(report.read_text())


def join_ensemble(folder):
    """Join the networks of `cnn`, as one run of `ensemble` would, but that each held out other images."""
    networks = [Network.load(folder / f"cnn-{seed}.npz") for seed in range(MEMBERS)]
    reports = [json.loads((folder / f"cnn-{seed}.json").read_text()) for seed in range(MEMBERS)]
    Network.ensemble(networks).save(folder / "ensemble-0.npz")
    seconds = sum(report["seconds"] for report in reports)
    (folder / "ensemble-0.json").write_text(json.dumps(reports[0] | {"seconds": seconds}))


def kept(folder, recipe, dataset):
    """The reports that lie in the folder, by seed, each with what its network says of itself on the test images."""
    found = []
    for path in sorted(folder.glob(f"{recipe}-*.json")):
        if path.stat().st_size:  # a run in progress has written nothing yet
            network = Network.load(path.with_suffix(".npz"))
            evaluation = evaluate(network, dataset.test_images, class_index(dataset.test_labels, network.classes))
            more = {"test_accuracy": evaluation.accuracy, "calibration_error": calibration(evaluation).error}
            found.append(json.loads(path.read_text()) | more | {"parameters": network.params.size})
    return found


def elsewhere(folder, names, qmnist, usps):
    """How the networks of seed 0 read other people's digits: a row for each recipe."""
    sets = {}
    if qmnist:
        data = load(qmnist)
        for name, part in (("the first 10,000", slice(10_000)), ("the other 50,000", slice(10_000, None))):
            sets[f"QMNIST, {name}"] = data.test_images[part], data.test_labels[part]
    if usps:
        with np.load(usps) as arrays:
            sets["USPS, test"] = np.stack([to_mnist(each) for each in arrays["images"]]), arrays["labels"]
    rows = [["recipe", *sets], [":--", *["--:"] * len(sets)]]
    for name in names:
        network = Network.load(folder / f"{name}-0.npz")
        results = [evaluate(network, *pair) for pair in sets.values()]
        rows.append([f"`{name}`", *("{:.2%} ({:.2%} to {:.2%})".format(r.accuracy, *r.interval) for r in results)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def table(reports):
    """One row for each recipe: the mean over its seeds, with what goes with it."""
    header = ["recipe", "parameters", "mean ± sd", "95 % interval of the mean", "seeds", "mistakes"]
    header += ["calibration error", "training, s"]
    rows = [header, [":--", *["--:"] * 7]]
    for recipe, found in reports.items():
        accuracies = [report["test_accuracy"] for report in found]
        interval = mean_interval(accuracies)
        spread = f" ± {stdev(accuracies):.2%}" if len(found) > 1 else ""
        rows.append(
            [
                f"`{recipe}`",
                f"{found[0]['parameters']:,}",
                f"{mean(accuracies):.2%}{spread}",
                "{:.2%} to {:.2%}".format(*interval) if interval else "-",
                str(len(found)),
                f"{10_000 * (1 - mean(accuracies)):.0f}",
                f"{mean(report['calibration_error'] for report in found):.2%}",
                f"{min(report['seconds'] for report in found):.3g}",
            ]
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def commands():
    """The options behind each name."""
    return "\n".join(f"    {name + ':':<10}{shlex.join(words(recipe))}" for name, recipe in RECIPES.items())


def curves(reports):
    """Validation error over the epochs, every seed a line."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    ax = figure.subplots()
    for colour, (recipe, found) in enumerate(reports.items()):
        for report in found:
            history = report["history"]
            share = np.array([record["epoch"] for record in history]) / len(history)
            error = [100 * (1 - record["validation_accuracy"]) for record in history]
            label = f"{recipe}, {len(history)} epochs" if report is found[0] else None
            ax.plot(share, error, color=f"C{colour}", alpha=0.7, linewidth=1, label=label)
    ax.set(yscale="log", xlabel="share of the training done", ylabel="validation error, %")
    ax.grid(alpha=0.3, which="both")
    figure.legend(loc="outside right center", frameon=False)
    return figure


def gallery(network, dataset):
    """The mistakes that remain, the most confident first; a dagger marks a doubtful label."""
    labels = class_index(dataset.test_labels, network.classes)
    evaluation = evaluate(network, dataset.test_images, labels)
    shown = evaluation.mistakes[:GALLERY]
    figure = plots.samples(dataset.test_images, evaluation, shown, columns=12)
    for ax, i in zip(figure.axes, shown, strict=False):
        if int(i) in DOUBTFUL:
            ax.set_title(f"{ax.get_title()} †", color="black", fontsize=10)
    doubtful = sum(int(i) in DOUBTFUL for i in evaluation.mistakes)
    text = f"{len(evaluation.mistakes)} mistakes, {doubtful} of them on images whose label is doubtful (†)."
    return figure, text


def distortions(images):
    """Each kind of distortion alone, and all together, on the same ten digits."""
    alone = {"as it is": {}, **{kind: {kind: DISTORTED[kind]} for kind in DISTORTED}, "all together": DISTORTED}
    figure = Figure(figsize=(9, 0.9 * len(alone)), layout="constrained")
    axes = figure.subplots(len(alone), 11)
    for row, (kind, amounts) in zip(axes, alone.items(), strict=True):
        row[0].text(1, 0.5, kind, ha="right", va="center")
        for ax, image in zip(row[1:], Distortion(**amounts)(images[:10], np.random.default_rng(8)), strict=True):
            ax.imshow(image, cmap="gray_r", vmin=0, vmax=255)
        for ax in row:
            ax.set_axis_off()
    return figure


def write(blocks):
    """Put each text between the two marks of its name in results.md."""
    page = DOCS / "results.md"
    text = page.read_text("utf-8")
    for name, block in blocks.items():
        before, rest = text.split(f"<!-- {name} -->\n")
        after = rest.split(f"<!-- end of {name} -->")[1]
        text = f"{before}<!-- {name} -->\n{block}\n<!-- end of {name} -->{after}"
    page.write_text(text, "utf-8")


@click.command(help=__doc__)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--seeds", type=click.IntRange(min=1), default=5)
@click.option("--recipe", "names", type=click.Choice(list(RECIPES)), multiple=True, default=list(RECIPES))
@click.option("--qmnist", metavar="SOURCE")
@click.option("--usps", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(folder, seeds, names, qmnist, usps):
    """Train, measure, write."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name == "ensemble" and all((folder / f"cnn-{seed}.npz").exists() for seed in range(MEMBERS)):
            join_ensemble(folder)
        for seed in range(1 if name == "ensemble" else seeds):
            train(folder, name, seed)
    dataset = load_mnist()
    reports = {name: found for name in RECIPES if (found := kept(folder, name, dataset))}
    labels = class_index(dataset.test_labels, dataset.classes)
    disturbed = {
        name: robustness(Network.load(folder / f"{name}-0.npz"), dataset.test_images, labels)
        for name in DISTURBED
        if name in reports
    }
    last = list(reports)[-1]
    mistakes, count = gallery(Network.load(folder / f"{last}-0.npz"), dataset)
    single = {name: found for name, found in reports.items() if name != "ensemble"}
    plots.save(curves(single), DOCS / "learning_curves.png")
    plots.save(distortions(dataset.train_images), DOCS / "distortions.png")
    plots.save(mistakes, DOCS / "mistakes.png")
    blocks = {"table": table(reports), "commands": commands(), "mistakes": f"`{last}`, seed 0: {count}"}
    if disturbed:
        plots.save(plots.robustness(disturbed), DOCS / "robustness.png")
        blocks["robustness"] = robustness_table(disturbed)
    if qmnist or usps:
        blocks["elsewhere"] = elsewhere(folder, reports, qmnist, usps)
    write(blocks)


if __name__ == "__main__":
    main()
