"""`python -m benchmarks.beyond_memory --times 135`: train on distorted MNIST from a map, and from memory.

One process each; peak memory is Linux's RssAnon, what cannot be read again from a file. With --times 135 there are 8.1
million images, 6.4 GB, as many as MNIST8M has; leave --in-memory out where they do not fit.
"""

import json
import multiprocessing
import os
import threading
import time
from pathlib import Path
from typing import Any

import click
import numpy as np

from tendigits import Settings, load, train_and_test
from tendigits._util.progress import progress_bar
from tendigits.data.dataset import Dataset, make_dataset
from tendigits.data.idx import NAMES
from tendigits.data.mapped import file_of
from tendigits.data.stream import write_stream


def anonymous() -> int:
    """Read RssAnon, in MB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) // 1000


def watch(peak: list[int]) -> None:
    """Note the highest RssAnon, for ever."""
    while True:
        peak[0] = max(peak[0], anonymous())
        time.sleep(0.02)


def in_memory(dataset: Dataset) -> Dataset:
    """The same, not mapped."""
    return make_dataset(dataset.name, {role: np.array(getattr(dataset, role)) for role in NAMES})


def trained(folder: Path, epochs: int, mapped: bool, answer: Any) -> None:
    """Train in this process, and report."""
    dataset = load(folder) if mapped else in_memory(load(folder))
    assert bool(file_of(dataset.train_images)) == mapped, "too few images to be mapped: ask for more"
    peak = [0]
    threading.Thread(target=watch, args=(peak,), daemon=True).start()
    started, cpu = time.perf_counter(), time.process_time()
    result = train_and_test(dataset, Settings(epochs=epochs), progress=False)
    answer.send(
        {
            "images": len(dataset.train_labels),
            "peak_MB": peak[0],
            "seconds": time.perf_counter() - started,
            "epoch_seconds": result.history["seconds"],
            "cpu_seconds": time.process_time() - cpu,
            "test_accuracy": result.evaluation.accuracy,
        }
    )


@click.command()
@click.option("--times", default=135, help="Examples of each of MNIST's 60,000 digits.")
@click.option("--epochs", default=1)
@click.option("--out", type=click.Path(path_type=Path), default="big", help="Where the images are, or are to be.")
@click.option("--in-memory", "both", is_flag=True, help="Train from memory, too.")
def main(times: int, epochs: int, out: Path, both: bool) -> None:
    """Measure."""
    if not (out / NAMES["train_images"]).exists():
        mnist, started = load("mnist"), time.perf_counter()
        with progress_bar(total=times * len(mnist.train_labels), unit="digit", description="distort") as bar:
            n = write_stream(mnist, out, times, tell=bar.update)
        print(f"distorted: {n / (time.perf_counter() - started):,.0f} images a second")
    spawn = multiprocessing.get_context("spawn")
    for mapped in (True, False) if both else (True,):
        ours, theirs = spawn.Pipe()
        process = spawn.Process(target=trained, args=(out, epochs, mapped, theirs))
        process.start()
        print("mapped" if mapped else "in memory", json.dumps(ours.recv()), f"load {os.getloadavg()[0]:.1f}")
        process.join()


if __name__ == "__main__":
    main()
