"""`python -m benchmarks speedrun`: how long it takes, from the start of a process, to a saved model of some accuracy.

An entry is a command that reads MNIST's training images, saves a model and prints its `Test accuracy: 98.12%`. It is
run with as many seeds as asked for, and has reached a bar if the *mean* of its accuracies has. RECORDS.md holds the
rules.
"""

import json
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import mean, median
from typing import Any

import click
import numpy as np

from . import problem
from .cold import SCRIPTS, Broken, run
from .machine import describe
from .report import duration, say, table

BARS = (97.0, 98.0, 99.0, 99.5)  # per cent of the test images
SIZE, PRODUCTS = 1024, 50  # the reference: products of two square matrices of float32


@dataclass(frozen=True)
class Entry:
    """Who runs, what for, and how: a command that lacks its seed, and the modules it needs."""

    name: str
    bar: float
    command: Sequence[str]
    needs: tuple[str, ...] = ()


def entries(folder: Path) -> Iterator[Entry]:
    """All that take part; yours goes here, or in a file of its own beside the scripts."""
    ours = [sys.executable, "-m", "tendigits", "train", "--data", "mnist", "--out", str(folder / "model.npz")]
    ways = {
        97.0: "--recipe fast --epochs 2",
        98.0: "--recipe fast",
        99.0: "--conv '12x5 pool 24x5 pool' --epochs 2 --batch-size 64 --learning-rate 0.1 --workers 2",
        99.5: "--recipe cnn --epochs 10",
    }
    for bar, options in ways.items():
        yield Entry("tendigits", bar, [*ours, *shlex.split(options), "--seed"])
    for name, module in {"PyTorch": "torch", "JAX": "jax"}.items():
        script = [sys.executable, str(SCRIPTS / f"train_{module}.py"), str(folder)]
        yield Entry(name, 98.0, script, (module,))
        yield Entry(f"{name}, 64 components", 98.0, [*script, "SEED", "64"], (module,))


@click.command()
@click.option("--bar", "bars", type=float, multiple=True, show_default="97, 98, 99 and 99.5", help="Only this bar.")
@click.option("--entry", "names", multiple=True, show_default="all", help="Only this entry; give it several times.")
@click.option("--runs", type=click.IntRange(min=1), default=10, show_default=True, help="Seeds of each entry.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write the figures here, too.")
def speedrun(bars: tuple[float, ...], names: tuple[str, ...], runs: int, json_path: Path | None) -> None:
    """Time entries from the start of a process to a saved model, beside a reference of matrix products."""
    with tempfile.TemporaryDirectory(prefix="tendigits-speedrun-") as folder:
        name, arrays = problem.load_data()
        if name != "mnist":
            raise click.ClickException("The bars are those of MNIST, which cannot be had here.")
        problem.write_data(Path(folder), arrays)
        chosen = [
            entry
            for entry in entries(Path(folder))
            if entry.bar in (bars or BARS) and (not names or entry.name in names) and all(map(find_spec, entry.needs))
        ]
        found = [measure(entry, runs) for entry in chosen]
    unit = reference()
    print(table("Speedrun", ["", "bar, %", "mean, %", "median time", "÷ reference", ""], list(rows(found, unit))))
    print(f"\nReference: {PRODUCTS} products of {SIZE}×{SIZE} float32 matrices take {duration(unit)}.")
    if json_path:
        facts = {"machine": describe(), "reference": unit, "entries": found}
        json_path.write_text(json.dumps(facts, indent=1) + "\n")


def measure(entry: Entry, runs: int) -> dict[str, Any]:
    """Run an entry once to warm the system's cache, and then with each seed."""
    say(f"{entry.name}, {entry.bar:g} %")
    found: dict[str, Any] = {"name": entry.name, "bar": entry.bar, "seconds": [], "accuracies": []}
    try:
        for seed in (0, *range(runs)):
            result = run(with_seed(entry.command, seed))
            found["seconds"].append(result["seconds"])
            found["accuracies"].append(result["accuracy"])
    except (Broken, KeyError) as error:
        return found | {"failed": f"{error!r}"}
    return found | {"seconds": found["seconds"][1:], "accuracies": found["accuracies"][1:]}


def with_seed(command: Sequence[str], seed: int) -> list[str]:
    """The command with its seed: where it says SEED, or at its end."""
    if "SEED" in command:
        return [str(seed) if word == "SEED" else word for word in command]
    return [*command, str(seed)]


def reference() -> float:
    """Time the matrix products alone, at their best of three, to compare machines by."""
    rng = np.random.default_rng(0)
    a, b = rng.random((2, SIZE, SIZE), np.float32)
    out = np.empty_like(a)

    def once() -> float:
        started = time.perf_counter()
        for _ in range(PRODUCTS):
            np.matmul(a, b, out=out)
        return time.perf_counter() - started

    return min(once() for _ in range(3))


def rows(found: Sequence[dict[str, Any]], unit: float) -> Iterator[list[str]]:
    """One line for each entry, the fastest of each bar first."""
    for one in sorted(found, key=lambda one: (one["bar"], "failed" in one, median(one["seconds"] or [0]))):
        if "failed" in one:
            yield [one["name"], f"{one['bar']:g}", "-", "-", "-", "failed"]
            continue
        reached, seconds = mean(one["accuracies"]), median(one["seconds"])
        verdict = "reached" if reached >= one["bar"] else "missed"
        yield [one["name"], f"{one['bar']:g}", f"{reached:.2f}", duration(seconds), f"{seconds / unit:.2f}", verdict]
