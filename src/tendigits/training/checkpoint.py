"""Checkpoints: everything a training run needs to go on as if it had never stopped."""

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
    """Bring `run` to where `path` left it, to `resume`; else remove what an earlier run left there."""
    if not resume:
        Path(path).unlink(missing_ok=True)  # a run that dies before its first must not be resumed from an old one
    elif Path(path).exists():
        load_checkpoint(path, run)


def save_checkpoint(path: Path | str, run: Run) -> None:
    """Write weights, optimizer, generator, history and the place within the epoch to `path`, all or nothing."""
    arrays = {"params": run.network.params, "order": run.order, "sums": run.sums}
    arrays |= {f"optimizer.{name}": vector for name, vector in run.optimizer.state.items()}
    if run.early_stopping:
        arrays["best_params"] = run.early_stopping.best_params
    state = {name: getattr(run, name) for name in NUMBERS}
    state |= {"steps": run.optimizer.steps, "generator": run.rng.bit_generator.state, "history": run.history.records}
    write_npz(path, arrays, {"format": FORMAT, "run": _identity(run), "state": state})


def load_checkpoint(path: Path | str, run: Run) -> None:
    """Bring `run` to the state that `path` holds.

    Raises
    ------
    InputError
        Where the file is no checkpoint, one of another version, or one of another network, other settings or other
        data; only the number of epochs may differ.

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
    """Gather what must be equal in both runs, for one to continue the other."""
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
