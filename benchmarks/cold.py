"""Whole processes, from a cold start to their end: imports, and training to a saved model."""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .options import Options
from .report import duration, say, summary, table
from .team import PAUSE, ROOT

SCRIPTS = Path(__file__).parent / "scripts"
STOPWATCH = [sys.executable, "-I", "-S", str(Path(__file__).parent / "stopwatch.py")]
GOAL = 98.0  # per cent of the test images
IMPORTS = {"torch": "torch", "jax": "jax", "sklearn": "sklearn.neural_network", "keras": "keras"}
PEERS = {"torch": "PyTorch", "jax": "JAX", "sklearn": "scikit-learn"}
COMPONENTS = "64"  # the programs that can train on components do so, too
REDUCED = {f"{name}-{COMPONENTS}": f"{PEERS[name]}, {COMPONENTS} components" for name in ("torch", "jax")}
Runs = list[dict[str, Any]]


class Broken(Exception):
    """A command that ended with an error."""


def run(command: list[str], threads: int | None = None) -> dict[str, Any]:
    """Run a command to its end: seconds, megabytes, and the accuracy that it printed, if any."""
    env = {"KERAS_BACKEND": "jax" if find_spec("jax") else "torch"} | os.environ
    if threads is not None:
        env["OMP_NUM_THREADS"] = str(threads)
    time.sleep(PAUSE)
    done = subprocess.run([*STOPWATCH, *command], cwd=ROOT, env=env, capture_output=True, text=True)
    *output, last = done.stdout.splitlines() or ["{}"]
    found = json.loads(last)
    if found.get("status") != 0:
        raise Broken((done.stderr.strip().splitlines() or [f"status {found.get('status')}"])[-1][:300])
    if accuracy := re.search(r"[Tt]est accuracy:? ([\d.]+) ?%", "\n".join(output)):
        found["accuracy"] = float(accuracy[1])
    return found


def measure(options: Options) -> dict[str, Any]:
    """Short processes, then long ones: each round runs every command once."""
    say("cold: imports")
    short = rounds(imports(options), options.repeats)
    say("cold: training to a saved model")
    rounds_of_training = 1 if options.quick else max(3, options.repeats // 2)
    long = rounds(trainings(options), rounds_of_training) if options.real else {}
    return {"imports": short, "training": long, "missing": missing(options)}


def missing(options: Options) -> dict[str, str]:
    """Who has no complete program here, because it is not installed."""
    return {PEERS[name]: "not installed" for name in options.choose(PEERS) if not find_spec(name)}


def rounds(commands: dict[str, Any], repeats: int) -> dict[str, Any]:
    """Run A B C, A B C, …, after one run of each that does not count; leave out those that break."""
    found: dict[str, Runs] = {}
    for number in range(repeats + 1):
        for name in list(commands):
            try:
                result = commands[name](number)
            except Broken as error:
                say(f"  {name}: {error}")
                del commands[name]
                continue
            if number:
                found.setdefault(name, []).append(result)
    return {name: digest(runs) for name, runs in found.items()}


def digest(runs: Runs) -> dict[str, Any]:
    """Times, memory, accuracies."""
    result = summary([one["seconds"] for one in runs])
    result["megabytes"] = statistics.median(one["megabytes"] for one in runs)
    if all("accuracy" in one for one in runs):
        result["accuracies"] = [one["accuracy"] for one in runs]
        result["reached"] = statistics.median(result["accuracies"]) >= GOAL
    return result


def imports(options: Options) -> dict[str, Any]:
    """`python -c "import …"` for everyone that is installed."""
    modules = {"nothing": "sys", "numpy": "numpy", "tendigits": "tendigits"}
    modules |= {name: IMPORTS[name] for name in options.choose(IMPORTS) if find_spec(name)}
    return {name: python(f"import {module}") for name, module in modules.items()}


def python(code: str) -> Any:
    """A command that runs a line of Python."""
    return lambda number: run([sys.executable, "-c", code])


def trainings(options: Options) -> dict[str, Any]:
    """Complete programs: each round has a seed of its own, the same for all."""
    here = [name for name in options.choose(PEERS) if find_spec(name)]
    commands = {"import torch": python("import torch")} if "torch" in here else {}
    ours = command_of_tendigits(options)
    commands["tendigits"] = lambda number: run([*ours, "--seed", str(number)])
    reduced = {key: script(key.split("-")[0], options, COMPONENTS) for key in REDUCED if key.split("-")[0] in here}
    return commands | {name: script(name, options) for name in here} | reduced


def script(name: str, options: Options, *arguments: str) -> Any:
    """A peer's program; the round that does not count finds the number of threads that suits it."""
    command = [sys.executable, str(SCRIPTS / f"train_{name}.py"), str(options.folder)]
    best = {}

    def once(number: int) -> dict[str, Any]:
        if number:
            return run([*command, str(number), *arguments], best["threads"])
        run([*command, "0", *arguments])
        trial = {threads: run([*command, "0", *arguments], threads) for threads in options.threads}
        best["threads"] = min(trial, key=lambda threads: trial[threads]["seconds"])
        return trial[best["threads"]]

    return once


def command_of_tendigits(options: Options) -> list[str]:
    """The command as a user types it, and the options that reach the goal."""
    beside = shutil.which("tendigits", path=str(Path(sys.executable).parent))
    command = [beside] if beside else [sys.executable, "-m", "tendigits"]
    extra = options.train_options
    if extra is None:
        known = subprocess.run([*command, "train", "--help"], capture_output=True, text=True, cwd=ROOT).stdout
        extra = ("--recipe", "fast") if "--recipe" in known else ()
    return [*command, "train", "--data", "mnist", "--out", str(options.folder / "model.npz"), *extra]


def tables(results: dict[str, Any]) -> list[str]:
    """Imports; trainings."""
    imported = [[name, *row(result)] for name, result in results["imports"].items()]
    names = PEERS | REDUCED
    trained = [[names.get(name, name), *row(result), accuracy(result)] for name, result in results["training"].items()]
    header = ["", "median", "min", "max", "peak MB"]
    found = [table("Cold start: python -c 'import …'", header, imported)]
    if trained:
        found.append(table("Cold start to a saved model", [*header, "test accuracy, %"], trained))
    return found


def row(result: dict[str, Any]) -> list[str]:
    """Times and memory."""
    return [*(duration(result[key]) for key in ("median", "min", "max")), f"{result['megabytes']:.0f}"]


def accuracy(result: dict[str, Any]) -> str:
    """From the worst to the best seed."""
    found = result.get("accuracies")
    return f"{min(found):.2f} to {max(found):.2f}" if found else "-"
