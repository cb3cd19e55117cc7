"""How cost grows with the batch size and with the hidden layer's width."""

from typing import Any

from .contestants import TRAINING
from .epoch import warm_up
from .options import RATE, Options
from .report import say, table
from .team import Team

NAMES = ["tendigits", "torch", "jax-scan"]
BATCHES = [16, 32, 64, 128, 256, 512, 1024]
WIDTHS = [32, 64, 128, 256, 512, 1024]
N = 15_360  # every one of the batch sizes divides it


def measure(options: Options) -> dict[str, Any]:
    """Microseconds for each image: batch sizes at 128 hidden units, widths at batch 128."""
    batches, widths = (BATCHES[::3], WIDTHS[::3]) if options.quick else (BATCHES, WIDTHS)
    with Team(options.choose(NAMES), options.threads, options.folder) as team:
        return {
            "missing": team.notes,
            "batch": {str(batch): measure_one(team, options, batch, 128) for batch in batches},
            "hidden": {str(hidden): measure_one(team, options, 128, hidden) for hidden in widths},
        }


def measure_one(team: Team, options: Options, batch: int, hidden: int) -> dict[str, float]:
    """Time all at one point."""
    say(f"sweep: batch {batch}, {hidden} hidden units")
    n = min(N, options.n)
    warm_up(team, n=n, hidden=hidden, batch=batch, rate=RATE)
    results = team.race(min(options.repeats, 3), "epoch")
    return {name: result["median"] / n * 1e6 for name, result in results.items()}


def tables(results: dict[str, Any]) -> list[str]:
    """One table for each of the two."""
    titles = {"batch": "Batch size, 128 hidden units", "hidden": "Hidden units, batch 128"}
    return [
        table(
            f"{title}: µs for each image of an epoch",
            ["", *results[axis]],
            [[TRAINING[name].label, *costs(results[axis], name)] for name in NAMES if name not in results["missing"]],
        )
        for axis, title in titles.items()
    ]


def costs(points: dict[str, dict[str, float]], name: str) -> list[str]:
    """One contestant's cells; a dash where it is missing."""
    return [f"{point[name]:.2f}" if name in point else "-" for point in points.values()]
