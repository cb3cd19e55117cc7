"""A study of Optuna's, killed and begun again, goes on where it was."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

optuna = pytest.importorskip("optuna", reason="optuna is not installed")
PAGE = Path(__file__).parents[2] / "docs" / "scaling.md"


@pytest.mark.slow
def test_a_killed_study_goes_on(tmp_path):
    if not PAGE.exists():
        pytest.skip("needs the repository: docs are not part of a source distribution")
    code = re.search(r"```python\n(import optuna.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[1]
    (tmp_path / "search.py").write_text(code)
    dying = code.replace(
        "    return result", "    import os, signal\n    trial.number and os.kill(os.getpid(), 9)\n    return result"
    )
    killed = subprocess.run([sys.executable, "-c", dying], cwd=tmp_path)
    assert killed.returncode == -signal.SIGKILL
    subprocess.run([sys.executable, "search.py"], cwd=tmp_path, check=True)
    study = optuna.load_study(study_name="digits", storage=f"sqlite:///{tmp_path}/digits.db")
    states = [trial.state.name for trial in study.trials]
    assert states.count("COMPLETE") == 4
    assert states.count("RUNNING") == 1  # the one that was killed
