"""What an interrupted training leaves is kept until someone says otherwise, and two runs do not share it."""

import pytest
from commands import failed, tendigits

from tendigits._util import locks
from tendigits._util.locks import locked

TRAIN = ["train", "--data", "digits", "--epochs", "2", "--hidden", "8"]


def interrupt(*arguments, cwd, monkeypatch, clean=True, epochs=1):
    """Run the command, and press Ctrl-C after so many epochs."""
    from tendigits.training import loop
    from tendigits.training.interrupts import Stopped

    plain, done = loop.save_checkpoint, []

    def save(path, run):
        if epochs:
            plain(path, run)
        done.append(path)
        if len(done) >= epochs:
            raise Stopped if clean else KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loop, "save_checkpoint", save)
        return tendigits(*arguments, cwd=cwd)


def test_beginning_again_does_not_delete_the_work_of_an_interrupted_run(tmp_path, monkeypatch):
    options = [*TRAIN, "--members", "3", "--out", "m.npz"]
    assert failed(interrupt(*options, cwd=tmp_path, monkeypatch=monkeypatch, epochs=3), 1, "All is kept; go on with:")
    names = ["m.npz.checkpoint.2.npz", "m.npz.checkpoint.npz"]
    before = {name: (tmp_path / name).read_bytes() for name in names}
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for more in ([], ["--members", "1"], ["--members", "5"]):
        assert failed(tendigits(*options, *more, cwd=tmp_path), 2, "--resume", "--overwrite")
    assert {name: (tmp_path / name).read_bytes() for name in names} == before
    assert tendigits(*options, "--resume", cwd=tmp_path).returncode == 0
    assert tendigits(*options, cwd=tmp_path).returncode == 0  # a finished run is replaced
    assert "member 1/3  epoch 1/2" in tendigits(*options, "--overwrite", cwd=tmp_path).stdout


def test_a_run_whose_model_was_never_written_is_unfinished(tmp_path):
    assert tendigits(*TRAIN, cwd=tmp_path).returncode == 0
    (tmp_path / "model.npz").unlink()
    assert failed(tendigits(*TRAIN, cwd=tmp_path), 2, "model.npz.checkpoint.npz holds an unfinished run")
    assert tendigits(*TRAIN, "--resume", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("clean", [True, False])
def test_all_is_kept_is_only_said_when_it_is(tmp_path, monkeypatch, clean):
    lost = interrupt(*TRAIN, cwd=tmp_path, monkeypatch=monkeypatch, clean=False, epochs=0)
    assert failed(lost, 1, "nothing is kept")
    result = interrupt(*TRAIN, cwd=tmp_path, monkeypatch=monkeypatch, clean=clean)
    assert failed(result, 1, "All is kept;" if clean else "All up to the last checkpoint is kept;")


def test_models_whose_names_differ_after_a_dot_have_checkpoints_of_their_own(tmp_path):
    for name in ("lr0.1", "lr0.5"):
        assert tendigits(*TRAIN, "--out", name, cwd=tmp_path).returncode == 0
    checkpoints = {"lr0.1.checkpoint.npz", "lr0.5.checkpoint.npz"}
    assert {path.name for path in tmp_path.iterdir()} == {"lr0.1", "lr0.5", *checkpoints}


@pytest.mark.parametrize("options", [[], ["--resume"], ["--overwrite"]])
def test_the_second_of_two_runs_with_one_model_is_refused(tmp_path, monkeypatch, options):
    monkeypatch.setattr(locks, "WAIT", 0.001)
    with locked(tmp_path / "model.npz"):
        assert failed(tendigits(*TRAIN, *options, cwd=tmp_path), 2, "being written by another run")


def test_resume_and_overwrite_exclude_each_other(tmp_path):
    assert failed(tendigits(*TRAIN, "--resume", "--overwrite", cwd=tmp_path), 2, "exclude each other")


def test_a_failed_worker_ends_the_command_with_a_sentence(tmp_path, monkeypatch):
    from tendigits.errors import WorkerFailed

    def fail(*_, **__):
        raise WorkerFailed("A worker process was killed.")

    monkeypatch.setattr("tendigits.cli.train.train_and_test", fail)
    assert failed(tendigits(*TRAIN, cwd=tmp_path), 1, "Error: A worker process was killed.")


def test_out_of_memory_says_so(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise MemoryError

    monkeypatch.setattr("tendigits.cli.train.train_and_test", fail)
    assert failed(tendigits(*TRAIN, cwd=tmp_path), 1, "Error: Out of memory.")
