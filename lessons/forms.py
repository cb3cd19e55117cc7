"""The lessons in forms to teach with, made from the same text as the notebooks.

    learners    nothing executed, the exercises open: what a learner gets
    teachers    the exercises solved, each solution where the learner writes his own
    otter       the exercises alone, as assignments that otter-grader marks: one for learners, one with all solutions

An exercise is a code cell with `...  # your code here`, followed by one with its check, `check_NAME`.
Its solution is the function of the same name in `solutions.py`.
"""

import ast
import json
import re
import zipfile
from pathlib import Path

from build import METADATA, read, write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

OPEN = "...  # your code here"
FIRST = 'import matplotlib\n\nmatplotlib.use("Agg")'  # a marker has no screen
POINTS = {"easy": 1, "medium": 2, "hard": 4}


def solutions():
    """Return the source of each solution, by name."""
    text = Path(__file__).with_name("solutions.py").read_text("utf-8")
    text = re.sub(r"  # noqa.*", "", text)
    return {node.name: ast.get_source_segment(text, node) for node in ast.parse(text).body if hasattr(node, "name")}


def exercise_of(cell):
    """Return the name of the exercise that this cell leaves open, or None."""
    found = re.search(r"^def (\w+)\(", cell.source, re.M) if OPEN in cell.source else None
    return found and found.group(1)


def build(form, names, folder):
    """Write these lessons in this form into a folder."""
    for name in names:
        if form == "otter":
            assignment(name, folder)
        else:
            write(FORMS[form](read(name)), folder / f"{name}.ipynb")


def learners(notebook):
    """Return the lesson as a learner gets it: as its text says, without any outputs."""
    return notebook


def teachers(notebook):
    """Return the lesson with every exercise solved."""
    for cell in notebook.cells:
        if name := exercise_of(cell):
            cell.source = solutions()[name]
    return notebook


FORMS = {"learners": learners, "teachers": teachers}


# ---------------------------------------------------------------- assignments for otter-grader


def assignment(name, folder):
    """Write the exercises of a lesson as an assignment: learner's and solved notebook, and what the marker needs."""
    notebook = read(name)
    exercises = [exercise for cell in notebook.cells if (exercise := exercise_of(cell))]
    if not exercises:
        print(f"{name}: has no exercises with checks, so there is nothing to mark")
        return
    here = folder / name
    write(worksheet(notebook, solved=False), here / f"{name}.ipynb")
    write(worksheet(notebook, solved=True), here / "solved" / f"{name}.ipynb")
    marked = {exercise: test(notebook, exercise) for exercise in exercises}
    (here / "tests").mkdir(exist_ok=True)
    for exercise, text in marked.items():
        (here / "tests" / f"{exercise}.py").write_text(text, "utf-8")
    pack(here, marked)
    print(f"{name}: {len(marked)} exercises to mark")


def worksheet(notebook, solved):
    """Return a notebook with the lesson's functions and its exercises: no data, no training, no drawing."""
    cells = [new_markdown_cell("# Exercises\n\nRun the first cell, then work from top to bottom.")]
    cells += [new_code_cell("import otter\n\ngrader = otter.Notebook()"), new_code_cell(tools(notebook))]
    for i, cell in enumerate(notebook.cells):
        if name := exercise_of(cell):
            task = next(c for c in reversed(notebook.cells[:i]) if c.cell_type == "markdown")
            cells += [new_markdown_cell(task.source), new_code_cell(solutions()[name] if solved else cell.source)]
            cells.append(new_code_cell(f'grader.check("{name}")'))
    sheet = new_notebook(cells=cells, metadata=METADATA)
    for number, cell in enumerate(sheet.cells):
        cell.id = f"cell-{number:03}"
    return sheet


def tools(notebook):
    """Return the lesson's imports, functions and small constants, as one cell: what its exercises stand on."""
    kept = []
    for cell in notebook.cells:
        if cell.cell_type == "code" and not exercise_of(cell):
            tree = ast.parse(cell.source)
            kept += [ast.get_source_segment(cell.source, node) for node in tree.body if is_tool(node)]
    return FIRST + "\n" + "\n\n".join(kept)


def is_tool(node):
    """Tell whether a statement only defines something: an import, a function, a class, or what they are made of."""
    defined = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
    if isinstance(node, ast.Assign):  # Tensor.__add__ = add
        return all(
            isinstance(target, ast.Attribute | ast.Tuple) and "Tensor." in ast.unparse(target)
            for target in node.targets
        )
    return isinstance(node, defined) and not getattr(node, "name", "").startswith("check_")


def test(notebook, exercise):
    """Return otter-grader's test of an exercise: the lesson's own check, and its points."""
    check = next(cell for cell in notebook.cells if f"def check_{exercise}(" in cell.source).source
    functions = [node for node in ast.parse(check).body if isinstance(node, ast.FunctionDef)]
    helpers = [
        node
        for cell in notebook.cells
        if cell.cell_type == "code"
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.FunctionDef) and f"{node.name}(" in check and node.name.startswith("check_")
    ]
    parts = {node.name: ast.unparse(node) for node in [*helpers, *functions]}
    return (
        f"from otter.test_files import test_case\n\nOK_FORMAT = False\n\nname = {exercise!r}\n"
        f"points = {points(notebook, exercise)}\n\n\n"
        f"@test_case(points=None, hidden=False)\ndef test_{exercise}(env):\n"
        f'    exec(CHECK, env)\n    env["check_{exercise}"]()\n\n\nCHECK = {chr(10).join(parts.values())!r}\n'
    )


def points(notebook, exercise):
    """Return an exercise's points, by the word in its heading: easy, medium or hard."""
    before = [cell.source for cell in notebook.cells[: [exercise_of(c) for c in notebook.cells].index(exercise)]]
    heading = next(text for text in reversed(before) if "### Exercise" in text)
    return next(n for word, n in POINTS.items() if f"({word})" in heading)


def pack(here, marked):
    """Write the archive that `otter run -a` and `otter grade -a` read: the tests, and what they need."""
    with zipfile.ZipFile(here / "autograder.zip", "w") as archive:
        for exercise, text in marked.items():
            archive.writestr(f"tests/{exercise}.py", text)
        archive.writestr("otter_config.json", json.dumps({"show_stdout": True}, indent=2))
        archive.writestr("requirements.txt", "numpy\nscikit-learn\nmatplotlib\notter-grader\n")
