"""The house is as it is drawn: imports run one way, between packages and inside them, and what is heavy loads late."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import tendigits

PACKAGE = Path(tendigits.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
DOORS = {  # the only imports that go up: public methods of Network, one line each, that load `models` when called
    ("tendigits.nn.network", "models"),
}


@cache
def imports(name):
    """The tendigits modules that a module imports, wherever in the file, but for type checking."""
    nodes = list(ast.walk(ast.parse(MODULES[name].read_text())))
    for_typing = [node for node in nodes if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)]
    unused = {inner for node in for_typing for each in node.body for inner in ast.walk(each)}
    parts = name.split(".") if MODULES[name].name == "__init__.py" else name.split(".")[:-1]
    found = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.level and node not in unused:
            base = ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])
            found |= {f"{base}.{each.name}" if f"{base}.{each.name}" in MODULES else base for each in node.names}
    return found


def room(name):
    """The room a module is in: "nn" for tendigits.nn.layers.relu; the module's own name at the top."""
    return [*name.split("."), ""][1]


def may_import(name):
    """The rooms that a package's docstring allows its modules to import from."""
    docstring = ast.get_docstring(ast.parse((PACKAGE / name / "__init__.py").read_text()))
    return set(re.search(r"^May import: (.*)\.$", docstring, re.MULTILINE)[1].split(", "))


def inner(name):
    return [module for module in MODULES if room(module) not in ("", "__init__", "__main__")]


@pytest.mark.parametrize("package", ROOMS)
def test_a_package_says_what_lives_there_and_what_it_imports(package):
    for name in MODULES:
        if room(name) == package:
            used = {room(each) for each in imports(name)} - {package, ""}
            forbidden = {each for each in used - may_import(package) if (name, each) not in DOORS}
            assert not forbidden, f"{name} must not import {forbidden}"


def test_packages_import_one_way():
    allowed = {package: may_import(package) - {"errors"} for package in ROOMS}
    assert not cycle(allowed), cycle(allowed)


def test_modules_import_one_way():
    used = {
        name: {each for each in imports(name) if each != name and (name, room(each)) not in DOORS}
        for name in MODULES
        if name != "tendigits"
    }
    assert not cycle(used), cycle(used)


def cycle(graph):
    """The first circle of a graph {node: nodes it points to}, or None."""
    done = set()

    def visit(node, path):
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return None
        for other in sorted(graph.get(node, ())):
            if found := visit(other, [*path, node]):
                return found
        done.add(node)
        return None

    return next((found for node in sorted(graph) if (found := visit(node, []))), None)


def test_cycles_are_found():
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) is None


def test_the_top_holds_little():
    assert {path.stem for path in PACKAGE.glob("*.py")} == {"__init__", "__main__", "errors"}


def test_every_module_has_its_test_file():
    files = list(Path(__file__).parent.rglob("test_*.py"))
    words = {path.stem.removeprefix("test_") for path in files}
    words.update(*(re.findall(r"\w+", path.read_text("utf-8")) for path in files))
    for name, path in MODULES.items():
        nodes = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef | ast.FunctionDef)]
        names = {node.name for node in nodes if not node.name.startswith("_")} | {path.stem}
        assert path.stem == "__init__" or names & words, name


def modules_after(statement):
    code = f"{statement}\nimport sys; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize(
    "statement", ["import tendigits", "import tendigits.cli.main", "from tendigits import Network, fit"]
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
