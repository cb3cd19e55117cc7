"""Words and tables."""

import statistics
import sys
from collections.abc import Sequence
from typing import Any


def say(text: str) -> None:
    """Tell how far things are, on stderr: stdout is for the tables."""
    print(text, file=sys.stderr, flush=True)


def summary(times: Sequence[float]) -> dict[str, Any]:
    """Describe several measurements of one thing."""
    return {"median": statistics.median(times), "min": min(times), "max": max(times), "times": list(times)}


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Set rows of text in columns: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        first, *others = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        return "  ".join([cells[0].ljust(len(first)), *others]).rstrip()

    return "\n".join([f"\n{title}\n", line(header), line(["-" * width for width in widths]), *map(line, rows)])


def duration(seconds: float) -> str:
    """A duration in a unit that suits it."""
    for unit, size in (("s", 1), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def spread(result: dict[str, Any]) -> list[str]:
    """Median, least and most."""
    return [duration(result[key]) for key in ("median", "min", "max")]
