"""The forms to teach with: no solution in a learner's copy, full marks for the solved one, and none for mistakes.

otter-grader itself is not needed: its one decorator is replaced, and the tests that it would run are run here.
"""

import ast
import itertools
import subprocess
import sys
import types
from pathlib import Path

import pytest

pytest.importorskip("jupytext", reason="jupytext is not installed, which builds the lessons")
ROOT = Path(__file__).parents[2]
LESSONS = ROOT / "lessons"
EXERCISES = {"mnist": 6, "convolution": 6, "autograd": 2, "generalisation": 2, "certainty": 2}


@pytest.fixture(scope="module")
def forms():
    sys.path.insert(0, str(LESSONS))
    try:
        import forms
    finally:
        sys.path.remove(str(LESSONS))
    return forms


@pytest.fixture(scope="module")
def assignments(forms, tmp_path_factory):
    folder = tmp_path_factory.mktemp("otter")
    forms.build("otter", list(EXERCISES), folder)
    return folder


def code(path):
    import nbformat

    return [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def core(solution):
    """Return what a solution does: its code without documentation, as Python writes it."""
    function = ast.parse(solution).body[0]
    return "\n".join(ast.unparse(node) for node in function.body[1:])


def normal(cell):
    try:
        return ast.unparse(ast.parse(cell))
    except SyntaxError:
        return cell


@pytest.mark.parametrize("form", ["learners", "otter"])
@pytest.mark.parametrize("name", EXERCISES)
def test_no_solution_leaks_into_a_learners_copy(forms, tmp_path, form, name):
    forms.build(form, [name], tmp_path)
    path = tmp_path / (f"{name}.ipynb" if form == "learners" else f"{name}/{name}.ipynb")
    cells = code(path)
    text = path.read_text("utf-8")
    assert sum(forms.OPEN in cell for cell in cells) == EXERCISES[name]
    for exercise, solution in forms.solutions().items():
        assert ast.get_docstring(ast.parse(solution).body[0]) not in text
        defined = [normal(cell) for cell in cells if f"def {exercise}(" in cell]
        assert all(core(solution) not in cell.replace("\n    ", "\n") for cell in defined)
    assert '"execution_count": null' in text
    assert '"output_type"' not in text


@pytest.mark.parametrize("name", EXERCISES)
def test_the_teachers_copy_has_every_solution(forms, tmp_path, name):
    forms.build("teachers", [name], tmp_path)
    cells = code(tmp_path / f"{name}.ipynb")
    assert not any(forms.OPEN in cell for cell in cells)
    solved = [cell for cell in cells if cell in forms.solutions().values()]
    assert len(solved) == EXERCISES[name]


def marks(folder, name, notebook, monkeypatch, change=None):
    """Run a notebook's functions, then each exercise's test: points reached, points there are, and what was said."""
    otter = types.ModuleType("otter")
    otter.test_files = types.ModuleType("otter.test_files")
    otter.test_files.test_case = lambda **options: lambda function: function
    for module in (otter, otter.test_files):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    env = {}
    for cell in code(notebook):
        if "grader" not in cell:
            exec(cell, env)
    env |= change or {}
    reached, possible, said = 0, 0, {}
    for path in sorted((folder / name / "tests").glob("*.py")):
        test = {}
        exec(path.read_text("utf-8"), test)
        possible += test["points"]
        try:
            test[f"test_{test['name']}"](env)
        except Exception as problem:
            said[test["name"]] = str(problem)
        else:
            reached += test["points"]
    return reached, possible, said


@pytest.mark.parametrize(
    ("name", "points"),
    [("mnist", 12), ("convolution", 12), ("autograd", 3), ("generalisation", 3), ("certainty", 3)],
)
def test_the_solved_assignment_scores_full_marks(assignments, monkeypatch, name, points):
    solved = assignments / name / "solved" / f"{name}.ipynb"
    assert marks(assignments, name, solved, monkeypatch) == (points, points, {})


@pytest.mark.parametrize("name", EXERCISES)
def test_the_open_assignment_scores_nothing(assignments, monkeypatch, name):
    reached, _, said = marks(assignments, name, assignments / name / f"{name}.ipynb", monkeypatch)
    assert reached == 0
    assert len(said) == EXERCISES[name]


def test_a_typical_mistake_loses_its_points_and_no_others(assignments, monkeypatch):
    solved = assignments / "mnist" / "solved" / "mnist.ipynb"
    wrong = {"count_parameters": lambda sizes: sum(a * b for a, b in itertools.pairwise(sizes))}
    reached, possible, said = marks(assignments, "mnist", solved, monkeypatch, wrong)
    assert reached == possible - 1
    assert "the biases are missing" in said["count_parameters"]


def test_the_command_line(tmp_path):
    command = [sys.executable, str(LESSONS / "build.py"), "--for", "learners", "--to", str(tmp_path)]
    done = subprocess.run([*command, "bugs"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["bugs.ipynb"]
    done = subprocess.run([*command, "nonsense"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "there is no lesson nonsense" in done.stderr


def test_the_cheat_sheet_is_one_page(tmp_path):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    done = subprocess.run([sys.executable, str(LESSONS / "cheatsheet.py"), str(tmp_path / "sheet.pdf")], check=False)
    assert done.returncode == 0
    assert (tmp_path / "sheet.pdf").read_bytes().count(b"/Type /Page\n") + (tmp_path / "sheet.pdf").read_bytes().count(
        b"/Type /Page "
    ) == 1


def test_the_glossary_names_sections_that_are_there():
    rows = [line for line in (LESSONS / "glossary.md").read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 30
    letters = {"M": "mnist", "C": "convolution", "A": "autograd", "G": "generalisation", "S": "certainty"}
    texts = {key: (LESSONS / f"{name}.py").read_text("utf-8") for key, name in letters.items()}
    for row in rows:
        for place in row.strip("| ").split("|")[-1].split(","):
            letter, _, section = place.strip().partition(" ")
            assert f"\n# ## {section}." in texts[letter] if section else texts[letter], row
