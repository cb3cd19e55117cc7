"""Locks on files, which the system releases when the process that holds them ends, however it ends."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import InputError

try:
    import fcntl
except ImportError:  # Windows, which refuses to delete a file that another process has open
    fcntl = None  # type: ignore[assignment]

CREATE = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

TRIES, WAIT = 10, 0.1  # seconds: the workers of a killed run hold its lock until they notice


def take(descriptor: int) -> bool:
    """Lock an open file, unless another holds it.

    Parameters
    ----------
    descriptor : int
        The open file.

    Returns
    -------
    bool
        Whether it is ours; true as well where the file system knows no locks.
    """
    if not fcntl:
        return _take_on_windows(descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _take_on_windows(descriptor: int) -> bool:
    import msvcrt

    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return False
    return True


@contextmanager
def locked(path: Path | str) -> Iterator[None]:
    """Lock a file for the duration of the block, so that only one process writes it.

    The lock is a small file beside `path`, since `path` itself is replaced. It vanishes with the block; where the
    process is killed it stays, and holds nobody up.

    Parameters
    ----------
    path : path-like
        The file that is to be written.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    InputError
        If another holds it, or it cannot be written.
    """
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name}.lock")
    descriptor = _opened(beside, path)
    try:
        yield
    finally:
        with suppress(OSError):
            if fcntl:
                beside.unlink()  # before it is released, lest another's be deleted
        os.close(descriptor)
        if not fcntl:
            with suppress(OSError):
                beside.unlink()


def _opened(beside: Path, path: Path | str) -> int:
    for _ in range(TRIES):
        try:
            descriptor = os.open(beside, CREATE, 0o666)
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
        ours = take(descriptor)
        if ours and (os.fstat(descriptor).st_nlink or not fcntl):
            return descriptor
        os.close(descriptor)  # held by another, or deleted between opening and locking
        time.sleep(0 if ours else WAIT)
    raise InputError(f"{path} is being written by another run: wait for its end, or choose another name.")
