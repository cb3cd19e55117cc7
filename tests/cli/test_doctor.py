"""`tendigits doctor` says in one screen what works, what is missing, and what to do about it."""

import importlib.util
from pathlib import Path

import pytest
from click.testing import CliRunner

from tendigits.cli import doctor
from tendigits.cli.main import main


@pytest.fixture
def screen(monkeypatch):
    monkeypatch.setattr(doctor, "_train_for_a_moment", lambda: 0.95)
    return lambda: CliRunner().invoke(main, ["doctor"])


def test_it_fits_on_a_screen_and_names_what_it_looked_at(screen):
    result = screen()
    assert result.exit_code == 0
    assert len(result.output.splitlines()) <= 24
    for word in ("Python", "NumPy", "scikit-learn", "matplotlib", "MNIST", "fonts", "training"):
        assert word in result.output


def test_a_missing_package_is_named_with_its_remedy_and_is_no_failure(screen, monkeypatch):
    def without_matplotlib(name, *args, find=importlib.util.find_spec):
        return None if name == "matplotlib" else find(name, *args)

    monkeypatch.setattr(importlib.util, "find_spec", without_matplotlib)
    result = screen()
    assert "--  matplotlib, for the lessons: pip install matplotlib" in result.output
    assert result.exit_code == 0


def test_a_network_that_learns_nothing_is_a_failure(screen, monkeypatch):
    monkeypatch.setattr(doctor, "_train_for_a_moment", lambda: 0.1)
    result = screen()
    assert result.exit_code == 1
    assert "missing" in result.output


def test_an_old_python_is_a_failure(screen, monkeypatch):
    monkeypatch.setattr(doctor, "OLDEST", (99, 0))
    assert screen().exit_code == 1


@pytest.mark.parametrize("kept", ["openml/openml.org/data/v1/download/1/mnist_784.arff.gz", "tendigits/mnist.npz"])
def test_mnist_is_found_where_scikit_learn_or_this_package_keeps_it(screen, monkeypatch, tmp_path: Path, kept):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    other = tmp_path / "openml/openml.org/data/v1/download/61.arff.gz"
    other.parent.mkdir(parents=True)
    other.touch()
    assert "MNIST is not here yet" in screen().output
    (tmp_path / kept).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / kept).touch()
    assert "ok  MNIST" in screen().output
    monkeypatch.setenv("HOME", str(tmp_path.parent))
    monkeypatch.setenv("USERPROFILE", str(tmp_path.parent))
    monkeypatch.setenv("SCIKIT_LEARN_DATA", f"~/{tmp_path.name}")
    assert "ok  MNIST" in screen().output


def test_the_short_training_learns():
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    assert doctor._train_for_a_moment() > doctor.ENOUGH
