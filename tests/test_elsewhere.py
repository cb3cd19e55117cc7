"""What Windows and macOS are like, as far as Linux can pretend: no fork, other locks, new processes, names of files."""

import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from tendigits import DigitClassifier, Network
from tendigits._util import files, locks

ROOT = Path(__file__).parents[1]
PRETEND = """
import os, sys, types
import click, joblib, sklearn.datasets, subprocess, tempfile, tqdm  # these look at the platform, or at os, as they load

for name in ("fork", "register_at_fork", "sched_getaffinity", "mkfifo", "geteuid", "O_NOFOLLOW", "O_NONBLOCK"):
    if hasattr(os, name):
        delattr(os, name)
sys.modules["fcntl"] = None
sys.modules["msvcrt"] = types.SimpleNamespace(LK_NBLCK=2, locking=lambda descriptor, mode, n: None)
sys.platform = {platform!r}
import tendigits.__main__
sys.argv[0] = "tendigits"
tendigits.__main__.main()
"""


def pretended(platform, *arguments, cwd):
    command = [sys.executable, "-c", PRETEND.format(platform=platform), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_without_fork_two_workers_train_stop_and_go_on(tmp_path, platform):
    command = ["train", "--data", "digits", "--hidden", "8", "--workers", "2", "--epochs", "2", "--json"]
    first = pretended(platform, *command, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    again = pretended(platform, *command, "--resume", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["test_accuracy"] == json.loads(first.stdout)["test_accuracy"]
    assert Network.load(tmp_path / "model.npz").sizes == [784, 8, 10]
    assert not list(tmp_path.glob("*.lock"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_spawned_process_trains_the_same_bits():
    rng = np.random.default_rng(0)
    X, y = rng.random((60, 6)), np.arange(60) % 3
    model = DigitClassifier((5,), max_iter=3, random_state=0)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        there = pool.submit(model.fit, X, y).result()
    np.testing.assert_array_equal(there.predict_proba(X), model.fit(X, y).predict_proba(X))


def test_locks_of_windows(tmp_path, monkeypatch):
    """There the lock file is deleted after it is released, since an open file cannot be."""
    held = []
    monkeypatch.setattr(locks, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", Locking(held))
    with locks.locked(tmp_path / "model.npz"):
        assert len(held) == 1
        assert [path.name for path in tmp_path.iterdir()] == [".model.npz.lock"]
    assert list(tmp_path.iterdir()) == []
    assert not locks.take(held[0])


class Locking:
    """Windows' module msvcrt, of which a descriptor can be locked once."""

    LK_NBLCK = 2

    def __init__(self, held):
        self.held = held

    def locking(self, descriptor, mode, n):
        if descriptor in self.held:
            raise OSError("held")
        self.held.append(descriptor)


def test_no_two_files_differ_in_case_alone_nor_have_a_name_that_windows_keeps_for_itself():
    folders = [ROOT / name for name in ("src", "tests", "docs", "lessons", "benchmarks", "packaging")]
    paths = [
        path.relative_to(ROOT) for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts
    ]
    assert max(Counter(str(path).casefold() for path in paths).values()) == 1
    kept = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
    assert not [path for path in paths if path.stem.casefold() in kept or set(path.name) & set('<>:"|?*\\')]


def test_what_is_written_is_replaced_though_its_name_differs_in_case(tmp_path):
    """A file system that knows no case finds the old file under the new name: it is replaced, and not doubled."""
    files.write_npz(tmp_path / "Model.npz", {"a": np.zeros(1)}, {})
    (tmp_path / "model.npz").symlink_to("Model.npz")  # as such a file system would answer
    files.write_npz(tmp_path / "model.npz", {"a": np.ones(1)}, {})
    assert files.read_npz(tmp_path / "Model.npz")[0]["a"] == 1
