"""Data: the cache, the real MNIST, the bundled digits, every way a folder can be wrong, labels."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sources import assert_holds, assert_same, change_a_byte, write_folder

from tendigits.data import idx
from tendigits.data import mnist as data
from tendigits.data.dataset import class_index
from tendigits.data.folders import load_idx_folder
from tendigits.data.idx import idx_bytes
from tendigits.data.load import load
from tendigits.data.mnist import load_mnist
from tendigits.errors import InputError

MNIST_DIGEST = "b2d8f5bf39174ee5ffeefa97e42d673c35432b411bb5d1f74fbbeddae7f1690a"


# The cache


def test_a_later_load_asks_nobody(tiny, tiny_mirror):
    first = load_mnist(mirrors=[f"{tiny_mirror.url}/whole"])
    tiny_mirror.asked.clear()
    assert_same(load_mnist(mirrors=[f"{tiny_mirror.url}/whole"]), first)
    assert tiny_mirror.asked == []


def test_a_damaged_cache_is_ignored_and_replaced(tiny, tiny_mirror, data_home):
    url = f"{tiny_mirror.url}/whole"
    cache = data_home / "tendigits" / "mnist.npz"
    load_mnist(mirrors=[url])
    good = cache.read_bytes()
    damaged = [good[:place] for place in (0, 1, len(good) // 2, len(good) - 1)]
    damaged += [change_a_byte(good, place) for place in range(0, len(good) - 1200, 997)]
    for content in damaged:
        cache.write_bytes(content)
        assert_holds(load_mnist(mirrors=[url]), tiny)
        assert cache.read_bytes() == good


def test_no_changed_byte_in_the_cache_is_fatal(tiny, tiny_mirror, data_home):
    cache = data_home / "tendigits" / "mnist.npz"
    load_mnist(mirrors=[f"{tiny_mirror.url}/whole"])
    good = cache.read_bytes()
    for place in range(len(good) - 500, len(good), 2):  # in the zip's directory, where most can go wrong
        cache.write_bytes(change_a_byte(good, place))
        cached = data._read_cache()
        assert cached is None or assert_holds(cached, tiny) is None


def test_a_cache_of_another_kind_is_ignored(tiny, tiny_mirror, data_home):
    wrong = tiny | {"train_labels": tiny["train_labels"].astype(int)}
    fewer = {role: tiny[role] for role in list(tiny)[:3]}
    for arrays in (wrong, fewer, tiny | {"more": np.zeros(3)}, {}):
        data._cache().parent.mkdir(exist_ok=True)
        data.write_npz(data._cache(), arrays, {"name": "mnist", "digest": "0"})
        assert_holds(load_mnist(mirrors=[f"{tiny_mirror.url}/whole"]), tiny)


@pytest.mark.parametrize("change", ["image", "label", "digest"])
def test_a_cache_is_believed_only_if_it_is_mnists(tiny, tiny_mirror, data_home, change):
    load_mnist(mirrors=[f"{tiny_mirror.url}/whole"])
    arrays, about = data.read_npz(data._cache())
    if change == "digest":
        about["digest"] = "0" * 64
    else:
        arrays[f"train_{change}s"].flat[0] ^= 1
    data.write_npz(data._cache(), arrays, about)
    assert data._read_cache() is None
    assert_holds(load_mnist(mirrors=[f"{tiny_mirror.url}/whole"]), tiny)


def test_a_cache_is_checked_once(tiny, tiny_mirror, data_home, monkeypatch):
    load_mnist(mirrors=[f"{tiny_mirror.url}/whole"])
    (data_home / "tendigits" / "mnist.verified").unlink()
    assert_holds(data._read_cache(), tiny)
    monkeypatch.setattr("tendigits.data.sources.FILES", {})
    assert_holds(data._read_cache(), tiny)


def test_a_cache_that_cannot_be_written_is_not_fatal(tiny, tiny_mirror, data_home, caplog):
    (data_home / "tendigits").write_text("a file where the folder should be")
    assert_holds(load_mnist(mirrors=[f"{tiny_mirror.url}/whole"]), tiny)
    assert "could not be cached" in caplog.text


def test_the_cache_lies_beside_scikit_learns_own_data(monkeypatch, tmp_path):
    from sklearn.datasets import get_data_home

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for home in (None, "~/somewhere", str(tmp_path / "else")):
        monkeypatch.delenv("SCIKIT_LEARN_DATA")
        if home:
            monkeypatch.setenv("SCIKIT_LEARN_DATA", home)
        assert data._cache() == Path(get_data_home(), "tendigits", "mnist.npz")
        monkeypatch.setenv("SCIKIT_LEARN_DATA", "")


# The real MNIST


def test_mnist_is_what_everyone_knows(real_mnist):
    assert real_mnist.train_images.shape == (60_000, 28, 28)
    assert real_mnist.test_images.shape == (10_000, 28, 28)
    assert real_mnist.train_images.dtype == real_mnist.train_labels.dtype == np.uint8
    assert real_mnist.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert real_mnist.classes.tolist() == list(range(10))
    assert real_mnist.digest == MNIST_DIGEST


@pytest.mark.slow
def test_mnist_from_openml_is_the_same(openml_mnist, real_mnist):
    assert_same(openml_mnist, real_mnist)
    assert openml_mnist.digest == MNIST_DIGEST


@pytest.mark.slow
def test_the_second_load_imports_nothing_heavy(openml_mnist, openml_home):
    print_imports = (
        "import sys; from tendigits.data.mnist import load_mnist; print(load_mnist(mirrors=[]).digest, *sys.modules)"
    )
    environment = os.environ | {"SCIKIT_LEARN_DATA": str(openml_home)}
    run = [sys.executable, "-c", print_imports]
    digest, *modules = subprocess.check_output(run, env=environment, text=True).split()
    assert digest == MNIST_DIGEST
    assert not {"sklearn", "scipy", "urllib.request", "tqdm", "matplotlib", "PIL"} & set(modules)


# The bundled digits


def test_digits_look_like_mnist(digits):
    images = np.concatenate([digits.train_images, digits.test_images])
    assert images.shape == (1797, 28, 28)
    assert images.dtype == digits.train_labels.dtype == np.uint8
    assert images.max(axis=(1, 2)).min() >= 250
    assert 0.1 < images.mean() / 255 < 0.2  # MNIST's is 0.13
    assert not images[:, :2].any()  # a margin around the box of 20×20
    assert not images[:, :, :2].any()
    weight = images.sum(axis=(1, 2), dtype=float)
    for coordinate in np.indices((28, 28)):
        centre = (images * coordinate).sum(axis=(1, 2)) / weight
        assert np.abs(centre - 14).max() < 1


def test_digits_are_split_once_and_for_all(digits):
    assert len(digits.test_labels) == 359
    assert np.ptp(np.bincount(digits.test_labels) / np.bincount(digits.train_labels)) < 0.02
    assert_same(load("digits"), digits)
    assert digits.classes.tolist() == list(range(10))


# Folders of IDX files


@pytest.mark.parametrize(
    "spelling",
    [
        "{}",
        "{}.gz",
        "{}|train-images-idx3-ubyte|train-images.idx3-ubyte",
        "{}|t10k-|test-",
        "kmnist-{}.gz|t10k-|test-",
    ],
)
def test_a_folder_is_read_under_all_its_usual_names(spelling, tiny, tmp_path):
    pattern, *replacement = spelling.split("|")
    for role, name in idx.NAMES.items():
        name = pattern.format(name).replace(*replacement or ("", ""))
        content = idx_bytes(tiny[role])
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    (tmp_path / "readme.txt").write_text("something else")
    dataset = load(str(tmp_path))
    assert_holds(dataset, tiny)
    assert dataset.name == tmp_path.name
    assert dataset.classes.tolist() == [1, 2, 7]


def test_the_digest_is_the_same_whatever_the_source(tiny, tiny_folder, tiny_mirror):
    assert load_idx_folder(tiny_folder).digest == load_mnist(mirrors=[f"{tiny_mirror.url}/whole"]).digest
    tiny["test_labels"][0] = 2
    assert load_idx_folder(write_folder(tiny_folder / "other", tiny)).digest != load_idx_folder(tiny_folder).digest


def test_a_file_may_lie_there_both_packed_and_unpacked(tiny, tiny_folder):
    for path in list(tiny_folder.iterdir()):
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
    assert_holds(load_idx_folder(tiny_folder), tiny)


def test_a_folder_must_exist(tmp_path):
    with pytest.raises(InputError, match=r"nowhere is neither a known data set nor a folder .* holds train-images"):
        load(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file is neither a known data set nor a folder"):
        load(tmp_path / "file")


@pytest.mark.parametrize("role", idx.NAMES)
def test_a_missing_file_is_named(role, tiny_folder):
    (tiny_folder / f"{idx.NAMES[role]}.gz").unlink()
    with pytest.raises(
        InputError, match=f"lacks {idx.NAMES[role]}; expected train-images-idx3-ubyte, .*gzipped or not"
    ):
        load_idx_folder(tiny_folder)


def test_an_empty_folder_lacks_all_four(tmp_path):
    with pytest.raises(InputError, match=f"lacks {', '.join(idx.NAMES.values())};"):
        load_idx_folder(tmp_path)


def test_several_files_for_one_role_are_named(tiny_folder):
    for split in ("letters", "digits"):
        (tiny_folder / f"emnist-{split}-test-labels-idx1-ubyte").touch()
    with pytest.raises(InputError, match=r"emnist-digits-test-labels-idx1-ubyte, emnist-letters-test-.* keep only one"):
        load_idx_folder(tiny_folder)


def test_a_folder_where_a_file_should_be(tiny_folder):
    path = tiny_folder / "train-images-idx3-ubyte"
    path.mkdir()
    with pytest.raises(InputError, match="train-images-idx3-ubyte cannot be read"):
        load_idx_folder(tiny_folder)


@pytest.mark.parametrize("part", ["train", "test"])
def test_swapped_files_are_noticed(part, tiny, tmp_path):
    images, labels = f"{part}_images", f"{part}_labels"
    swapped = tiny | {images: tiny[labels], labels: tiny[images]}
    with pytest.raises(InputError, match=r"images-idx3-ubyte\.gz should hold images .* swapped"):
        load_idx_folder(write_folder(tmp_path / "folder", swapped))
    with pytest.raises(InputError, match=r"labels-idx1-ubyte\.gz should hold labels .* swapped"):
        load_idx_folder(write_folder(tmp_path / "other", tiny | {labels: tiny[images]}))


@pytest.mark.parametrize(
    ("role", "change", "message"),
    [
        ("train_labels", lambda a: a[:-1], "6 training images, but 5 training labels"),
        ("test_images", lambda a: a[:-1], "3 test images, but 4 test labels"),
        ("test_images", lambda a: a[:, :20], "training images of 28 × 28 pixels, but test images of 20 × 28"),
        ("test_labels", lambda a: a + 1, "test labels that no training image has: 3, 8"),
        ("train_images", lambda a: a.astype(np.int16), "should hold images .* int16"),
    ],
)
def test_files_that_do_not_go_together(role, change, message, tiny, tmp_path):
    with pytest.raises(InputError, match=message):
        load_idx_folder(write_folder(tmp_path / "folder", tiny | {role: change(tiny[role])}))


@pytest.mark.parametrize("part", ["train", "test"])
def test_an_empty_part_is_noticed(part, tiny, tmp_path):
    empty = {role: array[:0] for role, array in tiny.items() if role.startswith(part)}
    with pytest.raises(InputError, match=f"holds no {part}"):
        load_idx_folder(write_folder(tmp_path / "folder", tiny | empty))


# Labels


@given(st.sets(st.integers(-50, 300), min_size=1), st.data())
def test_class_index_finds_each_label(classes, draw):
    classes = np.array(sorted(classes))
    labels = np.array(draw.draw(st.lists(st.sampled_from(classes.tolist()))), int)
    index = class_index(labels, classes)
    assert index.dtype == np.intp
    np.testing.assert_array_equal(classes[index], labels)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([1, 11, 12, 11], "not among the 10 classes: 11, 12"),
        ([-1], "-1"),
        (np.arange(10, 40), "10, 11, 12, 13, 14, 15, 16, 17, 18, 19 and 20 more"),
        ([np.nan], "nan"),
        ([[1], [2]], r"shape \(n,\), one for each image, but have \(2, 1\)"),
    ],
)
def test_class_index_names_strange_labels(labels, message):
    with pytest.raises(InputError, match=message):
        class_index(labels, np.arange(10))


def test_a_data_set_is_shown_by_its_counts(digits):
    assert repr(digits) == "Dataset('digits': 1,438 training and 359 test images of 28 × 28, 10 classes)"
