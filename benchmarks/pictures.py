"""Pictures: an epoch of distortions, and an epoch of the convolutional network."""

from typing import Any

from .contestants import PICTURES
from .options import RATE, Options
from .report import duration, say, spread, table
from .team import Team

N = 12_800  # images of the convolutional network's epoch; its cost is a matter of seconds
TASKS = {
    "distort": "60,000 images distorted",
    "convolve": f"the network of the recipe cnn, plain SGD, batch 128, {N:,} images",
}
LOSS_TOLERANCE = 1e-3  # relative: a hundred steps in float32


def measure(options: Options) -> dict[str, Any]:
    """Time both tasks; the first epoch warms up, and its loss must be the same for all."""
    return {task: measure_task(options, task) for task in TASKS}


def measure_task(options: Options, task: str) -> dict[str, Any]:
    """Time one task."""
    say(f"pictures: {TASKS[task]}")
    names = [name for name in PICTURES if name.startswith(task)]
    with Team(names, options.threads, options.folder) as team:
        n = options.n if task == "distort" else N
        for _ in team.ask_each("prepare", n=n, hidden=128, batch=128, rate=RATE):
            pass
        losses = {key: reply["loss"] for key, reply in team.ask_each("epoch")}
        expected = next(iter(losses.values()), None)
        for key, loss in losses.items():
            if loss is not None and abs(loss / expected - 1) > LOSS_TOLERANCE:
                team.dismiss(key, f"wrong: loss {loss:.6f}, the first one's is {expected:.6f}")
        results = team.race(min(options.repeats, 5), "epoch")
        for name, result in results.items():
            say(f"  {PICTURES[name].label}: {duration(result['median'])}")
        return results | {"missing": team.notes}


def tables(results: dict[str, Any]) -> list[str]:
    """One table for each task."""
    return [
        table(
            f"Pictures: {TASKS[task]}",
            ["", "median", "min", "max", "threads"],
            [
                [PICTURES[name].label, *spread(result), str(result["threads"])]
                for name, result in found.items()
                if name != "missing"
            ],
        )
        for task, found in results.items()
    ]
