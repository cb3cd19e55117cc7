"""Files that are never half-written: NumPy's .npz, arrays with one JSON text beside them."""

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
    """Open a new file that takes the place of `path` when the block ends well, and vanishes when it does not.

    The new file lies beside `path` (replacing a file is atomic only within one file system) and is flushed
    to the disk before it is renamed, so that even a power cut leaves either the old file or the new one.
    Raises OSError where the folder or the file cannot be written.
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
    """Name a file beside `path` that no other process or thread names."""
    return path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")


def write_npz(path: Path | str, arrays: Mapping[str, np.ndarray], metadata: Mapping[str, Any]) -> None:
    """Write `arrays` and the JSON-able `metadata` to `path`, all or nothing."""
    with replacing(path) as file:
        np.savez(file, allow_pickle=False, metadata=np.array(json.dumps(metadata)), **arrays)


def read_npz(path: Path | str) -> tuple[Arrays, dict[str, Any]]:
    """Read what `write_npz` wrote: the arrays and the metadata.

    The zip format keeps a CRC-32 of every array, so a changed byte is found. Arrays are stored uncompressed,
    so a file cannot claim to hold more than its own size. Nothing is unpickled.
    Raises InputError, with one sentence, for anything that is not such a file.
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
    """Raise InputError where `path` could not be written: better before an hour of training than after it."""
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path} cannot be written: it is a folder.")
    beside = _beside(path)
    try:
        beside.touch()
        beside.unlink()
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
