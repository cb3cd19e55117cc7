"""A numbered stream of distorted digits: example i can be made again by its number alone, by anyone.

Of n digits, example i shows digit i mod n. The first n are the digits as they are; those after them are distorted, each
anew. Random numbers are drawn for BLOCK examples at a time, by a generator whose seed is the stream's and the number of
the block: so it takes as long to make one example as to make its block, a few milliseconds.

Loosli, Canu and Bottou, "Training Invariant Support Vector Machines using Selective Sampling", 2007: InfiMNIST, of
which MNIST8M is the first 8.1 million.
"""

import shutil
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .._util.arrays import Array
from .._util.blas import one_blas_thread
from .._util.files import replacing
from ..errors import InputError
from .dataset import Dataset
from .distortions import Distortion
from .idx import NAMES, idx_bytes

BLOCK = 256
LONGEST = 2**32 - 1  # what IDX's header can count
DISTORTION = Distortion(rotation=12, scaling=0.12, shear=0.1, translation=1.5, elastic=1)  # stronger than "best"


class DistortedDigits:
    """A sequence of images, made when they are asked for.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
        The digits.
    times : int
        How many examples of each, the first as it is.
    distortion : Distortion
        How much to distort the others.
    seed : int
        The same seed gives the same stream.

    Examples
    --------
    >>> stream = DistortedDigits(np.zeros((100, 28, 28), np.uint8), times=5)
    >>> len(stream), stream[499].shape
    (500, (28, 28))

    """

    def __init__(self, images: Array, times: int, distortion: Distortion = DISTORTION, seed: int = 0) -> None:
        if times < 1:
            raise InputError(f"Each digit must come at least once, not {times} times.")
        self._images, self._times, self._distortion, self._seed = images, times, distortion, seed

    def __repr__(self) -> str:
        return f"DistortedDigits({len(self):,} of {len(self._images):,}, seed={self._seed})"

    def __len__(self) -> int:
        return len(self._images) * self._times

    def __getitem__(self, i: int) -> Array:
        """Make example i, an ndarray of uint8, shape (height, width)."""
        if not 0 <= i < len(self):
            raise IndexError(f"The stream has {len(self):,} examples, and no number {i}.")
        image: Array = self.block(i // BLOCK)[i % BLOCK]
        return image

    def __iter__(self) -> Iterator[Array]:
        for k in range(-(-len(self) // BLOCK)):
            yield from self.block(k)

    def block(self, k: int) -> Array:
        """Make the examples from k × BLOCK on.

        Parameters
        ----------
        k : int
            The number of the block.

        Returns
        -------
        ndarray of uint8, shape (BLOCK, height, width)
            The images; the last block may hold fewer.

        """
        numbers = np.arange(k * BLOCK, (k + 1) * BLOCK)
        images = self._images[numbers % len(self._images)]
        with one_blas_thread():
            distorted = self._distortion(images, np.random.default_rng([self._seed, k]))
        distorted[numbers < len(self._images)] = images[numbers < len(self._images)]
        return distorted[: len(self) - k * BLOCK]


def write_stream(
    dataset: Dataset,
    folder: Path,
    times: int,
    distortion: Distortion = DISTORTION,
    *,
    seed: int = 0,
    overwrite: bool = False,
    tell: Callable[[int], object] = lambda n: None,
) -> int:
    """Write a data set whose training images are a stream of distorted ones, as four IDX files, all or none.

    Parameters
    ----------
    dataset : Dataset
        The data set; its test images are written as they are.
    folder : Path
        Where to; it is made if need be.
    times, distortion, seed
        As for `DistortedDigits`.
    overwrite : bool
        Whether to replace files that are there.
    tell : callable
        Called with the number of images that have just been written.

    Returns
    -------
    int
        The number of training images.

    Raises
    ------
    InputError
        If there are such files, too little room, or more images than an IDX file can count, or labels that are no
        numbers.

    """
    stream = DistortedDigits(dataset.train_images, times, distortion, seed)
    _check(dataset, stream, folder, overwrite)
    with ExitStack() as stack:  # which closes the last first: the images, which may not fit, and then the small files
        files = {role: stack.enter_context(replacing(folder / name)) for role, name in reversed(NAMES.items())}
        files["test_images"].write(idx_bytes(dataset.test_images))
        files["test_labels"].write(idx_bytes(dataset.test_labels))
        files["train_labels"].write(idx_bytes(np.tile(dataset.train_labels, times)))
        files["train_images"].write(struct.pack(">HBB3I", 0, 0x08, 3, len(stream), *dataset.train_images.shape[1:]))
        _write_blocks(files["train_images"], stream, tell)
    return len(stream)


def _write_blocks(file: BinaryIO, stream: DistortedDigits, tell: Callable[[int], object]) -> None:
    for k in range(-(-len(stream) // BLOCK)):
        images = stream.block(k)
        file.write(images.tobytes())
        tell(len(images))


def _check(dataset: Dataset, stream: DistortedDigits, folder: Path, overwrite: bool) -> None:
    if dataset.train_labels.dtype != np.uint8:
        raise InputError(f"{dataset.name} has labels that are not numbers, which IDX files cannot hold.")
    if len(stream) > LONGEST:
        raise InputError(f"An IDX file holds at most {LONGEST:,} images, not {len(stream):,}: ask for fewer.")
    folder.mkdir(parents=True, exist_ok=True)
    if there := [name for name in NAMES.values() if (folder / name).exists() and not overwrite]:
        raise InputError(f"{folder / there[0]} is there already: name another folder, or replace it with --overwrite.")
    needed = len(stream) * (dataset.train_images[0].nbytes + 1) + dataset.test_images.nbytes
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise InputError(f"{folder} has room for {free / 1e9:.1f} GB, and the images need {needed / 1e9:.1f} GB.")
