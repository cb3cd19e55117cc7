"""What is distributed: a wheel with what the package needs and nothing else, the same bytes each time."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "tendigits"
ALLOWED = {".py", ".js", ".css", ".html", ".npz", ".h", ".json", ".typed", ".md"}
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "build", "dist", "site")
USER_CODE = """
import numpy as np
from tendigits import DigitClassifier, Network, Settings, load_digits, train_and_test

digits = load_digits()
result = train_and_test(digits, Settings(epochs=1), seed=0)
accuracy: float = result.evaluation.accuracy
network: Network = result.network
labels = network.predict(np.zeros((1, 28, 28), np.uint8))
rows = digits.train_images.reshape(-1, 784)
model: DigitClassifier = DigitClassifier((8,), max_iter=5).fit(rows, digits.train_labels)
"""


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, text=True, capture_output=True, **options)


@pytest.fixture(scope="module")
def builds(tmp_path_factory):
    """Build twice, each time from a clean copy: sdist, and from it the wheel."""
    if not (ROOT / "README.md").exists():
        pytest.skip("needs the repository")
    if importlib.util.find_spec("build") is None:
        pytest.skip("needs build: pip install '.[release]'")
    folders = []
    for name in ("first", "second"):
        folder = tmp_path_factory.mktemp(name)
        shutil.copytree(ROOT, folder / "source", ignore=NOT_COPIED)
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "1750000000"}
        isolated = [] if importlib.util.find_spec("hatchling") is None else ["--no-isolation"]
        build = [sys.executable, "-m", "build", *isolated, "--outdir", folder / "dist", folder / "source"]
        run(*build, env=environment)
        folders.append(folder / "dist")
    return folders


def only(folder, pattern):
    (path,) = folder.glob(pattern)
    return path


@pytest.mark.slow
def test_two_builds_are_the_same_bytes(builds):
    first, second = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in builds)
    assert first == second


@pytest.mark.slow
def test_the_wheel_has_what_it_needs_and_nothing_else(builds):
    with zipfile.ZipFile(only(builds[0], "*.whl")) as wheel:
        names = wheel.namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"tendigits"}
    package = {name for name in names if name.startswith("tendigits/")}
    source = {
        path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src/tendigits").rglob("*") if path.is_file()
    }
    assert package == {name for name in source if "__pycache__" not in name}
    assert {Path(name).suffix or Path(name).name for name in package} <= ALLOWED | {"py.typed"}


@pytest.mark.slow
def test_the_installed_wheel_works_offline(builds, tmp_path):
    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    run(*pip, "--target", target, only(builds[0], "*.whl"))
    environment = {**os.environ, "PYTHONPATH": str(target)}
    where = "import tendigits; print(tendigits.__file__)"
    assert str(target) in run(sys.executable, "-c", where, cwd=tmp_path, env=environment).stdout
    train = [sys.executable, "-m", "tendigits", "train", "--data", "digits", "--epochs", "2"]
    assert "Saved model.npz" in run(*train, cwd=tmp_path, env=environment).stdout
    draw = [sys.executable, "-m", "tendigits", "draw", "--help"]
    assert run(*draw, cwd=tmp_path, env=environment).stdout


@pytest.mark.slow
def test_the_metadata_are_strict(builds):
    if importlib.util.find_spec("twine") is None:
        pytest.skip("needs twine")
    run(sys.executable, "-m", "twine", "check", "--strict", *builds[0].iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_user_code_is_typed(checker, tmp_path):
    if importlib.util.find_spec(checker) is None:
        pytest.skip(f"needs {checker}")
    (tmp_path / "user.py").write_text(USER_CODE)
    options = ["--strict", "--config-file", os.devnull] if checker == "mypy" else ["--pythonpath", sys.executable]
    result = subprocess.run(
        [sys.executable, "-m", checker, *options, "user.py"], cwd=tmp_path, text=True, capture_output=True
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_version_is_one():
    version = re.search(r'__version__ = "(.*)"', (ROOT / "src/tendigits/__init__.py").read_text("utf-8"))[1]
    for name, pattern in (("CITATION.cff", "version: (.*)"), ("packaging/recipe.yaml", 'version: "(.*)"')):
        if (ROOT / name).exists():
            assert re.search(pattern, (ROOT / name).read_text("utf-8").replace("cff-version", ""))[1] == version


def test_import_loads_numpy_alone():
    code = (
        "import sys; old = set(sys.modules); import tendigits; print(*{n.split('.')[0] for n in {*sys.modules} - old})"
    )
    loaded = set(run(sys.executable, "-c", code).stdout.split())
    assert loaded - {"numpy"} <= {"tendigits", "mkl"} | set(sys.stdlib_module_names), loaded


@pytest.mark.parametrize("path", sorted((ROOT / ".github").glob("workflows/*.yml")), ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path):
    used = re.findall(r"uses: (\S+)", path.read_text("utf-8"))
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action) for action in used)
    assert re.search(r"^permissions:", path.read_text("utf-8"), re.MULTILINE)
