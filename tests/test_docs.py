"""The examples of the documentation run as they stand: each section by itself, in an empty folder."""

import re
from pathlib import Path

import pytest

import tendigits

ROOT = Path(__file__).parent.parent
OPTIONAL = ("dask", "optuna", "onnx", "onnxruntime")


def examples():
    """Each Python block of the pages, with the page and the line where it begins."""
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        text = page.read_text() if page.exists() else ""
        for block in re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            line = text[: block.start(1)].count("\n")
            takes_long = any(word in block[1] for word in ("LocalCluster", "optuna", "workers=2"))
            marks = [pytest.mark.slow] if takes_long else []
            yield pytest.param(page, line, block[1], id=f"{page.name}:{line}", marks=marks)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of Dask's
@pytest.mark.parametrize(("page", "line", "code"), list(examples()))
def test_example(page, line, code, digits, tmp_path, monkeypatch):
    for package in OPTIONAL:
        if f"import {package}" in code or f"from {package}" in code or f"export_{package}" in code:
            pytest.importorskip(package, reason=f"{package} is not installed")
    for name in ("load_mnist", "load_digits"):  # quick, and always at hand
        monkeypatch.setattr(tendigits, name, lambda: digits, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")  # for the processes that an example starts
    exec(compile("\n" * line + code, page, "exec"), {"__name__": "__main__"})


def test_what_must_pass_begins_with_the_readmes_test_command():
    script = ROOT / ".ci" / "run"
    if not script.exists():
        pytest.skip("needs the repository: .ci/run is not part of a source distribution")
    command = re.search(r"^    (.*\.venv/bin/pytest)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert command[1] in script.read_text("utf-8").splitlines()
