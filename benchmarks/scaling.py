"""`python -m benchmarks.scaling`: what a step costs on several MPI ranks, here and, by a model of it, elsewhere.

    step(n, p) = compute(n / p) + exchange(bytes, p)
    compute(n) = a + b n
    exchange(bytes, p) = l_p + s_p bytes                                     on this machine, measured for each p
    exchange(bytes, p) = 2 log2(p) latency + 2 (p - 1)/p bytes / bandwidth   on a network (Thakur et al., "Optimization
                                                                             of Collective Communication", 2005)

All parameters are fitted to single steps and single all-reduces; the model is then held against whole training steps.
Where there are more ranks than cores, computing takes longer by their ratio, and the figures are marked.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import nullcontext
from math import log2
from pathlib import Path
from typing import Any

import numpy as np

from tendigits import Network, Settings
from tendigits.models.builder import architecture
from tendigits.training.loop import steps
from tendigits.training.parallel.mpi import world
from tendigits.training.run import Run

from .machine import cores, describe

RESULTS = Path(__file__).parent / "scaling.json"
FIGURE = Path(__file__).parent.parent / "docs" / "scaling.png"
NETWORKS = {"784-128-10": {"conv": ""}, "convolutional": {"conv": "24x5 pool 48x3 64x3 pool"}}
BATCHES = {"784-128-10": (128, 512, 2048), "convolutional": (32, 64, 128)}
PARTS = {"784-128-10": (32, 64, 128, 256, 512, 1024, 2048), "convolutional": (8, 16, 32, 64, 128)}
STEPS = {"784-128-10": 100, "convolutional": 8}  # of which the shortest counts
RANKS = (1, 2, 4)
SIZES = (4, 4096, 65536, 2**18, 2**20, 2**22)  # bytes
TIMES = 100  # all-reduces of each size
NETS = {"1 Gbit/s": (50e-6, 1e9 / 8), "10 Gbit/s": (20e-6, 1e10 / 8), "100 Gbit/s": (3e-6, 1e11 / 8)}  # assumed
MOST = 256

# Measuring, in every rank


def shortest(moments: list[float]) -> float:
    """The shortest of the times between moments: on a machine with other work, the one least disturbed."""
    return float(np.diff(moments).min())


def step_time(name: str, batch: int, ranks: Any) -> float:
    """Seconds for a training step."""
    n = batch * STEPS[name]
    rng = np.random.default_rng(0)
    data = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8), rng.integers(0, 10, n)
    network = Network(architecture((28, 28), 10, **NETWORKS[name]), seed=0)
    run = Run(network, data, None, Settings(batch_size=batch, learning_rate=1e-3), 0, ranks=ranks)

    moments: list[float] = []
    run.draw_order()
    rest = (lambda: False), (lambda n: moments.append(time.perf_counter()))
    with run.team or nullcontext():
        if run.team:
            run.team.take(steps, run, *rest)
        else:
            steps(run, run.worker, *rest)
    return shortest(moments)


def all_reduce_time(n_bytes: int, ranks: Any) -> float:
    """Seconds for an all-reduce."""
    vector = np.zeros(n_bytes // 4, np.float32)
    moments = []
    for _ in range(TIMES):
        ranks.total(vector)
        moments.append(time.perf_counter())
    return shortest(moments)


def measure_ranks() -> None:
    """What each rank does; rank 0 prints."""
    ranks = world()
    batches = BATCHES if ranks else PARTS  # one rank computes all parts of a batch that several would have
    found: dict[str, Any] = {
        "steps": {name: {n: step_time(name, n, ranks) for n in batches[name]} for name in NETWORKS},
        "exchange": {n: all_reduce_time(n, ranks) for n in SIZES} if ranks else {},
    }
    if not ranks or ranks.rank == 0:
        print(json.dumps(found))


def measured(n: int) -> Any:
    """Measure n ranks."""
    python = [sys.executable, "-m", "benchmarks.scaling", "rank"]
    launch = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", str(n)] if n > 1 else []
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.run([*launch, *python], env=environment, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


# The model


def line(x: Any, y: Any) -> tuple[float, float]:
    """Fit y = a + b x, a ≥ 0, to the smallest relative errors."""
    x, y = np.array(x, float), np.array(y, float)
    A = np.stack([1 / y, x / y], axis=1)
    a, b = np.linalg.lstsq(A, np.ones(len(y)), rcond=None)[0]
    return (float(a), float(b)) if a >= 0 else (0.0, float(np.exp(np.mean(np.log(y / x)))))


def fitted(found: dict[int, Any]) -> dict[str, Any]:
    """The model's parameters."""
    ones = found[1]["steps"]
    compute = {name: line([int(n) for n in ones[name]], list(ones[name].values())) for name in NETWORKS}
    pairs = {p: each["exchange"] for p, each in found.items() if p > 1}
    exchange = {p: line([int(n) for n in times], list(times.values())) for p, times in pairs.items()}
    return {"compute": compute, "exchange": exchange}


def n_bytes(name: str) -> int:
    """The size of a network's gradient."""
    return Network(architecture((28, 28), 10, **NETWORKS[name]), seed=None).params.nbytes


def predicted(model: dict[str, Any], name: str, n: int, p: int) -> float:
    """Seconds for a step of n images on p ranks of this machine."""
    a, b = model["compute"][name]
    seconds = (a + b * n / p) * max(1, p / cores())
    if p == 1:
        return float(seconds)
    latency, slope = model["exchange"][p]
    return float(seconds + latency + slope * n_bytes(name))


def on_network(model: dict[str, Any], name: str, n: float, p: int, net: str, share: float = 1, every: int = 1) -> float:
    """Seconds for a step of n images on p machines; `share` of the bytes are sent, and only `every` so many steps."""
    a, b = model["compute"][name]
    latency, bandwidth = NETS[net]
    exchange = 2 * log2(p) * latency + 2 * (p - 1) / p * share * n_bytes(name) / bandwidth
    return float(a + b * n / p + exchange / every)


def speedup(model: dict[str, Any], name: str, n: float, p: int, net: str, **levers: Any) -> float:
    """How many times faster p machines take a step of n images than one."""
    a, b = model["compute"][name]
    return float((a + b * n) / on_network(model, name, n, p, net, **levers))


def powers(most: int = MOST) -> list[int]:
    """1, 2, 4, … ranks, up to one for each image of a batch."""
    return [2**k for k in range(int(log2(min(most, MOST))) + 1)]


# Telling


def tables(results: dict[str, Any]) -> str:
    """The page's tables."""
    model = results["model"]
    model["exchange"] = {int(p): pair for p, pair in model["exchange"].items()}
    lines = ["| network | a step of n images on one core |", "|---|---|"]
    for name, (a, b) in model["compute"].items():
        lines.append(f"| {name}, gradient {n_bytes(name) / 1e3:.0f} KB | {a * 1e3:.2f} ms + {b * 1e6:.1f} µs × n |")
    lines += ["", "| ranks here | an all-reduce |", "|---|---|"]
    for p, (latency, slope) in model["exchange"].items():
        lines.append(f"| {p}{marked(p)} | {latency * 1e6:.0f} µs + bytes / {1 / slope / 1e9:.2f} GB/s |")
    lines += ["", "| network | batch | ranks | measured | model | model / measured |", "|---|--:|--:|--:|--:|--:|"]
    for row in results["check"]:
        name, n, p, was, said = row
        lines.append(f"| {name} | {n} | {p}{marked(p)} | {was * 1e3:.2f} ms | {said * 1e3:.2f} ms | {said / was:.2f} |")
    return "\n".join([*lines, "", *limits(model)])


def marked(p: int) -> str:
    """Mark more ranks than cores."""
    return " (oversubscribed)" if p > cores() else ""


def limits(model: dict[str, Any]) -> list[str]:
    """The best number of machines for a batch of a given size, and what would move it."""
    levers: dict[str, tuple[int, dict[str, Any]]] = {
        "as it is": (1, {}),
        "float16 on the wire": (1, {"share": 0.5}),
        "8 steps' gradients added up before an exchange": (1, {"every": 8}),
        "a batch 16 times as large": (16, {}),
    }
    lines = ["| network, batch | | 1 Gbit/s | 10 Gbit/s | 100 Gbit/s |", "|---|---|--:|--:|--:|"]
    for name in NETWORKS:
        for label, (times, options) in levers.items():
            cells = []
            for net in NETS:
                gains = {p: speedup(model, name, 128 * times, p, net, **options) for p in powers(128 * times)}
                p = max(gains, key=lambda p: gains[p])
                cells.append(f"{gains[p]:.1f} × on {p}" if p > 1 else "one is fastest")
            lines.append(f"| {name}, {128 * times} | {label} | {' | '.join(cells)} |")
    return lines


def draw(results: dict[str, Any]) -> None:
    """Strong and weak scaling of both networks."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    model, p = results["model"], powers()
    figure, axes = plt.subplots(2, 2, figsize=(9.5, 7), sharex=True)
    for name, row in zip(NETWORKS, axes, strict=True):
        a, b = model["compute"][name]
        for net, colour in zip(NETS, ("#9A9A9A", "#E69F00", "#0072B2"), strict=True):
            for n, style in ((128, "-"), (2048, "--")):
                strong = [speedup(model, name, n, k, net) for k in powers(n)]
                weak = [(a + b * n) / on_network(model, name, n * k, k, net) for k in p]
                row[0].plot(powers(n), strong, style, color=colour, label=f"{net}, batch {n}")
                row[1].plot(p, weak, style, color=colour, label=f"{net}, {n} for each rank")
        row[0].plot(p, p, ":", color="black", linewidth=0.8)
        row[0].set(title=f"{name}: one batch shared out", ylabel="times faster than one rank", yscale="log")
        row[1].set(title=f"{name}: a batch for each rank", ylabel="share of time spent computing", ylim=(0, 1.05))
    for ax in axes.flat:
        ax.set_xscale("log", base=2)
        ax.spines[["top", "right"]].set_visible(False)
    for ax in axes[1]:
        ax.set_xlabel("ranks")
    for ax in axes[0]:
        ax.legend(fontsize=7, frameon=False)
    figure.tight_layout()
    figure.savefig(FIGURE, dpi=100, metadata={"Software": None})


def main() -> None:
    """Measure, fit, check, project, draw."""
    found = {p: measured(p) for p in RANKS}
    model = fitted(found)
    check = [
        (name, n, p, found[p]["steps"][name][str(n)], predicted(model, name, n, p))
        for name in NETWORKS
        for n in BATCHES[name]
        for p in RANKS
    ]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    results = {"machine": describe(), "load": load, "found": found, "model": model, "check": check}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    print(tables(results))
    draw(results)


if __name__ == "__main__":
    if sys.argv[1:] == ["rank"]:
        measure_ranks()
    elif sys.argv[1:] == ["draw"]:  # what was measured before
        before = json.loads(RESULTS.read_text())
        print(tables(before))
        draw(before)
    else:
        main()
