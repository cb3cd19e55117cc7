"""What was aimed at, and what was measured: ratios of medians within one run."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from .cold import PEERS, REDUCED
from .contestants import TRAINING
from .report import table


@dataclass(frozen=True)
class Goal:
    """A ratio and its bound. `against` says who the fastest peer was."""

    what: str
    measured: float
    bound: float
    at_least: bool = False
    against: str = ""

    @property
    def met(self) -> bool:
        """Whether the aim was reached."""
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound


def goals(results: dict[str, Any]) -> list[Goal]:
    """All goals whose measurements are there."""
    parts: dict[str, Callable[[Any], Iterator[Goal]]] = {
        "epoch": epoch_goals,
        "cold": cold_goals,
        "predict": predict_goals,
        "pictures": picture_goals,
        "allocations": allocation_goals,
    }
    return [goal for part, make in parts.items() if results.get(part) for goal in make(results[part])]


def epoch_goals(epoch: dict[str, Any]) -> Iterator[Goal]:
    """The epoch against the fastest peer, and against its own matrix products."""
    for batch, found in epoch["batches"].items():
        peers = {name: result["median"] for name, result in found.items() if TRAINING[name].kind == "peer"}
        if "tendigits" not in found:
            continue
        ours = found["tendigits"]["median"]
        if peers:
            name = min(peers, key=peers.__getitem__)
            bound = 0.95 if batch == "32" else 0.85
            yield Goal(f"epoch, batch {batch} ÷ fastest peer", ours / peers[name], bound, against=TRAINING[name].label)
        if batch == "128" and "products" in found:
            yield Goal("matrix products ÷ epoch, batch 128", found["products"]["median"] / ours, 0.8, at_least=True)


def cold_goals(cold: dict[str, Any]) -> Iterator[Goal]:
    """The complete training process against import torch and the peers' programs; the package's own import."""
    imports, training = cold["imports"], cold["training"]
    if ours := training.get("tendigits"):
        yield Goal(f"median test accuracy, % ({len(ours['times'])} seeds)", accuracy(ours), 98.0, at_least=True)
        if "import torch" in training:
            yield Goal("cold start to a saved model ÷ import torch", ratio(ours, training["import torch"]), 0.45)
        for what, names, bound in (("program", PEERS, 0.25), ("program on components, too", REDUCED, 0.5)):
            peers = {name: training[name] for name in names if training.get(name, {}).get("reached")}
            if peers:
                name = min(peers, key=lambda name: peers[name]["median"])
                yield Goal(f"the same ÷ fastest peer's {what}", ratio(ours, peers[name]), bound, against=names[name])
        if "torch" in training:
            yield Goal("its peak memory ÷ PyTorch's", ratio(ours, training["torch"], "megabytes"), 0.25)
    if {"numpy", "tendigits"} <= set(imports):
        yield Goal("import tendigits ÷ import numpy", ratio(imports["tendigits"], imports["numpy"]), 1.15)


def predict_goals(predict: dict[str, Any]) -> Iterator[Goal]:
    """Every task against everyone; for a single image onnxruntime alone is the goal."""
    words = {"pixels": "10,000 images (pixels)", "rows": "10,000 images (float rows)", "single": "one image"}
    for task, found in predict["tasks"].items():
        for name in ("onnxruntime", "torch"):
            if name in found and "tendigits" in found:
                bound = 0.9 if (task, name) == ("pixels", "onnxruntime") else 1.0
                yield Goal(f"predicting {words[task]} ÷ {name}", ratio(found["tendigits"], found[name]), bound)


def picture_goals(pictures: dict[str, Any]) -> Iterator[Goal]:
    """Distortions and convolutions beside PyTorch's."""
    words = {"distort": "distorting 60,000 images ÷ PyTorch", "convolve": "convolutional epoch ÷ PyTorch"}
    for task, found in pictures["tasks"].items():
        ours, theirs = (found.get(f"{task}-{name}") for name in ("tendigits", "torch"))
        if ours and theirs:
            yield Goal(words[task], ratio(ours, theirs), 1.0 if task == "distort" else 0.6)


def allocation_goals(found: dict[str, Any]) -> Iterator[Goal]:
    """None."""
    yield Goal("batch-sized allocations per step", found["batch_sized"], 0)


def ratio(ours: dict[str, Any], theirs: dict[str, Any], key: str = "median") -> float:
    """Ours in units of theirs."""
    return ours[key] / theirs[key]


def accuracy(result: dict[str, Any]) -> float:
    """The median over the seeds."""
    found = sorted(result.get("accuracies", [0.0]))
    return (found[(len(found) - 1) // 2] + found[len(found) // 2]) / 2


def goal_table(found: list[Goal]) -> str:
    """One line for each."""
    rows = [
        [
            goal.what,
            f"{'≥' if goal.at_least else '≤'} {goal.bound:g}",
            f"{goal.measured:.4g}",
            verdict(goal),
            goal.against,
        ]
        for goal in found
    ]
    return table("Goals", ["", "goal", "measured", "", "fastest peer"], rows)


def verdict(goal: Goal) -> str:
    """One word."""
    return "met" if goal.met else "missed"


def as_json(found: list[Goal]) -> list[dict[str, Any]]:
    """For the results file."""
    return [asdict(goal) | {"met": goal.met} for goal in found]
