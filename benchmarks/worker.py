"""A process for one contestant: it reads requests and writes replies, one line of JSON each.

    python -m benchmarks.worker NAME THREADS FOLDER

Each contestant has a process of its own, so that no thread pool, memory allocator or setting of one disturbs another.
The clock runs here, around the work itself; the pipe is not timed.
"""

import json
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from .contestants import CONTESTANTS


class Worker:
    """The requests that a contestant answers: every public method is one."""

    def __init__(self, name: str, threads: int, folder: Path) -> None:
        started = time.perf_counter()
        self._contestant = CONTESTANTS[name].make(threads)
        self._import_seconds = time.perf_counter() - started
        self._folder = folder

    def hello(self) -> dict[str, Any]:
        """Say how long the imports took, and which BLAS is here."""
        return {"import": self._import_seconds, "blas": blas()}

    def prepare(self, **numbers: Any) -> None:
        """Take a problem."""
        self._contestant.prepare(self._problem(**numbers))

    def epoch(self) -> dict[str, Any]:
        """Train for one epoch."""
        started = time.perf_counter()
        loss = self._contestant.epoch()
        return {"seconds": time.perf_counter() - started, "loss": loss}

    def check(self, **numbers: Any) -> dict[str, float]:
        """Train for one epoch of a small problem, compilation included; compare with the reference."""
        from .problem import mean_loss, reference

        problem = self._problem(**numbers)
        self._contestant.prepare(problem)
        seconds = self.epoch()["seconds"]
        ours, theirs = self._contestant.params(), reference(problem)
        return {
            "seconds": seconds,
            "loss": mean_loss(problem, ours),
            "expected": mean_loss(problem, theirs),
            "difference": max(float(abs(a - b).max()) for a, b in zip(ours, theirs, strict=True)),
        }

    def predict(self, task: str, calls: int) -> dict[str, Any]:
        """Answer many times: "pixels" or "rows", all test images to classes, or "single", one row to logits."""
        answer, x = self._task(task)
        start = answer(x).ravel()[:1000].tolist()
        return {"seconds": median_seconds(lambda: answer(x), calls), "answer": start}

    def allocations(self, steps: int) -> tuple[int, str]:
        """In all steps after the first: by how many bytes the memory in use rises within a line, and the worst line."""
        step = self._contestant.begin()
        step()
        tracemalloc.start()
        rises = [highest_rise(step) for _ in range(steps)]
        tracemalloc.stop()
        return max(rises)

    def _problem(self, **numbers: Any) -> Any:
        from .problem import Problem  # not at the top: it imports NumPy, and the contestant's import is timed

        return Problem.load(self._folder, **numbers)

    def _task(self, task: str) -> tuple[Callable[[Any], Any], Any]:
        import numpy as np

        pixels = np.load(self._folder / "test_images.npy")
        rows = np.multiply(pixels, np.float32(1 / 255), dtype=np.float32)
        if task == "single":
            return self._contestant.single, rows[:1]
        return self._contestant.classes, pixels if task == "pixels" else rows


def highest_rise(call: Callable[[], Any]) -> tuple[int, str]:
    """By how many bytes the memory in use rises at most within any one line that runs during a call; and which line."""
    rises: list[tuple[int, str]] = []
    before, line = tracemalloc.get_traced_memory()[0], ""

    def next_line(frame: FrameType, *_: object) -> Callable[..., Any]:
        nonlocal before, line
        rises.append((tracemalloc.get_traced_memory()[1] - before, line))
        tracemalloc.reset_peak()
        before, line = tracemalloc.get_traced_memory()[0], f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
        return next_line

    sys.settrace(next_line)
    call()
    sys.settrace(None)
    return max(rises)


def median_seconds(call: Callable[[], Any], calls: int) -> float:
    """Time each of many calls."""
    times = []
    for _ in range(calls):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def blas() -> list[str]:
    """Name each thread pool in this process: the library, its kernels, its threads."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return []
    return sorted(
        f"{pool['internal_api']} {pool.get('version') or ''} {pool.get('architecture') or ''} "
        f"{pool['num_threads']} threads".replace("  ", " ")
        for pool in threadpool_info()
    )


def main() -> None:
    """Answer requests until there are no more."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not look like a reply
    name, threads, folder = sys.argv[1:]
    worker = Worker(name, int(threads), Path(folder))
    for line in sys.stdin:
        request = json.loads(line)
        reply = getattr(worker, request.pop("ask"))(**request)
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()
