"""Training runs that are killed, stopped and interrupted at random moments, and resumed: nothing may be lost.

    python tests/faults/crash.py --tries 5 --seed 1

For every recipe, on 2,000 images and for 2 epochs: first a run in peace; then runs that are hit by a signal, each
resumed until it is done. Every one must end within seconds of the signal, say one sentence at most, leave no process
behind, and end with the same bits. Linux only.
"""

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tendigits import Network, load_digits
from tendigits.data.idx import NAMES, idx_bytes
from tendigits.training.recipes import RECIPES

WAYS = ("kill", "interrupt", "interrupt twice", "terminate", "stop and go on", "kill a worker")
SECONDS = 15  # in which a run that was hit must have ended
N = 2000


def write_data(folder: Path) -> None:
    """Write the bundled digits, some of them twice, as IDX files."""
    digits = load_digits()
    for role, name in NAMES.items():
        array = getattr(digits, role)
        (folder / name).write_bytes(idx_bytes(np.resize(array, (N, *array.shape[1:])) if "train" in role else array))


def start(folder: Path, recipe: str, out: str, *more: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "tendigits", "train", "--recipe", recipe, "--data", ".", "--epochs", "2"]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*command, "--out", out, *more], cwd=folder, start_new_session=True, **pipes)


def hit(process: subprocess.Popen, way: str, rng: random.Random) -> None:
    if way in ("interrupt", "interrupt twice"):
        for _ in way.split():
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
            time.sleep(rng.random() / 10)
    elif way == "stop and go on":
        os.killpg(process.pid, signal.SIGSTOP)
        time.sleep(0.5)
        os.killpg(process.pid, signal.SIGCONT)
    elif way == "kill a worker":
        for worker in children(process.pid)[:1]:
            os.kill(worker, signal.SIGKILL)
    else:
        process.send_signal(signal.SIGKILL if way == "kill" else signal.SIGTERM)


def children(pid: int) -> list[int]:
    try:
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()))
    except OSError:
        return []


def in_session(pid: int) -> list[str]:
    """The processes, alive, of the session that `start` opened."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        found += [stat.parent.name] if int(session) == pid and state != "Z" else []
    return found


def attempt(folder: Path, recipe: str, seconds: float, rng: random.Random) -> list[str]:
    """Hit a run, and resume it until it is done; say what was wrong."""
    way, wrong, more = rng.choice(WAYS), [], ()
    for _ in range(3):
        process = start(folder, recipe, "cut.npz", *more)
        time.sleep(rng.uniform(0.05, 1.1) * seconds)
        with contextlib.suppress(ProcessLookupError):  # it was done before
            hit(process, way, rng)
        wrong += _end(process, way, SECONDS + (2 * seconds if way in ("stop and go on", "kill a worker") else 0))
        more = ("--resume",)
    process = start(folder, recipe, "cut.npz", *more)
    wrong += _end(process, "peace", 600)
    whole, cut = (folder / name for name in ("whole.npz", "cut.npz"))
    if not cut.exists() or not np.array_equal(Network.load(whole).params, Network.load(cut).params):
        wrong.append("the bits are others")
    wrong += [f"{path.name} is left" for path in folder.iterdir() if path.suffix in (".tmp", ".lock")]
    for path in folder.glob("*cut.npz*"):
        path.unlink()
    return [f"{recipe}, {way}: {each}" for each in wrong]


def _end(process: subprocess.Popen, way: str, seconds: float) -> list[str]:
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return [f"it did not end within {seconds:.0f} s"]
    time.sleep(1)  # for workers to notice
    wrong = [f"{len(in_session(process.pid))} processes are left"] if in_session(process.pid) else []
    if "Traceback" in said or len(said.strip().splitlines()) > 1:
        wrong.append(f"it said {said[-300:]!r}")
    if way == "peace" and process.returncode:
        wrong.append(f"it ended with {process.returncode}: {said[-300:]}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tries", type=int, default=5, help="for each recipe, of three signals each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=list(RECIPES), action="append")
    options = parser.parse_args()
    wrong = []
    for recipe in options.only or RECIPES:
        with tempfile.TemporaryDirectory() as name:
            folder, started = Path(name), time.perf_counter()
            write_data(folder)
            wrong += [f"{recipe}: {each}" for each in _end(start(folder, recipe, "whole.npz"), "peace", 600)]
            seconds = time.perf_counter() - started
            for i in range(options.tries):
                wrong += attempt(folder, recipe, seconds, random.Random(f"{recipe} {options.seed} {i}"))
        print(
            f"{recipe:10} {options.tries} tries, {seconds:.1f} s each in peace, {len(wrong)} faults so far", flush=True
        )
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
