"""Build the lessons: text form in, executed notebooks out.

    python lessons/build.py            all of them
    python lessons/build.py mnist      only this one

Each `lessons/NAME.py` that is written in cells (`# %%`) becomes a notebook, executed from top to bottom,
with its outputs and pictures: `mnist.py` becomes `mnist.ipynb` at the root, the others stay in `lessons/`.
Needs `pip install jupytext nbclient ipykernel`, and what the lessons need: numpy, scikit-learn, matplotlib.
"""

import os
import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

LESSONS = Path(__file__).resolve().parent


def sources():
    """Return the text forms, by name."""
    return {path.stem: path for path in sorted(LESSONS.glob("*.py")) if "\n# %%" in path.read_text("utf-8")}


def notebook_path(name):
    """Return where the notebook of this name belongs."""
    return (LESSONS.parent if name == "mnist" else LESSONS) / f"{name}.ipynb"


def build(name):
    """Convert, execute and write one notebook; what differs from run to run is left out."""
    notebook = jupytext.read(sources()[name])
    NotebookClient(notebook, timeout=3600, kernel_name="python3", record_timing=False, coalesce_streams=True,
                   resources={"metadata": {"path": str(LESSONS.parent)}}).execute()
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:03}"
        cell.metadata = {}
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                         "language_info": {"name": "python"}}
    target = notebook_path(name)
    nbformat.write(notebook, target)
    print(f"{target.name}: {len(notebook.cells)} cells, {target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    os.environ.pop("TENDIGITS_LESSON_QUICK", None)  # what is committed is the real thing
    for name in sys.argv[1:] or sources():
        build(name)
