"""The README's figure: an epoch, and a cold start, as horizontal bars."""

from pathlib import Path
from typing import Any

from .cold import PEERS, REDUCED
from .contestants import TRAINING

BLUE, ORANGE, GREY = "#0072B2", "#E69F00", "#9A9A9A"  # apart for the colour-blind, and in print
Bars = list[tuple[str, float, str]]  # label, seconds, colour


def draw(results: dict[str, Any], path: Path) -> bool:
    """Write the figure, where there is enough to draw; say whether there was."""
    epoch, cold = epoch_bars(results), cold_bars(results)
    panels = [
        (title, bars) for title, bars in (("One epoch of MNIST, batch 128", epoch), ("From a cold start", cold)) if bars
    ]
    if not panels:
        return False
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    tallest = max(len(bars) for _, bars in panels)
    figure, axes = plt.subplots(1, len(panels), figsize=(5.2 * len(panels), 0.8 + 0.34 * tallest), squeeze=False)
    for ax, (title, bars) in zip(axes[0], panels, strict=True):
        draw_bars(ax, title, bars)
    figure.tight_layout(w_pad=2.5)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)
    return True


def draw_bars(ax: Any, title: str, bars: Bars) -> None:
    """The shortest bar on top, and each one's number beside it."""
    bars = sorted(bars, key=lambda bar: bar[1], reverse=True)
    labels, seconds, colours = zip(*bars, strict=True)
    drawn = ax.barh(labels, seconds, color=colours, height=0.72)
    ax.bar_label(drawn, [f"{value:.2f} s" if value < 10 else f"{value:.0f} s" for value in seconds], padding=4)
    ax.set_title(title, loc="left", fontsize=11, fontweight="bold")
    ax.set_xlim(0, max(seconds) * 1.2)
    ax.spines[["top", "right", "bottom"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.set_xticks([])


def epoch_bars(results: dict[str, Any]) -> Bars:
    """Every contestant at batch 128."""
    found = results.get("epoch", {}).get("batches", {}).get("128", {})
    colours = {"ours": BLUE, "limit": ORANGE}
    return [
        (TRAINING[name].label, result["median"], colours.get(TRAINING[name].kind, GREY))
        for name, result in found.items()
    ]


def cold_bars(results: dict[str, Any]) -> Bars:
    """`import torch`, and all who reached 98 %."""
    bars = []
    for name, result in results.get("cold", {}).get("training", {}).items():
        if name == "import torch":
            bars.append(("import torch, and no more", result["median"], ORANGE))
        elif result.get("reached"):
            colour = BLUE if name == "tendigits" else GREY
            bars.append((f"{(PEERS | REDUCED).get(name, name)} to 98 %", result["median"], colour))
    return bars
