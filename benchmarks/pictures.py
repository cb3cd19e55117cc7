"""Pictures: an epoch of distortions, and an epoch of the convolutional network."""

from typing import Any

from .contestants import PICTURES
from .epoch import warm_up
from .options import RATE, Options
from .report import duration, say, spread, table
from .team import Team

N = 12_800  # images of the convolutional network's epoch; its cost is a matter of seconds
TASKS = {
    "distort": "60,000 images distorted",
    "convolve": f"the network of the recipe cnn, plain SGD, batch 128, {N:,} images",
}
CHECKED = 10  # steps; after many more, float32's rounding has grown into another path
LOSS_TOLERANCE = 1e-5  # relative


def measure(options: Options) -> dict[str, Any]:
    """Time both tasks; the first epoch warms up, and its loss must be the same for all."""
    missing: dict[str, str] = {}
    return {"tasks": {task: measure_task(options, task, missing) for task in TASKS}, "missing": missing}


def measure_task(options: Options, task: str, missing: dict[str, str]) -> dict[str, Any]:
    """Time one task; add to `missing` who takes no part in it, and why."""
    say(f"pictures: {TASKS[task]}")
    names = [name for name in options.choose(PICTURES) if name.startswith(task)]
    with Team(names, options.threads, options.folder) as team:
        check(team)
        warm_up(team, n=options.n if task == "distort" else min(N, options.n), hidden=128, batch=128, rate=RATE)
        results = team.race(min(options.repeats, 5), "epoch")
        for name, result in results.items():
            say(f"  {PICTURES[name].label}: {duration(result['median'])}")
        missing |= team.notes
        return results


def check(team: Team) -> None:
    """Take a few steps; dismiss whoever has another loss than the first. Distortions have none to compare."""
    for _ in team.ask_each("prepare", n=CHECKED * 128, hidden=128, batch=128, rate=RATE):
        pass
    losses = {key: reply["loss"] for key, reply in team.ask_each("epoch")}
    expected = next(iter(losses.values()), None)
    for key, loss in losses.items():
        if loss is not None and abs(loss / expected - 1) > LOSS_TOLERANCE:
            team.dismiss(key, f"wrong: loss {loss:.6f}, the first one's is {expected:.6f}")


def tables(results: dict[str, Any]) -> list[str]:
    """One table for each task."""
    return [
        table(
            f"Pictures: {TASKS[task]}",
            ["", "median", "min", "max", "threads"],
            [[PICTURES[name].label, *spread(result), str(result["threads"])] for name, result in found.items()],
        )
        for task, found in results["tasks"].items()
    ]
