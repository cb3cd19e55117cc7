"""The IDX file format, in which MNIST and data sets like it come, four files in a folder.

A file is two zero bytes, one byte for the type of the values, one for the number of dimensions, each
dimension as a big-endian 32-bit integer, then the values, big-endian, the last dimension running fastest
(LeCun, Cortes and Burges: http://yann.lecun.com/exdb/mnist/). It often comes gzipped.
"""

import gzip
import os
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from .._util.files import Arrays, open_regular
from ..errors import InputError

NAMES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
"""A data set's four arrays, and the names of MNIST's files that hold them."""

DTYPES: dict[int, np.dtype[Any]] = {
    0x08: np.dtype("u1"),
    0x09: np.dtype("i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
MAX_DIMENSIONS = 32
MAX_BYTES = 2**31  # EMNIST ByClass, the largest data set of this kind, takes a quarter of this
CHUNK = 2**20
LARGE = 2**28  # bytes; larger files are mapped rather than read, if they are not gzipped
SMALL, RATIO = 2**26, 100  # what is unpacked to more than this is at most so many times its file; MNIST is 5 times


def idx_bytes(array: np.ndarray) -> bytes:
    """Write an array as an IDX file, not gzipped.

    Parameters
    ----------
    array : ndarray of uint8, int8, int16, int32, float32 or float64
        The values; IDX has no other types.

    Returns
    -------
    bytes
        The content of the file.

    Raises
    ------
    InputError
        If the dtype is another.

    Examples
    --------
    >>> idx_bytes(np.array([3, 1, 4], np.uint8)).hex(" ")
    '00 00 08 01 00 00 00 03 03 01 04'
    """
    for code, dtype in DTYPES.items():
        if dtype == array.dtype.newbyteorder(">"):
            header = struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape)
            return header + array.astype(dtype, copy=False).tobytes()
    raise InputError(f"The IDX format has no {array.dtype} values.")


def read_idx(source: bytes | str | os.PathLike[str], *, max_bytes: int = MAX_BYTES) -> np.ndarray:
    """Read an IDX file, gzipped or not.

    Parameters
    ----------
    source : bytes or path-like
        The content of the file, or its path.
    max_bytes : int, optional
        A file whose header promises more is refused; no more than it promises is read or unpacked. The same holds for
        a gzipped file that promises more than 64 MiB and more than 100 times its own size.

    Returns
    -------
    ndarray
        A writable array of the file's shape and type, in this machine's byte order.

    Raises
    ------
    InputError
        If it is not exactly one whole IDX file.

    Examples
    --------
    >>> read_idx(bytes.fromhex("00 00 08 01 00 00 00 03 03 01 04"))
    array([3, 1, 4], dtype=uint8)
    """
    name = "The IDX data" if isinstance(source, bytes) else os.fspath(source)
    try:
        with _unpacked(source) as (stream, most):
            dtype, shape = _read_header(stream, name)
            n_bytes = _promised_bytes(dtype, shape, min(max_bytes, most), name)
            values = _read_at_most(n_bytes + 1, stream)
    except InputError:
        raise
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise InputError(f"{name} cannot be read, or is damaged ({error}).") from error
    if len(values) != n_bytes:
        holds = "holds more" if len(values) > n_bytes else f"is truncated: it holds {len(values):,}"
        raise InputError(f"{name} promises {_times(shape)} values, {n_bytes:,} bytes, but {holds}.")
    return np.frombuffer(values, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def map_idx(path: str | os.PathLike[str]) -> np.ndarray:
    """Map an IDX file that is not gzipped: its values are read when they are used.

    Parameters
    ----------
    path : path-like
        The file, of any size.

    Returns
    -------
    memmap
        An array of the file's shape and type, not to be written to.

    Raises
    ------
    InputError
        If it is not exactly as long as its header promises, which is all of it that is read.
    """
    name = os.fspath(path)
    with open_regular(Path(path)) as file:
        dtype, shape = _read_header(file, name)
        start, size = file.tell(), file.seek(0, os.SEEK_END)
    if size - start != dtype.itemsize * prod(shape):
        raise InputError(f"{name} promises {_times(shape)} values, but holds {size - start:,} bytes: copy it again.")
    return np.memmap(name, dtype, "r", start, shape)


def _is_large(path: Path) -> bool:
    with open_regular(path) as file:
        return file.read(2) == b"\0\0" and path.stat().st_size > LARGE


@contextmanager
def _unpacked(source: bytes | str | os.PathLike[str]) -> Iterator[tuple[BinaryIO, int]]:
    """Open an IDX file; give the most bytes that it may reasonably hold, too."""
    with BytesIO(source) if isinstance(source, bytes) else open_regular(Path(source)) as file:
        gzipped = file.read(2) == b"\x1f\x8b"  # by content: the name does not always tell
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        with cast(BinaryIO, gzip.GzipFile(fileobj=file)) if gzipped else file as stream:
            yield stream, max(SMALL, RATIO * size) if gzipped else MAX_BYTES


def _read_header(stream: BinaryIO, name: str) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = stream.read(4)
    if magic[:1] == b"<":
        raise InputError(f"{name} is a web page (HTML), which a server sent in place of the data: download it again.")
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in DTYPES or not 1 <= magic[3] <= MAX_DIMENSIONS:
        raise InputError(f"{name} is not an IDX file: it begins with the bytes '{magic.hex(' ')}'.")
    lengths = stream.read(4 * magic[3])
    if len(lengths) < 4 * magic[3]:
        raise InputError(f"{name} is truncated: it ends within its header.")
    return DTYPES[magic[2]], struct.unpack(f">{magic[3]}I", lengths)


def _promised_bytes(dtype: np.dtype[Any], shape: tuple[int, ...], max_bytes: int, name: str) -> int:
    # A length of zero among huge ones leaves no values, but NumPy cannot hold an array of such a shape.
    if dtype.itemsize * prod(max(length, 1) for length in shape) > max_bytes:
        raise InputError(f"{name} claims to hold {_times(shape)} values, more than {max_bytes:,} bytes.")
    return dtype.itemsize * prod(shape)


def _read_at_most(n: int, stream: BinaryIO) -> bytearray:
    """Read n bytes or to the end, taking memory for what comes rather than for what was promised."""
    data = bytearray()
    while chunk := stream.read(min(CHUNK, n - len(data))):
        data += chunk
    return data


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{length:,}" for length in shape)


# Folders

_ALL = ", ".join(NAMES.values())
_NAME = re.compile(r"(?:.+-)?(train|t10k|test)-(images[-.]idx3-ubyte|labels[-.]idx1-ubyte|labels[-.]idx2-int)(?:\.gz)?")


def is_idx_name(name: str) -> bool:
    """Tell whether a file is named as one of a data set's four IDX files.

    Parameters
    ----------
    name : str
        The file's name.

    Returns
    -------
    bool
        Whether it is.
    """
    return _NAME.fullmatch(name) is not None


def read_idx_folder(folder: Path) -> Arrays:
    """Read the four IDX files in a folder.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    dict of str to ndarray
        Images, uint8 of shape (n, height, width), and labels, uint8 of shape (n,), by the names of NAMES; or QMNIST's
        labels, int32 of shape (n, 8).

    Raises
    ------
    InputError
        If the folder cannot be read, or a file is missing, ambiguous, damaged, or holds something else.
    """
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        why = error.strerror or error
        raise InputError(
            f"{folder} is neither a known data set nor a folder that can be read ({why}); a folder of IDX files "
            f"holds {_ALL}."
        ) from error
    return {role: _read_as(role, path) for role, path in _find_files(entries, folder).items()}


def _find_files(entries: list[Path], folder: Path) -> dict[str, Path]:
    found: dict[str, dict[str, Path]] = {role: {} for role in NAMES}
    for path in entries:
        if match := _NAME.fullmatch(path.name):
            part, kind = match.groups()
            role = f"{'train' if part == 'train' else 'test'}_{kind[:6]}"
            found[role].setdefault(path.name.removesuffix(".gz"), path)  # of x and x.gz, x is enough
    if missing := [NAMES[role] for role, paths in found.items() if not paths]:
        raise InputError(f"{folder} lacks {', '.join(missing)}; expected {_ALL}, each gzipped or not.")
    for role, paths in found.items():
        if len(paths) > 1:
            raise InputError(f"{folder} has several {NAMES[role]}: {', '.join(paths)}; keep only one of them.")
    return {role: path for role, paths in found.items() for path in paths.values()}


def _read_as(role: str, path: Path) -> np.ndarray:
    try:
        array = map_idx(path) if _is_large(path) else read_idx(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    if "idx2" not in path.name:
        check_kind(role, array, str(path))
    return array


def check_kind(role: str, array: np.ndarray, where: str) -> None:
    """Check that an array can be what its name says: images or labels.

    Parameters
    ----------
    role : str
        A name of NAMES.
    array : ndarray
        The values.
    where : str
        What to call their source in an error.

    Raises
    ------
    InputError
        Unless the array is uint8, and 3-dimensional for images or 1-dimensional for labels.
    """
    what, n_dimensions = ("images", 3) if role.endswith("images") else ("labels", 1)
    if array.dtype != np.uint8 or array.ndim != n_dimensions:
        raise InputError(
            f"{where} should hold {what} ({n_dimensions}-dimensional, uint8), but holds {array.ndim}-dimensional "
            f"{array.dtype} values; were images and labels swapped?"
        )
