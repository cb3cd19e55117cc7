"""The model of a step on several ranks is fitted and projected as its page says."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
if not (ROOT / "benchmarks").is_dir():
    pytest.skip("needs the repository: benchmarks are not part of a source distribution", allow_module_level=True)
sys.path.insert(0, str(ROOT))

from benchmarks import scaling  # noqa: E402

MODEL = {"compute": {"784-128-10": (1e-4, 1e-5)}, "exchange": {2: (1e-5, 1e-9)}}


def test_a_line_is_found():
    a, b = scaling.line([1, 10, 100], [2 + 3 * x for x in (1, 10, 100)])
    assert (a, b) == pytest.approx((2, 3))
    assert scaling.line([1, 2], [1, 3])[0] == 0  # never less than no time


def test_one_rank_exchanges_nothing_and_two_do():
    n_bytes = scaling.n_bytes("784-128-10")
    assert n_bytes == 4 * (784 * 128 + 128 + 128 * 10 + 10)
    assert scaling.predicted(MODEL, "784-128-10", 100, 1) == pytest.approx(1e-4 + 1e-3)
    slower = max(1, 2 / scaling.cores())
    expected = (1e-4 + 0.5e-3) * slower + 1e-5 + 1e-9 * n_bytes
    assert scaling.predicted(MODEL, "784-128-10", 100, 2) == pytest.approx(expected)


def test_on_a_slow_network_a_small_step_does_not_pay():
    assert scaling.speedup(MODEL, "784-128-10", 128, 1, "1 Gbit/s") == 1
    assert (
        scaling.speedup(MODEL, "784-128-10", 128, 4, "1 Gbit/s")
        < 1
        < scaling.speedup(MODEL, "784-128-10", 128, 4, "100 Gbit/s")
    )
    assert scaling.powers(100) == [1, 2, 4, 8, 16, 32, 64]


def test_a_step_is_timed(monkeypatch):
    monkeypatch.setitem(scaling.STEPS, "784-128-10", 3)
    assert scaling.step_time("784-128-10", 8, None) > 0
