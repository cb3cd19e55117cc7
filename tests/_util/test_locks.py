"""One writer at a time, and no lock outlives its process."""

import os
import subprocess
import sys

import pytest

from tendigits import InputError
from tendigits._util import locks
from tendigits._util.locks import locked, take


def test_the_second_is_refused_and_after_the_first_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "WAIT", 0.001)
    path = tmp_path / "model.npz"
    with locked(path), pytest.raises(InputError, match="another run"), locked(path):
        pass
    with locked(path):
        pass
    assert os.listdir(tmp_path) == []


def test_a_lock_of_a_dead_process_holds_nobody_up(tmp_path):
    path = tmp_path / "model.npz"
    code = f"import os; from tendigits._util.locks import locked\nwith locked({str(path)!r}): os._exit(0)"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert os.listdir(tmp_path) == [".model.npz.lock"]
    with locked(path):
        pass


def test_take(tmp_path):
    first, second = (os.open(tmp_path / "x", os.O_RDWR | os.O_CREAT) for _ in range(2))
    assert take(first)
    assert not take(second)
    os.close(first)
    assert take(second)
    os.close(second)
