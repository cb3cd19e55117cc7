"""Prediction with the same weights: ten thousand images, and one."""

from pathlib import Path
from typing import Any

import numpy as np

from tendigits import load_pretrained

from .contestants import PREDICTING
from .options import RATE, Options
from .report import say, spread, table
from .team import Team

TASKS = {
    "pixels": "10,000 images, uint8 pixels in, classes out",
    "rows": "10,000 images, float32 rows in, classes out",
    "single": "one image, float32 row in, logits out",
}
CALLS = {"pixels": 10, "rows": 10, "single": 2000}  # in each round; the median counts


def measure(options: Options) -> dict[str, Any]:
    """Time every task, with a trained network; answers that differ are noted, and their giver dismissed."""
    trained = str(write_trained(options.folder))
    with Team(options.choose(PREDICTING), options.threads, options.folder) as team:
        for _ in team.ask_each("prepare", n=min(1000, options.n), hidden=128, batch=128, rate=RATE, trained=trained):
            pass
        return {"tasks": {task: measure_task(team, options, task) for task in TASKS}, "missing": team.notes}


def write_trained(folder: Path) -> Path:
    """Write the parameters W1, b1, W2, b2 of the network that ships with tendigits."""
    layers = [layer for layer in load_pretrained().layers if layer.shapes]
    np.savez(folder / "trained.npz", *(getattr(layer, name) for layer in layers for name in layer.shapes))
    return folder / "trained.npz"


def measure_task(team: Team, options: Options, task: str) -> dict[str, Any]:
    """Compare the answers, then race."""
    say(f"predict: {TASKS[task]}")
    answers = {key: reply["answer"] for key, reply in team.ask_each("predict", task=task, calls=1)}
    expected = next(iter(answers.values()), [])
    for key, answer in answers.items():
        if not agree(answer, expected):
            team.dismiss(key, "wrong: its answers differ from the first contestant's")
    return team.race(options.repeats, "predict", task=task, calls=CALLS[task])


def agree(answer: list[float], expected: list[float]) -> bool:
    """Whether logits, or all classes but one in a thousand, are the same; a tie may fall either way."""
    same = [abs(a - b) < 1e-4 for a, b in zip(answer, expected, strict=True)]
    return sum(same) >= 0.999 * len(same)


def tables(results: dict[str, Any]) -> list[str]:
    """One table for each task."""
    return [
        table(
            f"Predicting: {TASKS[task]}",
            ["", "median", "min", "max", "threads"],
            [[PREDICTING[name].label, *spread(result), str(result["threads"])] for name, result in found.items()],
        )
        for task, found in results["tasks"].items()
    ]
