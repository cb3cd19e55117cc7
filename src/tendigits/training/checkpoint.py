"""Checkpoints: everything a training run needs to go on as if it had never stopped."""

import zlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._util.files import Arrays, read_npz, write_npz
from ..errors import InputError
from .history import History

if TYPE_CHECKING:
    from .loop import Run

FORMAT = "tendigits checkpoint 1"


def save_checkpoint(path: Path | str, run: "Run") -> None:
    """Write weights, optimizer, generator, history and the place within the epoch to `path`, all or nothing."""
    arrays = {"params": run.network.params, "best_params": run.best_params, "order": run.order}
    arrays |= {f"optimizer.{name}": vector for name, vector in run.optimizer.state.items()}
    state = {
        "steps": run.optimizer.steps,
        "seen": run.seen,
        "correct": run.correct,
        "loss_sum": run.loss_sum,
        "weight_sum": run.weight_sum,
        "seconds": run.seconds,
        "generator": run.rng.bit_generator.state,
        "history": run.history.records,
    }
    write_npz(path, arrays, {"format": FORMAT, "run": _identity(run), "state": state})


def load_checkpoint(path: Path | str, run: "Run") -> None:
    """Bring `run` to the state that `path` holds.

    Raises InputError where the file is no checkpoint, or one of another network, other settings or other data;
    only the number of epochs may differ.
    """
    arrays, about = read_npz(path)
    if about.get("format") != FORMAT:
        raise InputError(f"{path} is not a checkpoint.")
    try:
        _check_same_run(path, about["run"], _identity(run))
        _restore(run, arrays, about["state"])
    except InputError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is a damaged checkpoint: {error!r}.") from error


def _identity(run: "Run") -> dict[str, Any]:
    """What must be equal in both runs, for one to continue the other."""
    settings = asdict(run.settings)
    del settings["epochs"]
    sample = zlib.crc32(run.labels.tobytes() + run.images[::100].tobytes())
    return {"layers": run.network.spec, "dtype": str(run.network.dtype), "data": [run.n, sample], **settings}


def _check_same_run(path: Path | str, theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    for name, value in ours.items():
        if theirs.get(name) != value:
            raise InputError(
                f"{path} belongs to another run: its {name} is {theirs.get(name)}, and here it is {value}. "
                "Resume with the same options, or train without --resume."
            )


def _restore(run: "Run", arrays: Arrays, state: dict[str, Any]) -> None:
    run.network.params[...] = arrays["params"]
    run.best_params[...] = arrays["best_params"]
    for name, vector in run.optimizer.state.items():
        vector[...] = arrays[f"optimizer.{name}"]
    run.order = arrays["order"]
    run.optimizer.steps = state["steps"]
    run.seen, run.correct = state["seen"], state["correct"]
    run.loss_sum, run.weight_sum, run.seconds = state["loss_sum"], state["weight_sum"], state["seconds"]
    run.rng.bit_generator.state = state["generator"]
    run.history = History(state["history"])
