"""Files that are never half-written, and NumPy's .npz files: arrays, with one JSON text beside them."""

import json
import os
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

import numpy as np

from ..errors import InputError

Arrays = dict[str, np.ndarray]


@contextmanager
def replacing(path: Path | str) -> Iterator[BinaryIO]:
    """Open a new file that replaces `path` if the block succeeds, and vanishes if it fails.

    The new file lies beside `path`, because replacing a file is atomic only within one file system. It is flushed to
    the disk before it is renamed, so that even a power cut leaves either the old file or the new one.

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
    beside = _beside(path)
    try:
        with open(beside, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    """Name a file beside `path` as no other process or thread does."""
    return path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")


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
        _check_claimed_size(path)
        with np.load(path, allow_pickle=False) as npz:
            arrays = {name: npz[name] for name in npz.files}
        metadata = json.loads(str(arrays.pop("metadata")))
        if not isinstance(metadata, dict):
            raise ValueError("its metadata is no JSON object")
        return arrays, metadata
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


def _check_claimed_size(path: Path) -> None:
    with ZipFile(path) as archive:
        claimed = sum(member.file_size for member in archive.infolist())
    if claimed > path.stat().st_size:
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
    beside = _beside(path)
    try:
        beside.touch()
        beside.unlink()
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
