"""Every reader of the package, a good file for each, and what can be asked of what was read.

The law: *a valid result or one sentence, never anything else*. A sentence is an InputError of one line; a valid result
answers with finite numbers.
"""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from tendigits import InputError, Network, Settings, fit, load_idx_folder, read_image
from tendigits._util.files import read_npz, write_npz
from tendigits.data.idx import NAMES, idx_bytes, read_idx
from tendigits.nn.layers import BatchNorm, Linear, ReLU


class Subject(NamedTuple):
    """A reader, the name of its file, a good file, and how metadata in it are changed (None if it has none)."""

    read: Callable[[Path], object]
    name: str
    make: Callable[[Path], object]
    metadata: bool = False


def answers(network: Network) -> None:
    """Ask a network that was read."""
    p = network.predict_proba(np.zeros((2, network.sizes[0]), np.uint8))
    assert np.isfinite(p).all()
    assert np.allclose(p.sum(axis=1), 1, atol=1e-5)
    json.dumps(network.info, allow_nan=False)


def small() -> Network:
    network = Network([Linear(12, 5), BatchNorm(5), ReLU(), Linear(5, 3)])
    network.info = {"data": {"name": "x", "train": 5}, "training": {"seed": 1}, "results": {"test_accuracy": 0.5}}
    return network


def dense() -> Network:
    network = Network([12, 5, 3])
    network.info = small().info
    return network


def _data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 255, (40, 12), np.uint8), np.arange(40) % 3


def _train(path: Path, network: Network, resume: bool) -> None:
    settings = Settings(epochs=2, batch_size=10, patience=2)
    fit(network, _data(), _data(), settings, checkpoint=path, resume=resume, overwrite=not resume)


def _resume(path: Path) -> None:
    network = Network([12, 4, 3])
    before = network.params.copy()
    try:
        _train(path, network, resume=True)
    except InputError:
        assert (network.params == before).all(), "a refused checkpoint changed the network"
        raise
    assert np.isfinite(network.params).all()


def _picture(kind: str) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        gray = np.full((60, 50), 230, np.uint8)
        gray[15:45, 22:28] = 20
        Image.fromarray(gray).save(path, kind)

    return make


def _read_picture(path: Path) -> None:
    image = read_image(path)
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8


def _idx(path: Path) -> None:
    path.write_bytes(idx_bytes(np.arange(60, dtype=np.uint8).reshape(5, 4, 3)))


def _idx_gz(path: Path) -> None:
    path.write_bytes(gzip.compress(idx_bytes(np.arange(60, dtype=np.uint8).reshape(5, 4, 3))))


def _folder(path: Path) -> None:
    for role, name in NAMES.items():
        n = 6 if role.startswith("train") else 3
        array = np.arange(n) % 3 if role.endswith("labels") else np.zeros((n, 4, 4))
        (path.parent / name).write_bytes(idx_bytes(array.astype(np.uint8)))


def _safetensors(path: Path) -> None:
    from tendigits import export

    export(dense(), path, "safetensors")


def _torch(path: Path) -> None:
    from tendigits import export

    export(dense(), path, "torch-state-dict")


def _table(path: Path) -> None:
    rows = [f"{i % 3}," + ",".join(str((i * k) % 256) for k in range(16)) for i in range(12)]
    path.write_text(
        "label," + ",".join(f"pixel{k}" for k in range(16)) + "\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )


def _archive(path: Path) -> None:
    images, labels = np.zeros((6, 4, 4), np.uint8), np.arange(6) % 3
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)


def _load_path(path: Path) -> None:
    from tendigits.data.folders import load_path

    assert len(load_path(path).train_images)


SUBJECTS = {
    "model": Subject(lambda path: answers(Network.load(path)), "m.npz", lambda path: small().save(path), True),
    "ensemble": Subject(
        lambda path: answers(Network.load(path)), "m.npz", lambda path: Network.ensemble([dense()] * 2).save(path), True
    ),
    "checkpoint": Subject(_resume, "c.npz", lambda path: _train(path, Network([12, 4, 3]), resume=False), True),
    "idx": Subject(read_idx, "a", _idx),
    "gzipped idx": Subject(read_idx, "a.gz", _idx_gz),
    "idx folder": Subject(lambda path: load_idx_folder(path.parent), NAMES["train_images"], _folder),
    "csv": Subject(_load_path, "t.csv", _table),
    "archive": Subject(_load_path, "a.npz", _archive),
    **{kind: Subject(_read_picture, f"p.{kind}", _picture(kind)) for kind in ("png", "jpeg", "gif", "bmp", "tiff")},
    "webp": Subject(_read_picture, "p.webp", _picture("webp")),
    "ppm": Subject(_read_picture, "p.ppm", _picture("ppm")),
    "safetensors": Subject(lambda path: answers(Network.from_safetensors(path)), "m.safetensors", _safetensors),
    "torch": Subject(lambda path: answers(Network.from_torch(path)), "m.pt", _torch),
}
NEEDS = {"safetensors": "safetensors", "torch": "torch"}


def rewritten(path: Path, change: Callable[[dict], dict]) -> None:
    """Change a file's metadata, so that its checksums are right."""
    arrays, about = read_npz(path)
    write_npz(path, arrays, change(about))


def law(subject: Subject, path: Path) -> str:
    """Read a file: "read" or the sentence; anything else is raised."""
    try:
        subject.read(path)
    except InputError as error:
        sentence = str(error)
        assert sentence
        assert "\n" not in sentence, sentence
        return sentence
    return "read"


def good_file(subject: Subject, folder: Path) -> bytes:
    path = folder / subject.name
    subject.make(path)
    assert law(subject, path) == "read"
    return path.read_bytes()


__all__ = ["NEEDS", "SUBJECTS", "good_file", "law", "rewritten"]
