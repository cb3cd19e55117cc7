"""The house is as it is drawn: imports run one way, and what is heavy is loaded late."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tendigits

PACKAGE = Path(tendigits.__file__).parent
FLOORS = [  # a module may import from the floors above it, and from its own
    {"errors", "openblas"},
    {"files", "progress", "extras"},
    {"layers", "idx"},
    {"images", "augment", "loss", "download", "foreign", "architecture", "workers"},
    {"batches"},
    {"data", "network", "pictures"},
    {"pretrained", "workspace"},
    {"shards", "slices", "history"},
    {"optim"},
    {"settings"},
    {"checkpoint", "recipes"},
    {"train"},
    {"evaluate", "course"},
    {"plots", "experiment", "explain", "page", "export", "fitted"},
    {"estimator", "scores", "robustness"},
    {"cli"},
]
FLOOR_OF = {module: floor for floor, modules in enumerate(FLOORS) for module in modules}


def imported_modules(path):
    """The tendigits modules that a file imports, wherever in the file, except for type checking only."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            names = [node.module.split(".")[0]] if node.module else [alias.name for alias in node.names]
            yield from (name for name in names if not name.startswith("__"))


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.stem)
def test_imports_run_one_way(path):
    if path.stem in ("__init__", "__main__"):
        return
    for name in imported_modules(path):
        assert FLOOR_OF[name] <= FLOOR_OF[path.stem], f"{path.stem} must not import {name}"


def test_every_module_has_its_test_file():
    tests = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__", "errors"}
    assert modules - tests == set()


def modules_after(statement):
    code = f"{statement}\nimport sys; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize(
    "statement", ["import tendigits", "import tendigits.cli", "from tendigits import Network, fit"]
)
def test_heavy_libraries_are_loaded_where_they_are_used(statement):
    assert modules_after(statement).isdisjoint({"sklearn", "scipy", "matplotlib", "PIL", "tqdm"})


def test_the_public_names_exist_and_are_typed():
    for name in tendigits.__all__:
        assert getattr(tendigits, name).__module__.startswith("tendigits.")
        assert f"import {name} as {name}" in (PACKAGE / "__init__.py").read_text()
    assert set(tendigits.__all__) <= set(dir(tendigits))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = tendigits.nonsense
