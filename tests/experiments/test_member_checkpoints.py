"""The checkpoints of an ensemble: their names, and that the members of a larger, older one are seen."""

from pathlib import Path

import pytest

from tendigits import InputError
from tendigits.experiments.member_checkpoints import checkpoint_of, checkpoints_of_members


def test_each_member_has_a_name_of_its_own():
    path = Path("model.npz.checkpoint.npz")
    names = [checkpoint_of(path, member).name for member in range(3)]
    assert names == ["model.npz.checkpoint.npz", "model.npz.checkpoint.2.npz", "model.npz.checkpoint.3.npz"]


def test_what_another_member_left_is_no_checkpoint_and_stays(tmp_path):
    path = tmp_path / "model.npz.checkpoint.npz"
    other = checkpoint_of(path, 4)
    other.write_text("a thesis")
    with pytest.raises(InputError, match="left alone"), checkpoints_of_members(path, 1, False, False):
        pass
    assert other.read_text() == "a thesis"


def test_without_a_path_nothing_happens(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with checkpoints_of_members(None, 3, False, False):
        assert not list(tmp_path.iterdir())
