"""The parent's side of the workers: start them, ask one at a time, and go on without those that fail."""

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .contestants import CONTESTANTS
from .report import say, summary

ROOT = Path(__file__).resolve().parents[1]
PAUSE = 0.25  # seconds between two requests: thread pools go on spinning for a while after their work
PATIENCE = 120  # seconds for one reply
Key = tuple[str, int]  # a contestant's name and its number of threads


class Failed(Exception):
    """A worker that gave no reply, and the last thing it said."""


class Remote:
    """One worker process, seen from outside."""

    def __init__(self, name: str, threads: int, folder: Path) -> None:
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", name, str(threads), str(folder)],
            cwd=ROOT,
            env=environment(threads, folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            bufsize=0,
        )

    def ask(self, request: str, **arguments: Any) -> Any:
        """Send a request; wait for the reply. Raises Failed where there is none."""
        try:
            self.process.stdin.write(json.dumps({"ask": request} | arguments).encode() + b"\n")
        except BrokenPipeError as error:
            raise Failed(self.last_words()) from error
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            raise Failed(f"no reply in {PATIENCE} s")
        if reply := self.process.stdout.readline():
            return json.loads(reply)
        raise Failed(self.last_words())

    def last_words(self) -> str:
        """The end of what the process wrote to stderr: where it died, that names the error."""
        self.errors.seek(0)
        lines = [line for line in self.errors.read().decode(errors="replace").splitlines() if line.strip()]
        return next((line for line in reversed(lines) if "Error" in line), (lines or ["it ended"])[-1])[:300]

    def stop(self) -> None:
        """End the process: kindly, then not."""
        self.process.stdin.close()
        try:
            self.process.wait(1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()


def environment(threads: int, folder: Path) -> dict[str, str]:
    """Every library's own variable for its number of threads; and an empty cache, so that compiling takes its time."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    cache = {"TORCHINDUCTOR_CACHE_DIR": str(folder / f"inductor-{threads}")}
    return os.environ | dict.fromkeys(names, str(threads)) | cache


class Team:
    """Workers by name and number of threads. `notes` says of each contestant that is missing why it is."""

    def __init__(self, names: list[str], threads: list[int], folder: Path) -> None:
        self.notes: dict[str, str] = {}
        self.workers: dict[Key, Remote] = {}
        self.hello: dict[Key, dict[str, Any]] = {}
        for name in names:
            if absent := CONTESTANTS[name].absent:
                self.note(name, f"absent: {' and '.join(absent)} not installed")
                continue
            for n in threads:
                self.start((name, n), folder)

    def __enter__(self) -> "Team":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers.values():
            worker.stop()

    def start(self, key: Key, folder: Path) -> None:
        """Start one worker, and wait until its imports are done."""
        self.workers[key] = Remote(*key, folder)
        for _, reply in self.ask_each("hello", [key]):
            self.hello[key] = reply

    def note(self, name: str, text: str) -> None:
        """Remember, and say, why a contestant is missing."""
        self.notes[name] = text
        say(f"  {CONTESTANTS[name].label}: {text}")

    def ask_each(self, request: str, keys: list[Key] | None = None, **arguments: Any) -> Iterator[tuple[Key, Any]]:
        """Ask one after the other; yield (key, reply). A worker that fails is noted, and leaves the team."""
        for key in keys or list(self.workers):
            if key not in self.workers:
                continue
            time.sleep(PAUSE)
            try:
                yield key, self.workers[key].ask(request, **arguments)
            except Failed as failure:
                self.dismiss(key, f"failed: {failure}")

    def dismiss(self, key: Key, why: str) -> None:
        """Stop a worker, and note why."""
        self.workers.pop(key).stop()
        self.note(key[0], f"with {key[1]} threads: {why}")

    def rounds(self, repeats: int, keys: list[Key], request: str, **arguments: Any) -> dict[Key, list[float]]:
        """Ask A B C, A B C, …, so that what disturbs the machine for a while disturbs all; return their times."""
        times: dict[Key, list[float]] = {key: [] for key in keys}
        for _ in range(repeats):
            for key, reply in self.ask_each(request, keys, **arguments):
                times[key].append(reply["seconds"])
        return {key: values for key, values in times.items() if key in self.workers}

    def race(self, repeats: int, request: str, **arguments: Any) -> dict[str, dict[str, Any]]:
        """Find each contestant's best number of threads in two rounds; then time these, `repeats` rounds."""
        trial = self.rounds(2, list(self.workers), request, **arguments)
        slowest_first = sorted(trial, key=lambda key: min(trial[key]), reverse=True)
        best = {name: (name, n) for name, n in slowest_first}  # of each name the last one stays
        times = self.rounds(repeats, [key for key in trial if key in best.values()], request, **arguments)
        return {name: summary(values) | {"threads": n} for (name, n), values in times.items()}
