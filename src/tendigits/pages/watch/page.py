"""The page that learns: a network trained from random weights, in the browser, before one's eyes. One HTML file.

A few thousand digits lie in the page, in 16 gray levels, two pixels a byte, deflated: about 100 bytes each. Training
runs in a worker, whose script is part of the same file.
"""

import zlib
from pathlib import Path
from typing import Any

import numpy as np

from ..._util.arrays import Array
from ...data.dataset import Dataset
from ...data.mnist import load_mnist
from ...data.splits import stratified_split
from ...errors import InputError
from ..file import JAVASCRIPT, SHARED, Page, assemble, bundle, in_base64

HERE = Path(__file__).parent
NETWORK = (
    *(JAVASCRIPT / f"{name}.js" for name in ("products", "linear", "elementwise", "convolution", "pooling")),
    *(JAVASCRIPT / f"{name}.js" for name in ("batchnorm", "loss", "network")),
)
WORKER = (  # each after those it imports
    *NETWORK,
    *(JAVASCRIPT / f"{name}.js" for name in ("optimizers", "random", "attribution")),
    *(HERE / f"{name}.js" for name in ("bugs", "config", "gradient_check", "run", "worker")),
)
MODULES = (
    *NETWORK,
    *(JAVASCRIPT / f"{name}.js" for name in ("network_file", "light", "strokes", "lines", "mnist_format")),
    *(SHARED / f"{name}.js" for name in ("bytes", "dom", "frame", "paint", "sheet", "input", "save")),
    *(HERE / f"{name}.js" for name in ("bugs", "config", "digits", "learner", "curves", "weights", "wall")),
    *(HERE / f"{name}.js" for name in ("confusion", "slow_motion", "choices", "break_it", "hand")),
    *(HERE / f"{name}.js" for name in ("experiments", "app")),
)
TRAIN, HELD_OUT = 7000, 1000  # digits in the page, at most
ROOM = 1_250_000  # bytes for them: of pictures with more ink there are fewer
LEVELS = 16  # of gray


def watch(dataset: Dataset | None = None, *, hidden: int = 128) -> Page:
    """Make a page on which a network learns to read digits.

    Parameters
    ----------
    dataset : Dataset, optional
        Its training images are learned from, and its test images held out: 7,000 and 1,000 of them, or as many as there
        are, or as there is room for. None means MNIST.
    hidden : int
        The number of hidden units that the network begins with, 1 to 512.

    Returns
    -------
    Page
        The page.

    Raises
    ------
    InputError
        If the images are not of 28 × 28 pixels, the classes more than 20, or `hidden` out of range.
    """
    dataset = load_mnist() if dataset is None else dataset
    _check(dataset, hidden)
    parts = _parts(dataset, 1.0)
    if (size := sum(len(part["images"]) for part in parts.values())) > ROOM:
        parts = _parts(dataset, 0.95 * ROOM / size)
    counts = {name: f"{len(part['labels']):,}" for name, part in parts.items()}
    about = {"classes": dataset.classes.tolist(), "hidden": hidden, **parts}
    html = assemble(HERE, bundle(MODULES), about, bundle(WORKER), data=_name(dataset), **counts)
    return Page(html, f"784-{hidden}-{len(dataset.classes)}", "Watch it learn")


def _parts(dataset: Dataset, share: float) -> dict[str, Any]:
    """Take the digits to learn from and those held out, or a share of as many as there are room for."""
    train = _some(dataset.train_images, dataset.train_labels, int(TRAIN * share))
    held_out = _some(dataset.test_images, dataset.test_labels, int(HELD_OUT * share))
    return {"train": _packed(*train, dataset.classes), "heldOut": _packed(*held_out, dataset.classes)}


def _check(dataset: Dataset, hidden: int) -> None:
    if dataset.train_images.shape[1:] != (28, 28):
        raise InputError(f"The page needs pictures of 28 × 28 pixels, not {dataset.train_images.shape[1:]}.")
    if len(dataset.classes) > 20:
        raise InputError(f"The page has room for 20 classes, and the data have {len(dataset.classes)}.")
    if not 1 <= hidden <= 512:
        raise InputError(f"The page's network has 1 to 512 hidden units, not {hidden}.")


def _some(images: Array, labels: Array, most: int) -> tuple[Array, Array]:
    """Take at most so many images, of every class its share, in random order."""
    if len(labels) <= most:
        return images, labels
    n = min(most, len(labels) - len(np.unique(labels)))  # a split leaves one of every class
    _, index = stratified_split(labels, n, np.random.default_rng(0))
    return images[index], labels[index]


def _packed(images: Array, labels: Array, classes: Array) -> dict[str, Any]:
    """Write images as small as a browser can unpack them by itself, and their class indices."""
    levels = np.rint(images.reshape(len(images), -1) * ((LEVELS - 1) / 255)).astype(np.uint8)
    pairs = levels[:, ::2] * LEVELS + levels[:, 1::2]
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(pairs.tobytes()) + packer.flush()
    return {"images": in_base64(packed), "labels": np.searchsorted(classes, labels).tolist()}


def _name(dataset: Dataset) -> str:
    return {"mnist": "MNIST", "digits": "scikit-learn’s small digits"}.get(dataset.name, dataset.name)
