"""Data sets like MNIST by their names, from their public sources, checked against their published digests.

| name | what | published by |
|---|---|---|
| `fashion-mnist` | ten kinds of clothes | Zalando Research |
| `kmnist` | ten Japanese characters, in cursive hand | CODH |
| `qmnist` | MNIST made again, with 60,000 test images and the writer of each | Meta Research |
| `emnist-letters`, `-digits`, `-mnist`, `-balanced`, `-byclass`, `-bymerge` | letters and digits | NIST |

Mirrors of one's own, in $TENDIGITS_MIRRORS, are asked first, for NAME/FILE. What came is cached beside MNIST.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar
from zipfile import BadZipFile, ZipFile

import numpy as np

from .._util.files import Arrays, read_npz, write_npz
from ..errors import DataUnavailable, InputError
from . import emnist
from .dataset import Dataset
from .folders import assembled
from .idx import NAMES, read_idx
from .part import Part
from .qmnist import qmnist_part


class File(NamedTuple):
    """A file of a public source.

    Parameters
    ----------
    name : str
        Its name.
    md5 : str
        Its published MD5, in hexadecimal, as it is downloaded.
    """

    name: str
    md5: str


class Source(NamedTuple):
    """Where a data set is published.

    Parameters
    ----------
    url : str
        The URL below which its files lie.
    files : tuple of File
        The files of `idx.NAMES`, in that order; or one ZIP archive, which holds EMNIST.
    """

    url: str
    files: tuple[File, ...]


def _gzipped(url: str, *digests: str) -> Source:
    return Source(url, tuple(File(f"{name}.gz", md5) for name, md5 in zip(NAMES.values(), digests, strict=True)))


EMNIST = Source("https://biometrics.nist.gov/cs_links/EMNIST/", (File("gzip.zip", "58c8d27c78d21e728a6bc7b3cc06412e"),))
SPLITS = ("letters", "digits", "mnist", "balanced", "byclass", "bymerge")
PUBLIC = {
    "fashion-mnist": _gzipped(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    ),
    "kmnist": _gzipped(
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        "bdb82020997e1d708af4cf47b453dcf7",
        "e144d726b3acfaa3e44228e80efcd344",
        "5c965bf0a639b31b8f53240b1b52f4d7",
        "7320c461ea6c1c855c0b718fb2a4b134",
    ),
    "qmnist": Source(
        "https://raw.githubusercontent.com/facebookresearch/qmnist/master/",
        (
            File("qmnist-train-images-idx3-ubyte.gz", "ed72d4157d28c017586c42bc6afe6370"),
            File("qmnist-train-labels-idx2-int.gz", "0058f8dd561b90ffdd0f734c6a30e5e4"),
            File("qmnist-test-images-idx3-ubyte.gz", "1394631089c404de565df7b7aeaf9412"),
            File("qmnist-test-labels-idx2-int.gz", "5b5b05890a5e13444e108efe57b788aa"),
        ),
    ),
    **{f"emnist-{split}": EMNIST for split in SPLITS},
}
Content = TypeVar("Content")
LARGEST = 2**30  # bytes of a file; EMNIST's archive has half as many


def load_public(name: str, *, timeout: float = 10.0, progress: bool | None = None) -> Dataset:
    """Load a data set from its cache or from its public source.

    Parameters
    ----------
    name : str
        One of `PUBLIC`.
    timeout : float, optional
        How many seconds a source may stay silent.
    progress : bool, optional
        Whether to show progress on stderr; None means in a terminal or a notebook.

    Returns
    -------
    Dataset
        EMNIST upright, its letters named; QMNIST with its writers.

    Raises
    ------
    DataUnavailable
        If no source works; the message says what was tried and why each failed.
    """
    arrays = _read_cache(name)
    if arrays is None:
        arrays = _download(name, timeout, progress)
        _write_cache(name, arrays)
    return _finished(name, arrays)


def _download(name: str, timeout: float, progress: bool | None) -> Arrays:
    from .fetch import reason  # imported late: what it imports takes as long to load as the cache

    source = PUBLIC[name]
    mirrors = [f"{url.rstrip('/')}/{name}/" for url in os.environ.get("TENDIGITS_MIRRORS", "").split()]
    failures = []
    for url in (*mirrors, source.url):
        try:
            return _from(name, Source(url, source.files), timeout, progress)
        except Exception as error:  # a source may fail in any way, and the next may still work
            failures.append(f"  {url}: {reason(error)}")
    raise DataUnavailable(
        f"{name} could not be downloaded from any source:\n"
        + "\n".join(failures)
        + "\nConnect to the Internet and try again, "
        "or download its files elsewhere and name their folder."
    )


def _from(name: str, source: Source, timeout: float, progress: bool | None) -> Arrays:
    def whole(file: File) -> np.ndarray:
        return _fetched(source.url, file, timeout, progress, lambda stream: read_idx(stream.read()))

    if len(source.files) == 1:
        return _fetched(source.url, source.files[0], timeout, progress, lambda stream: _from_zip(stream, name))
    return {role: whole(file) for role, file in zip(NAMES, source.files, strict=True)}


def _fetched(
    url: str, file: File, timeout: float, progress: bool | None, read: Callable[[BinaryIO], Content]
) -> Content:
    """Download a file, check its digest, and read it."""
    from .fetch import fetch

    with tempfile.TemporaryFile() as stream:
        fetch(url + file.name, stream, LARGEST, timeout, progress)
        stream.seek(0)
        actual = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        if actual != file.md5:
            raise InputError(f"{file.name} is not the original: its MD5 is {actual}, not {file.md5}.")
        stream.seek(0)
        return read(stream)


def _from_zip(stream: BinaryIO, name: str) -> Arrays:
    """Read one split of EMNIST out of the archive of all."""
    files = {role: file.replace("t10k", "test") for role, file in NAMES.items()}
    try:
        with ZipFile(stream) as archive:
            return {role: read_idx(archive.read(f"gzip/{name}-{file}.gz")) for role, file in files.items()}
    except (BadZipFile, KeyError) as error:
        raise InputError(f"EMNIST's archive lacks {name} ({error}).") from error


def _finished(name: str, arrays: Arrays) -> Dataset:
    train, test = (_part(name, arrays[f"{part}_images"], arrays[f"{part}_labels"]) for part in ("train", "test"))
    return assembled(name, train, test, name, transposed=name.startswith("emnist"))


def _part(name: str, images: np.ndarray, labels: np.ndarray) -> Part:
    if name == "qmnist":
        return qmnist_part(images, labels, name)
    if name.startswith("emnist"):
        return Part(emnist.upright(images), emnist.named(labels, name.partition("-")[2], name))
    return Part(images, labels)


def _cache(name: str) -> Path:
    home = os.environ.get("SCIKIT_LEARN_DATA") or "~/scikit_learn_data"
    return Path(os.path.expanduser(home), "tendigits", f"{name}.npz")


def _digest(arrays: Arrays) -> str:
    sha256 = hashlib.sha256()
    for role in NAMES:
        sha256.update(np.ascontiguousarray(arrays[role]).data)
    return sha256.hexdigest()


def _read_cache(name: str) -> Arrays | None:
    try:
        arrays, metadata = read_npz(_cache(name))
        return arrays if metadata["digest"] == _digest(arrays) else None
    except (InputError, OSError, KeyError):  # damaged, or made by another version: it is downloaded again
        return None


def _write_cache(name: str, arrays: Arrays) -> None:
    path = _cache(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_npz(path, arrays, {"digest": _digest(arrays)})
    except OSError:  # then the next load is slow again
        pass
