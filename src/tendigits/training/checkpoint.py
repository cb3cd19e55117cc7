"""Checkpoints: everything needed to resume a training run as if it had never stopped."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from .._util.arrays import Array
from .._util.files import Arrays, read_npz, write_npz
from .._util.locks import locked
from ..errors import InputError
from .run import Run

FORMAT = "tendigits checkpoint 2"
OURS = "tendigits checkpoint"  # of whatever version
FIGURES = ("learning_rate", "train_loss", "train_accuracy", "seconds")
VALIDATION = ("validation_loss", "validation_accuracy")


@contextmanager
def checkpointing(
    path: Path | str | None, run: Run, *, resume: bool = False, overwrite: bool = False
) -> Iterator[None]:
    """Lock a checkpoint for the duration of the block, after resuming from it or discarding an older one.

    Parameters
    ----------
    path : path-like or None
        The checkpoint; it need not exist. With None, nothing happens.
    run : Run
        The run, not yet begun.
    resume : bool
        Whether to resume.
    overwrite : bool
        Whether to discard the checkpoint of an unfinished run.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    InputError
        If there is a file that this run cannot resume from or must not discard, or another run holds it; or if there
        is no checkpoint to resume from.

    """
    if resume and path is None:
        raise InputError("To resume a run, say which: give checkpoint=, the file that holds its state.")
    if path is None or run.follows:
        _follow(run)
        yield
        return
    with locked(path):
        if not resume:
            discard([Path(path)], overwrite=overwrite)  # a run that dies at once must not resume an older one later
        elif Path(path).exists():
            load_checkpoint(path, run)
        _follow(run)
        yield


def discard(paths: Sequence[Path], *, overwrite: bool, expected: int = 1) -> None:
    """Delete the checkpoints of an earlier run.

    Parameters
    ----------
    paths : sequence of Path
        The checkpoints; they need not exist.
    overwrite : bool
        Whether even those of an unfinished run.
    expected : int
        How many a finished run has left.

    Raises
    ------
    InputError
        If one is no checkpoint, or belongs to an unfinished run; then all stay as they are.

    """
    there = [path for path in paths if path.exists()]
    finished = [_is_finished(path) for path in there]
    if there and not overwrite and not (all(finished) and len(there) >= expected):
        refuse_unfinished(there[-1])
    for path in there:
        path.unlink(missing_ok=True)


def refuse_unfinished(path: Path | str) -> None:
    """Raise the InputError for the checkpoint of an unfinished run that would be lost.

    Parameters
    ----------
    path : path-like
        The checkpoint.

    """
    raise InputError(
        f"{path} holds an unfinished run: continue it with --resume (in Python, resume=True), or discard it and start "
        "again with --overwrite (overwrite=True)."
    )


def _is_finished(path: Path) -> bool:
    """Whether the run that left a checkpoint had come to its end. Raises InputError for anything else."""
    try:
        _, about = read_npz(path)
    except InputError as error:
        raise InputError(f"{path} is not a readable checkpoint, and is left alone: name another file.") from error
    if not str(about.get("format")).startswith(OURS):
        raise InputError(f"{path} is not a checkpoint, and is left alone: name another file.")
    return about.get("finished") is True


def save_checkpoint(path: Path | str, run: Run) -> None:
    """Write the state of a run: weights, optimizer, random generator, history and position in the epoch.

    Parameters
    ----------
    path : path-like
        The file to write, whole or not at all.
    run : Run
        The run.

    """
    if run.follows:
        return
    arrays, state = _state(run)
    about = {"format": FORMAT, "finished": run.finished, "run": _identity(run), "state": state}
    write_npz(path, arrays, about)


def _state(run: Run) -> tuple[Arrays, dict[str, Any]]:
    """Gather all that a run needs to go on."""
    state: dict[str, Any] = {"seen": run.seen, "seconds": run.seconds, "steps": run.optimizer.steps}
    state |= {"generator": run.rng.bit_generator.state, "history": run.history.records}
    return _vectors(run) | {"order": run.order}, state


def _follow(run: Run) -> None:
    """Bring the runs of all MPI ranks to the state of rank 0, which may have been resumed."""
    arrays, state = run.agreed(_state(run)) if run.team else ({}, {})
    if run.follows:
        _restore(run, arrays, state, state["generator"])
        run.sums[...] = 0  # rank 0 holds the sums of all


def load_checkpoint(path: Path | str, run: Run) -> None:
    """Bring a run to the state of a checkpoint.

    Parameters
    ----------
    path : path-like
        The checkpoint.
    run : Run
        A run with the same network, data and settings; only the number of epochs may differ. If the checkpoint is
        refused, it stays as it is.

    Raises
    ------
    InputError
        If the file is not a checkpoint of this version, is damaged, or belongs to another run.

    """
    arrays, about = read_npz(path)
    if about.get("format") != FORMAT:
        raise InputError(f"{path} is not a checkpoint of this version of tendigits ({about.get('format')!r}).")
    if not isinstance(about.get("run"), dict) or not isinstance(about.get("state"), dict):
        raise InputError(f"{path} is a damaged checkpoint: it lacks its run or its state.")
    _check_same_run(path, about["run"], _identity(run))
    try:
        generator = _check(run, arrays, about["state"])
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is a damaged checkpoint: {error!r}.") from error
    _restore(run, arrays, about["state"], generator.state)


def _identity(run: Run) -> dict[str, Any]:
    """Gather what must be equal in two runs for one to continue the other."""
    settings = asdict(run.settings)
    del settings["epochs"]
    if run.team:
        settings["workers"] = run.team.label
    return {"layers": run.network.spec, "dtype": str(run.network.dtype), "data": run.digest, **settings}


def _check_same_run(path: Path | str, theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    for name, value in ours.items():
        if theirs.get(name) != value:
            raise InputError(
                f"{path} belongs to another run: its {name} is {theirs.get(name)}, and here it is {value}. "
                "Resume with the same options, or train without --resume."
            )


def _vectors(run: Run) -> Arrays:
    """Name the arrays of a run that a checkpoint holds, and that never change their shapes."""
    vectors = {"params": run.network.params, "sums": run.sums}
    vectors |= {f"optimizer.{name}": vector for name, vector in run.optimizer.state.items()}
    return vectors | ({"best_params": run.early_stopping.best_params} if run.early_stopping else {})


def _check(run: Run, arrays: Arrays, state: dict[str, Any]) -> Any:
    """Check all of a checkpoint before any of it counts; return its random generator. Raises, mostly ValueError."""
    for name, vector in _vectors(run).items():
        _check_like(name, arrays[name], vector)
    _check_order(arrays["order"], state["seen"], run.n)
    _check_history(state["history"], (*FIGURES, *(VALIDATION if run.validation else ())))
    if not _is_count(state["steps"]) or not _is_figure(state["seconds"]):
        raise ValueError("its step count or its time is invalid")
    generator = deepcopy(run.rng.bit_generator)
    generator.state = state["generator"]
    return generator


def _check_like(name: str, array: Array, ours: Array) -> None:
    if array.shape != ours.shape or array.dtype != ours.dtype or not np.isfinite(array).all():
        raise ValueError(f"its {name} are not {ours.shape} finite {ours.dtype}, but {array.shape} of {array.dtype}")


def _check_order(order: Array, seen: Any, n: int) -> None:
    """Between two epochs there is no order yet; within one it holds each example once."""
    is_whole = order.dtype.kind == "i" and np.array_equal(np.sort(order), np.arange(n))
    if not _is_count(seen) or not (is_whole and seen < n if order.size else seen == 0):
        raise ValueError(f"its position does not fit a permutation of {n} examples")


def _check_history(records: Any, figures: Sequence[str]) -> None:
    for i, record in enumerate(records):
        if record["epoch"] != i + 1 or not all(_is_figure(record[name]) for name in figures):
            raise ValueError(f"its record of epoch {i + 1} is invalid")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _is_figure(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value >= 0


def _restore(run: Run, arrays: Arrays, state: dict[str, Any], generator: Any) -> None:
    for name, vector in _vectors(run).items():
        vector[...] = arrays[name]
    run.order, run.seen, run.seconds = arrays["order"], state["seen"], state["seconds"]
    run.optimizer.steps = state["steps"]
    run.rng.bit_generator.state = generator
    run.history.records[:] = state["history"]
    if run.early_stopping:
        for record in run.history:
            run.early_stopping.see(record)
