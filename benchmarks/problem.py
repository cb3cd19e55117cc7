"""The problem that every contestant is given: the same images, the same start, the same batches.

All of it follows from a few numbers and a seed, so that worker processes need to be sent no arrays.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

CLASSES = 10
PARTS = ("train_images", "train_labels", "test_images", "test_labels")


@dataclass(frozen=True)
class Problem:
    """One epoch of plain SGD over the first `n` images, in batches of `batch`, with `hidden` units.

    images: uint8, (n, 784). labels: int64, (n,). The last batch is smaller where `batch` does not divide n. trained: a
    file of parameters to start with, for those who predict.
    """

    images: np.ndarray
    labels: np.ndarray
    hidden: int
    batch: int
    rate: float
    trained: str = ""

    @classmethod
    def load(cls, folder: Path, n: int, hidden: int, batch: int, rate: float, trained: str = "") -> "Problem":
        """Take the first n training images that `write_data` put into `folder`."""
        images, labels = (np.load(folder / f"{part}.npy", mmap_mode="r")[:n] for part in PARTS[:2])
        return cls(images, labels.astype(np.int64), hidden, batch, rate, trained)

    @property
    def n(self) -> int:
        """The number of images."""
        return len(self.labels)

    @cached_property
    def rows(self) -> np.ndarray:
        """The images as float32 from 0 to 1, for those who want them so: made before the clock starts."""
        return np.multiply(self.images, np.float32(1 / 255), dtype=np.float32)

    @cached_property
    def order(self) -> np.ndarray:
        """The order in which every contestant sees the images."""
        return np.random.default_rng(1).permutation(self.n)

    @cached_property
    def start(self) -> list[np.ndarray]:
        """The starting parameters W1, b1, W2, b2, float32: He's initialisation, or those of the file."""
        if self.trained:
            with np.load(self.trained) as arrays:
                return list(arrays.values())
        rng = np.random.default_rng(2)
        n_in = self.images.shape[1]
        W1 = rng.normal(0, np.sqrt(2 / n_in), (n_in, self.hidden))
        W2 = rng.normal(0, np.sqrt(2 / self.hidden), (self.hidden, CLASSES))
        return [p.astype(np.float32) for p in (W1, np.zeros(self.hidden), W2, np.zeros(CLASSES))]

    def batches(self) -> list[np.ndarray]:
        """The indices of each batch."""
        return [self.order[start : start + self.batch] for start in range(0, self.n, self.batch)]


def load_data() -> tuple[str, dict[str, np.ndarray]]:
    """Load MNIST; without it, the bundled digits repeated to its size: the same work, but no accuracy to speak of."""
    from tendigits import DataUnavailable, load_digits, load_mnist

    try:
        dataset, sizes = load_mnist(), (60_000, 10_000)
    except DataUnavailable:
        dataset, sizes = load_digits(), (60_000, 10_000)
    arrays = {}
    for part in PARTS:
        array = getattr(dataset, part)
        array = array.reshape(len(array), -1) if part.endswith("images") else array
        size = sizes[part.startswith("test")]
        arrays[part] = np.resize(array, (size, *array.shape[1:]))
    return dataset.name, arrays


def write_data(folder: Path, arrays: dict[str, np.ndarray]) -> None:
    """Leave the arrays where workers can map them into memory."""
    for part, array in arrays.items():
        np.save(folder / f"{part}.npy", array)


def reference(problem: Problem) -> list[np.ndarray]:
    """Train for one epoch in float64, as plainly as can be: what every contestant must end with."""
    W1, b1, W2, b2 = params = [p.astype(np.float64) for p in problem.start]
    for index in problem.batches():
        x, y = problem.images[index] / 255, np.eye(CLASSES)[problem.labels[index]]
        z = x @ W1 + b1
        a = np.maximum(z, 0)
        e = np.exp(a @ W2 + b2)
        dlogits = (e / e.sum(axis=1, keepdims=True) - y) / len(index)
        dz = (dlogits @ W2.T) * (z > 0)
        for p, g in zip(params, (x.T @ dz, dz.sum(axis=0), a.T @ dlogits, dlogits.sum(axis=0)), strict=True):
            p -= problem.rate * g
    return params


def mean_loss(problem: Problem, params: list[np.ndarray]) -> float:
    """Compute the mean cross-entropy over the problem's images, in float64."""
    W1, b1, W2, b2 = (np.asarray(p, np.float64) for p in params)
    logits = np.maximum(problem.images / 255 @ W1 + b1, 0) @ W2 + b2
    logits -= logits.max(axis=1, keepdims=True)
    true = logits[np.arange(problem.n), problem.labels]
    return float(np.mean(np.log(np.exp(logits).sum(axis=1)) - true))
