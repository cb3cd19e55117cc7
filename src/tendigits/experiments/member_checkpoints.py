"""The checkpoints of an ensemble in training: one for each member, held together for one run."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .._util.locks import locked
from ..training.checkpoint import discard


@contextmanager
def checkpoints_of_members(path: Path | None, members: int, resume: bool, overwrite: bool) -> Iterator[None]:
    """Hold all checkpoints for one run; without `resume`, those of an earlier run are deleted if it was finished.

    Parameters
    ----------
    path : Path or None
        That of the first member; with None, nothing happens.
    members : int
        How many networks the run trains.
    resume : bool
        Whether to continue an earlier run.
    overwrite : bool
        Whether to discard an unfinished one.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    InputError
        If an unfinished run would be lost, or another run holds the checkpoints.
    """
    if path is None:
        yield
        return
    with locked(path.with_name(f"{path.name}.members")):
        if not resume:
            discard([path, *_other_checkpoints(path)], overwrite=overwrite, expected=members)
        yield


def checkpoint_of(path: Path, member: int) -> Path:
    """Name a member's checkpoint: model.npz.checkpoint.npz, model.npz.checkpoint.2.npz and so on.

    Parameters
    ----------
    path : Path
        That of the first member.
    member : int
        Its number, from 0.

    Returns
    -------
    Path
        The checkpoint.
    """
    return path.with_suffix(f".{member + 1}{path.suffix}") if member else path


def _other_checkpoints(path: Path) -> list[Path]:
    """Find the checkpoints of all members but the first, of which an earlier run may have had more."""
    ours = re.compile(rf"{re.escape(path.stem)}\.([2-9]|[1-9]\d+){re.escape(path.suffix)}")
    return sorted(each for each in path.parent.iterdir() if ours.fullmatch(each.name))
