"""The documentation's site, built once; or one that is built already, where `TENDIGITS_SITE` says."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = ["sphinx", "myst_nb", "numpydoc", "pydata_sphinx_theme"]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    if built := os.environ.get("TENDIGITS_SITE"):
        return Path(built)
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        pytest.skip(f"needs the extra docs: {', '.join(missing)}")
    out = tmp_path_factory.mktemp("site")
    subprocess.run([sys.executable, "-m", "docs", out], cwd=ROOT, check=True)
    return out
