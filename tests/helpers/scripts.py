"""Running JavaScript under Node, beside what Python computed."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

SCRIPTS = Path(__file__).parents[1] / "javascript"
NODE = shutil.which("node")


def run_in_node(name, folder):
    """Run a test file of tests/javascript, which finds in `folder` what Python computed."""
    if not NODE:
        pytest.skip("needs Node: https://nodejs.org")
    run = [NODE, "--test", str(SCRIPTS / name)]
    result = subprocess.run(run, env={**os.environ, "GOLDEN": str(folder)}, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def write(folder, name, values):
    (folder / f"{name}.bin").write_bytes(np.ascontiguousarray(values).tobytes())


def write_json(folder, name, value):
    (folder / f"{name}.json").write_text(json.dumps(value))
