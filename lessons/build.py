"""Build the lessons: text form in; executed notebooks, or copies to teach with, out.

    python lessons/build.py                     all notebooks, executed
    python lessons/build.py mnist               only this one
    python lessons/build.py --for learners      handouts/learners/: nothing executed, nothing solved
    python lessons/build.py --for teachers      handouts/teachers/: every exercise solved
    python lessons/build.py --for otter         handouts/otter/: assignments that otter-grader marks by itself

Each `lessons/NAME.py` that is written in cells (`# %%`) becomes a notebook, executed from top to bottom, with its
outputs and pictures: `mnist.py` becomes `mnist.ipynb` at the root, the others stay in `lessons/`. A cell that draws
has a line `# alt: …` for each of its figures; the built notebook carries them as alternative text. The forms for
teaching are made of the same text and of `lessons/solutions.py`. Names of lessons, and `--to FOLDER`, go with each.

Needs `pip install jupytext nbclient ipykernel`, and what the lessons need: numpy, scikit-learn, matplotlib.
The forms for teaching need only jupytext; to mark assignments, `pip install otter-grader`.
"""

import argparse
import base64
import io
import os
from pathlib import Path

import jupytext
import nbformat

LESSONS = Path(__file__).resolve().parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def sources():
    """Return the text forms, by name."""
    return {path.stem: path for path in sorted(LESSONS.glob("*.py")) if "\n# %%" in path.read_text("utf-8")}


def notebook_path(name):
    """Return where the notebook of this name belongs."""
    return (LESSONS.parent if name == "mnist" else LESSONS) / f"{name}.ipynb"


def read(name):
    """Return a lesson as a notebook without outputs, and with nothing in it that differs from run to run."""
    notebook = jupytext.read(sources()[name])
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:03}"
        cell.metadata = {key: value for key, value in cell.metadata.items() if key == "jupyter"}  # folded cells
    return notebook


def write(notebook, target):
    """Write a notebook and say so."""
    notebook.metadata = METADATA
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)
    print(f"{target.name}: {len(notebook.cells)} cells, {target.stat().st_size / 1e6:.2f} MB")


def execute(notebook):
    """Run all cells, and give each figure its alternative text."""
    from nbclient import NotebookClient

    NotebookClient(
        notebook,
        timeout=3600,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(LESSONS.parent)}},
    ).execute()
    faults = [fault for cell in notebook.cells if (fault := describe(cell))]
    if faults:
        raise SystemExit("\n\n".join(faults))


def describe(cell):
    """Write a cell's `# alt:` lines into the figures that it drew, one each; return what is wrong, if anything is."""
    texts = [line[6:].strip() for line in cell.source.splitlines() if line.startswith("# alt:")]
    figures = [output for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
    if len(texts) != len(figures):
        return f"{len(figures)} figures, but {len(texts)} alternative texts in this cell:\n{cell.source}"
    for text, figure in zip(texts, figures, strict=True):
        figure.metadata = {"image/png": {"alt": text}}
        figure.data["image/png"] = compact(figure.data["image/png"])
    return None


def compact(png):
    """Return a picture in base64 with 256 colours, a third of its size: notebooks are opened in browsers."""
    from PIL import Image

    packed = io.BytesIO()
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    picture.quantize(256).save(packed, "png", optimize=True)
    return base64.b64encode(packed.getvalue()).decode()


def build(name):
    """Convert, execute and write one notebook."""
    notebook = read(name)
    execute(notebook)
    write(notebook, notebook_path(name))


def main():
    """Read the command line and build what it names."""
    parser = argparse.ArgumentParser(description="Build the lessons' notebooks from their text.")
    parser.add_argument("names", nargs="*", help=f"lessons: {', '.join(sources())}; without any, all of them")
    parser.add_argument("--for", dest="form", choices=("learners", "teachers", "otter"), help="a form to teach with")
    parser.add_argument("--to", type=Path, help="the folder for that form (default: handouts/FORM)")
    options = parser.parse_args()
    unknown = set(options.names) - set(sources())
    if unknown:
        parser.error(f"there is no lesson {', '.join(sorted(unknown))}; there are {', '.join(sources())}")
    os.environ.pop("TENDIGITS_LESSON_QUICK", None)  # what is committed is the real thing
    if options.form is None:
        for name in options.names or sources():
            build(name)
    else:
        import forms

        forms.build(options.form, options.names or list(sources()), options.to or LESSONS / "handouts" / options.form)


if __name__ == "__main__":
    main()
