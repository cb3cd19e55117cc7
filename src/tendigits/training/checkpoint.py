"""Checkpoints: everything needed to resume a training run as if it had never stopped."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from .._util.arrays import Array
from .._util.files import Arrays, read_npz, write_npz
from ..errors import InputError
from .run import Run

FORMAT = "tendigits checkpoint 2"
NUMBERS = ("seen", "seconds")


def begin_checkpoint(path: Path | str, run: Run, resume: bool) -> None:
    """Resume a run from its checkpoint, or delete the checkpoint of an earlier run.

    Parameters
    ----------
    path : path-like
        The checkpoint; it need not exist.
    run : Run
        The run, not yet begun.
    resume : bool
        Whether to resume.

    Raises
    ------
    InputError
        If there is a file that this run cannot resume from.

    """
    if not resume:
        Path(path).unlink(missing_ok=True)  # a run that dies before its first checkpoint must not resume an older run
    elif Path(path).exists():
        load_checkpoint(path, run)


def save_checkpoint(path: Path | str, run: Run) -> None:
    """Write the state of a run: weights, optimizer, random generator, history and position in the epoch.

    Parameters
    ----------
    path : path-like
        The file to write, whole or not at all.
    run : Run
        The run.

    """
    arrays = {"params": run.network.params, "order": run.order, "sums": run.sums}
    arrays |= {f"optimizer.{name}": vector for name, vector in run.optimizer.state.items()}
    if run.early_stopping:
        arrays["best_params"] = run.early_stopping.best_params
    state = {name: getattr(run, name) for name in NUMBERS}
    state |= {"steps": run.optimizer.steps, "generator": run.rng.bit_generator.state, "history": run.history.records}
    write_npz(path, arrays, {"format": FORMAT, "run": _identity(run), "state": state})


def load_checkpoint(path: Path | str, run: Run) -> None:
    """Bring a run to the state of a checkpoint.

    Parameters
    ----------
    path : path-like
        The checkpoint.
    run : Run
        A run with the same network, data and settings; only the number of epochs may differ.

    Raises
    ------
    InputError
        If the file is not a checkpoint of this version, is damaged, or belongs to another run.

    """
    arrays, about = read_npz(path)
    if about.get("format") != FORMAT:
        raise InputError(f"{path} is not a checkpoint of this version of tendigits ({about.get('format')!r}).")
    try:
        _check_same_run(path, about["run"], _identity(run))
        _restore(run, arrays, about["state"])
    except InputError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is a damaged checkpoint: {error!r}.") from error


def _identity(run: Run) -> dict[str, Any]:
    """Gather what must be equal in two runs for one to continue the other."""
    settings = asdict(run.settings)
    del settings["epochs"]
    return {"layers": run.network.spec, "dtype": str(run.network.dtype), "data": run.digest, **settings}


def _check_same_run(path: Path | str, theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    for name, value in ours.items():
        if theirs.get(name) != value:
            raise InputError(
                f"{path} belongs to another run: its {name} is {theirs.get(name)}, and here it is {value}. "
                "Resume with the same options, or train without --resume."
            )


def _restore(run: Run, arrays: Arrays, state: dict[str, Any]) -> None:
    _copy(run.network.params, arrays["params"])
    _copy(run.sums, arrays["sums"])
    for name, vector in run.optimizer.state.items():
        _copy(vector, arrays[f"optimizer.{name}"])
    run.order = _order(arrays["order"], run.n)
    run.optimizer.steps = state["steps"]
    run.rng.bit_generator.state = state["generator"]
    run.history.records[:] = state["history"]
    for name in NUMBERS:
        setattr(run, name, state[name])
    if run.early_stopping:
        for record in run.history:
            run.early_stopping.see(record)
        _copy(run.early_stopping.best_params, arrays["best_params"])


def _copy(to: Array, array: Array) -> None:
    if array.shape != to.shape:
        raise ValueError(f"an array of shape {array.shape} instead of {to.shape}")
    to[...] = array


def _order(order: Array, n: int) -> Array:
    if len(order) and not np.array_equal(np.sort(order), np.arange(n)):
        raise ValueError("its order of the examples is none")
    return order
