"""What each command really says: run when the site is built, one after the other, in an empty folder and offline.

The pictures are drawn by code: a digit, a page of numbers, and a sheet that a hand of strokes has filled in.
"""

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "helpers"))

from filled_sheets import filled, photographed
from paper import written

from tendigits.sheets.layout import form

SHOWN = 24  # lines of an answer, at most
SESSIONS = (  # what one writes, the next may read
    "tendigits train --data digits --epochs 5",
    "tendigits info model.npz",
    "tendigits evaluate model.npz",
    "tendigits robustness model.npz",
    "tendigits score --data digits --seeds 3 --epochs 5",
    "tendigits predict three.png",
    "tendigits read page.png",
    "tendigits export model.npz --to c",
    "tendigits draw model.npz --no-open",
    "tendigits watch --data digits --no-open",
    "tendigits sheet --writer anna",
    "tendigits collect anna.jpg --out hand",
    "tendigits distort --data digits --times 2 --out many",
    "tendigits recipes",
    "tendigits doctor",
)


def sessions() -> dict[str, str]:
    """Run them all; give for each command what was typed and what was answered."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw_pictures(folder)
        return {shlex.split(line)[1]: f"$ {line}\n{answer(line, folder)}" for line in SESSIONS}


def draw_pictures(folder: Path) -> None:
    """Put the pictures into the folder that the commands are shown to read."""
    rng = np.random.default_rng(0)
    Image.fromarray(written(["3"])).save(folder / "three.png")
    Image.fromarray(written(["0123456789", "31415926"])).save(folder / "page.png")
    Image.fromarray(photographed(filled(form(writer="anna")[0], rng), rng)).save(folder / "anna.jpg")


def answer(line: str, folder: Path) -> str:
    """What a command prints, its first lines."""
    offline = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    environment = os.environ | offline | {"SCIKIT_LEARN_DATA": str(folder / "home"), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", *shlex.split(line)]
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    lines = done.stdout.rstrip().splitlines()
    return "\n".join(lines if len(lines) <= SHOWN else [*lines[: SHOWN - 1], "…"])
