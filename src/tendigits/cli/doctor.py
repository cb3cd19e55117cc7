"""`tendigits doctor`: does the set-up work? One screen that says so, and what to do where it does not."""

import importlib.util
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click
import numpy as np

from .. import __version__
from ..errors import InputError
from ..nn.network import Network
from ..training.loop import fit
from ..training.settings import Settings
from .common import echo

OLDEST = (3, 11)
LESSONS = {"scikit-learn": "sklearn", "matplotlib": "matplotlib", "notebook": "notebook"}
PICTURES = {"pillow": "PIL"}
EPOCHS = 20  # take about a second
ENOUGH = 0.8  # of the small digits that it has not seen
MARKS = {True: "ok  ", False: "--  "}


@click.command()
def doctor() -> None:
    """Check that everything works here: Python, packages, data, fonts, and a short training.

    Nothing is downloaded, and nothing is changed. The exit status is 1 if something that tendigits needs is missing.
    """
    healthy = True
    for check in (_python, _packages, _data, _fonts, _training):
        for works, needed, line in check():
            echo(f"{MARKS[works]}{line}")
            healthy &= works or not needed
    echo("Everything that is needed works." if healthy else "Something that is needed is missing: see the lines above.")
    if not healthy:
        sys.exit(1)


Findings = Iterator[tuple[bool, bool, str]]
"""For each finding: does it work, is it needed, and a line that says so."""


def _python() -> Findings:
    """Python itself, and this package."""
    works = sys.version_info >= OLDEST
    advice = "" if works else ": tendigits needs 3.11 or newer"
    yield works, True, f"Python {platform.python_version()} on {platform.system()} {platform.machine()}{advice}"
    yield True, True, f"tendigits {__version__}, NumPy {np.__version__}"


def _packages() -> Findings:
    """What the lessons and pictures need beside NumPy."""
    for name, module in (LESSONS | PICTURES).items():
        works = importlib.util.find_spec(module) is not None
        purpose = "the lessons" if name in LESSONS else "pictures"
        yield works, False, f"{name} {_version(name)}" if works else f"{name}, for {purpose}: pip install {name}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(version unknown)"


def _data() -> Findings:
    """MNIST, where scikit-learn or tendigits keep it; and the digits that come with scikit-learn."""
    works = importlib.util.find_spec("sklearn") is not None
    yield works, False, "small digits for trying out" + ("" if works else ": come with scikit-learn")
    home = Path(os.environ.get("SCIKIT_LEARN_DATA") or "~/scikit_learn_data").expanduser()
    found = any(home.glob("openml/**/mnist_784.arff*")) or (home / "tendigits" / "mnist.npz").exists()
    where = "MNIST, downloaded before" if found else "MNIST is not here yet: the first lesson downloads 15 MB, once"
    yield found, False, where


def _fonts() -> Findings:
    """Whether matplotlib can draw what the lessons write: minus, times, arrows, and three dots below each other."""
    if importlib.util.find_spec("matplotlib") is None:
        return
    from matplotlib import font_manager, get_data_path

    folder = Path(get_data_path()) / "fonts" / "ttf"
    face = font_manager.get_font(str(folder / "DejaVuSans.ttf"))
    missing = [sign for sign in "−×→⋮ε" if not face.get_char_index(ord(sign))]
    yield not missing, False, "fonts for figures" + (f": no sign for {' '.join(missing)}" if missing else "")


def _training() -> Findings:
    """Train for two seconds, on the small digits if they are there."""
    try:
        accuracy, seconds = _timed(_train_for_a_moment)
    except ImportError:
        yield False, False, "a short training needs scikit-learn's small digits: pip install scikit-learn"
    except (InputError, OSError) as error:
        yield False, True, f"a short training failed: {error}"
    else:
        yield accuracy > ENOUGH, True, f"a training of {seconds:.1f} s reads {accuracy:.0%} of unseen small digits"


def _timed(work: Callable[[], float]) -> tuple[float, float]:
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def _train_for_a_moment() -> float:
    """Train on 1,500 of scikit-learn's digits; return the share of the 297 others that is read correctly."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    x = np.round(images * (255 / 16)).astype(np.uint8)
    network = Network((64, 128, 10), seed=0)
    fit(network, (x[:1500], labels[:1500]), settings=Settings(epochs=EPOCHS), progress=False)
    return float(np.mean(network.predict(x[1500:]) == labels[1500:]))
