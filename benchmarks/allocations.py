"""Does a training step allocate anything of a batch's size?

tracemalloc tells by how much the memory in use rises within each line of code. What NumPy needs in any case, its small
fixed buffers, is the same for every batch size, so what counts is by how much more it rises when the batch grows.
"""

from typing import Any

from .options import RATE, Options
from .report import say
from .team import Team

BATCHES = (1024, 8192)
STEPS = 5
SMALLEST = 10 * 4  # bytes for each example in the logits, the smallest of a batch's matrices


def measure(options: Options) -> dict[str, Any]:
    """Compare two batch sizes: bytes for each example, and how often the smallest of its matrices fits in them."""
    say("allocations: training steps under tracemalloc")
    with Team(["tendigits"], [1], options.folder) as team:
        found = [worst for batch in BATCHES for worst in measure_batch(team, batch)]
    if len(found) < len(BATCHES):
        return {}
    (less, _), (more, line) = found
    per_example = (more - less) / (BATCHES[1] - BATCHES[0])
    return {
        "peak_bytes": {str(BATCHES[0]): less, str(BATCHES[1]): more},
        "line": line,
        "bytes_per_example": per_example,
        "batch_sized": int(per_example // SMALLEST),
    }


def measure_batch(team: Team, batch: int) -> list[tuple[int, str]]:
    """The highest rise in a line of any step after the first, and the line; nothing where the worker failed."""
    n = (STEPS + 2) * batch
    for _ in team.ask_each("prepare", n=n, hidden=128, batch=batch, rate=RATE):
        pass
    return [worst for _, worst in team.ask_each("allocations", steps=STEPS)]


def tables(results: dict[str, Any]) -> list[str]:
    """One sentence."""
    if not results:
        return []
    return [
        f"\nIn a step after the first, a line allocates at most {results['bytes_per_example']:.0f} bytes for each "
        f"example ({results['line']}); the smallest of a batch's matrices has {SMALLEST}."
    ]
