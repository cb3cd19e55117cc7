"""Files that are never half-written, and NumPy's .npz files: arrays, with one JSON text beside them."""

import errno
import json
import os
import re
import secrets
import stat
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

import numpy as np

from ..errors import InputError
from .locks import CREATE, take

Arrays = dict[str, np.ndarray]


@contextmanager
def replacing(path: Path | str) -> Iterator[BinaryIO]:
    """Open a new file that replaces `path` if the block succeeds, and vanishes if it fails.

    A symbolic link stays, and what it points to is replaced; the mode of a file stays. What is no regular file, such as
    a device or a pipe, is written to as it is. The new file lies beside `path`, because replacing a file is atomic only
    within one file system. It is flushed to the disk before it is renamed, so that even a power cut leaves either the
    old file or the new one.

    Parameters
    ----------
    path : path-like
        The file to replace or to create.

    Yields
    ------
    binary file
        The new file, open for writing.

    Raises
    ------
    OSError
        If the folder or the file cannot be written.

    Examples
    --------
    >>> with replacing("greeting.txt") as file:
    ...     _ = file.write(b"hello")
    """
    path = Path(path)
    try:
        with _device(path) if is_device(path) else _new_file(Path(os.path.realpath(path))) as file:
            yield file
    except OSError as error:
        error.filename = error.filename or str(path)  # a full disk does not say which file it had no room for
        raise


def is_device(path: Path) -> bool:
    """Tell whether there is something at a path that is no regular file; /dev/stdout may be a pipe without a name.

    Parameters
    ----------
    path : Path
        The path, as it was given: the link to a pipe leads nowhere.

    Returns
    -------
    bool
        Whether there is.
    """
    return path.exists() and not path.is_file()


@contextmanager
def _device(path: Path) -> Iterator[BinaryIO]:
    with open(path, "wb") as file:
        yield file


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    _clean(path)
    beside, descriptor = _create_beside(path)
    try:
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _create_beside(path: Path) -> tuple[Path, int]:
    """Create a file beside `path` that was not there, with the mode of `path`; lock it, to be known as alive."""
    mode = path.stat().st_mode & 0o777 if path.exists() else None
    while True:
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        descriptor = os.open(beside, CREATE | os.O_EXCL, 0o666 if mode is None else mode)
        if os.name == "nt" or (take(descriptor) and os.fstat(descriptor).st_nlink):
            break
        os.close(descriptor)  # taken for a dead one before it was locked
    if mode is not None:
        os.chmod(beside, mode)  # what the umask took away
    return beside, descriptor


def _clean(path: Path) -> None:
    """Delete what killed processes left beside `path`: files that nobody holds locked."""
    ours = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{8}}\.tmp")
    with suppress(OSError):
        for beside in [each for each in path.parent.iterdir() if ours.fullmatch(each.name)]:
            _delete_unless_locked(beside)


def _delete_unless_locked(path: Path) -> None:
    with suppress(OSError):
        if os.name == "nt":
            return path.unlink()  # refused while it is open
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if take(descriptor):
                path.unlink()
        finally:
            os.close(descriptor)


def open_regular(path: Path | str) -> BinaryIO:
    """Open a file for reading, unless it is a folder, a pipe or a device: these may never end, or never begin.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    binary file
        The file, open.

    Raises
    ------
    OSError
        If it cannot be opened, or is no regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is a folder, a pipe or a device, and not a file", os.fspath(path))
    return open(descriptor, "rb")


def write_npz(path: Path | str, arrays: Mapping[str, np.ndarray], metadata: Mapping[str, Any]) -> None:
    """Write arrays and metadata to an .npz file, all or nothing.

    Parameters
    ----------
    path : path-like
        The file.
    arrays : mapping of str to ndarray
        The arrays by name; "metadata" is taken.
    metadata : mapping
        Anything that JSON can hold.
    """
    with replacing(path) as file:
        np.savez(file, allow_pickle=False, metadata=np.array(json.dumps(metadata)), **arrays)


def read_npz(path: Path | str) -> tuple[Arrays, dict[str, Any]]:
    """Read a file of `write_npz`.

    The zip format keeps a CRC-32 of every array, so a changed byte is found. The arrays are stored uncompressed, so a
    file that claims to hold more than its own size is refused. Nothing is unpickled.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    arrays : dict of str to ndarray
        The arrays by name.
    metadata : dict
        The metadata.

    Raises
    ------
    InputError
        If the file is missing, damaged, or of another kind.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path} does not exist.")
    if not path.is_file():
        raise InputError(f"{path} is not a file.")
    try:
        check_claimed_size(path)
        with np.load(path, allow_pickle=False) as npz:
            arrays = {name: npz[name] for name in npz.files}
            if not all(isinstance(array, np.ndarray) for array in arrays.values()):
                raise ValueError("it holds something that is not an array")
        if "metadata" not in arrays:
            raise InputError(
                f"{path} holds {', '.join(list(arrays)[:5]) or 'no arrays'}, and no network of tendigits: those are "
                "what `tendigits train` and Network.save write. Images and labels go with --data; weights of PyTorch "
                "and scikit-learn come in by Network.from_torch and Network.from_sklearn."
            )
        metadata = json.loads(str(arrays.pop("metadata")))
        if not isinstance(metadata, dict):
            raise ValueError("its metadata is not a JSON object")
        return arrays, metadata
    except InputError:
        raise
    except (
        BadZipFile,
        EOFError,
        KeyError,
        MemoryError,
        OSError,
        RuntimeError,
        TypeError,
        ValueError,
        zlib.error,
    ) as error:
        raise InputError(f"{path} is not a tendigits file, or is damaged ({error}).") from error


def check_claimed_size(path: Path | str) -> None:
    """Check that a zip file of uncompressed members claims to hold no more than it does.

    Parameters
    ----------
    path : path-like
        The file.

    Raises
    ------
    ValueError
        If it claims to hold more than its own size.
    """
    with ZipFile(path) as archive:
        claimed = sum(member.file_size for member in archive.infolist())
    if claimed > Path(path).stat().st_size:
        raise ValueError(f"it claims to hold {claimed:,} bytes, more than its own size")


def check_writable(path: Path | str) -> None:
    """Check that a file can be written: better before an hour of training than after it.

    Parameters
    ----------
    path : path-like
        The file; if there is one, it stays as it is.

    Raises
    ------
    InputError
        If it could not be written.
    """
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path} cannot be written: it is a folder.")
    if is_device(path):
        return
    try:
        beside, descriptor = _create_beside(Path(os.path.realpath(path)))
        os.close(descriptor)
        beside.unlink()
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error


def check_other(path: Path | str, sources: Iterable[Path | str]) -> None:
    """Check that a file to write is none of those to read, which it would replace.

    Parameters
    ----------
    path : path-like
        The file to write.
    sources : iterable of path-like
        The files to read; of other names nothing is asked.

    Raises
    ------
    InputError
        If it is one of them.
    """
    if os.path.isfile(path) and any(os.path.isfile(each) and os.path.samefile(path, each) for each in sources):
        raise InputError(f"{path} is to be read, and would be replaced by what is written: name another file.")
