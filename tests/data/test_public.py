"""Data sets by name: from a loopback server with files of their forms, checked, cached, and checked again."""

import gzip
import hashlib
import io
import zipfile

import numpy as np
import pytest

from tendigits import DataUnavailable, load
from tendigits.data import public
from tendigits.data.idx import idx_bytes


@pytest.fixture
def published(tmp_path, monkeypatch, mirror):
    """A function that publishes files, {name: content}, as those of a data set."""
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "cache"))
    mirror.folder = tmp_path

    def publish(name, files, behaviour="whole"):
        known = []
        for file, content in files.items():
            (tmp_path / file).write_bytes(content)
            known.append(public.File(file, hashlib.md5(content).hexdigest()))
        monkeypatch.setitem(public.PUBLIC, name, public.Source(f"{mirror.url}/{behaviour}/", tuple(known)))

    return publish


def contents(labels=(0, 1), side=28):
    images = np.zeros((6, side, side), np.uint8)
    images[:, 1, 4] = 200
    labels = np.resize(np.array(labels, np.uint8), 6)
    return images, labels


def four(prefix=""):
    images, labels = contents()
    parts = zip(("train", "t10k"), ((images, labels), (images[:2], labels[:2])), strict=True)
    return {
        f"{prefix}{part}-{name}": gzip.compress(idx_bytes(array), mtime=0)
        for part, arrays in parts
        for name, array in zip(("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"), arrays, strict=True)
    }


@pytest.mark.parametrize("name", ["fashion-mnist", "kmnist"])
def test_four_files(published, mirror, name):
    published(name, four())
    first = load(name, progress=False)
    asked = len(mirror.asked)
    assert first.name == name
    assert len(first.train_labels) == 6
    assert load(name).digest == first.digest
    assert len(mirror.asked) == asked == 4, "the second time it comes from the cache"


def test_a_damaged_cache_is_not_believed(published, mirror, tmp_path):
    published("kmnist", four())
    load("kmnist", progress=False)
    cache = tmp_path / "cache" / "tendigits" / "kmnist.npz"
    np.savez(cache, metadata=np.array('{"digest": "0"}'), train_images=np.zeros((6, 28, 28), np.uint8))
    assert load("kmnist", progress=False).train_images.max() == 200
    assert len(mirror.asked) == 8


def test_qmnist_knows_its_writers(published):
    images, labels = contents()
    about = np.zeros((6, 8), np.int32)
    about[:, 0], about[:, 2] = labels, np.arange(6) // 2 + 2100
    files = [gzip.compress(idx_bytes(array)) for array in (images, about, images, about)]
    names = [file.name for file in public.PUBLIC["qmnist"].files]
    published("qmnist", dict(zip(names, files, strict=True)))
    dataset = load("qmnist", progress=False)
    assert dataset.test_writers.tolist() == ["hsf2100"] * 2 + ["hsf2101"] * 2 + ["hsf2102"] * 2
    np.testing.assert_array_equal(dataset.test_labels, labels)


def test_emnist_comes_in_one_archive(published):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name, content in four("gzip/emnist-letters-").items():
            content = (
                gzip.compress(idx_bytes(contents((1, 26))[1][: 6 if "train" in name else 2])) * ("labels" in name)
                or content
            )
            file.writestr(name.replace("t10k", "test"), content)
    published("emnist-letters", {"gzip.zip": archive.getvalue()})
    dataset = load("emnist-letters", progress=False)
    assert dataset.train_images[0, 4, 1] == 200
    assert dataset.classes.tolist() == ["A", "Z"]
    assert dataset.transposed


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [("corrupted", "its MD5 is"), ("truncated", "its MD5 is"), ("missing", "404"), ("broken_off", "broke off")],
)
def test_what_is_not_the_original_is_refused(published, tmp_path, behaviour, message):
    published("fashion-mnist", four(), behaviour)
    with pytest.raises(DataUnavailable, match=rf"(?s)fashion-mnist could not be downloaded.*{message}"):
        load("fashion-mnist", progress=False)
    assert not (tmp_path / "cache").exists()


def test_own_mirrors_are_asked_first(published, mirror, monkeypatch):
    published("kmnist", four(), "missing")
    monkeypatch.setattr(public, "_from", lambda name, source, *_: pytest.fail(source.url))
    monkeypatch.setenv("TENDIGITS_MIRRORS", "http://school.example/data")
    with pytest.raises(pytest.fail.Exception, match=r"http://school\.example/data/kmnist/"):
        load("kmnist", progress=False)


def test_every_name_has_its_digests():
    for source in public.PUBLIC.values():
        assert all(len(file.md5) == 32 for file in source.files)
