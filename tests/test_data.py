"""Data: every source, every way a source can fail, and every way a folder can be wrong."""

import contextlib
import gzip
import hashlib
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from tendigits import data, download, idx, progress
from tendigits.data import (
    Dataset,
    class_index,
    idx_bytes,
    load,
    load_idx_folder,
    load_mnist,
    read_idx,
    stratified_split,
)
from tendigits.errors import DataUnavailable, InputError

MNIST_DIGEST = "b2d8f5bf39174ee5ffeefa97e42d673c35432b411bb5d1f74fbbeddae7f1690a"


def assert_same(a: Dataset, b: Dataset):
    for role in idx.NAMES:
        np.testing.assert_array_equal(getattr(a, role), getattr(b, role), strict=True)
    assert a.digest == b.digest


# A small data set that passes for MNIST, and a web server that has it


@pytest.fixture
def tiny(monkeypatch) -> dict[str, np.ndarray]:
    """Six training and four test images, whose MD5s take the place of MNIST's; OpenML cannot be reached."""
    rng = np.random.default_rng(0)
    arrays = {
        "train_images": rng.integers(0, 3, (6, 28, 28), np.uint8),
        "train_labels": np.array([7, 1, 2, 7, 1, 2], np.uint8),
        "test_images": rng.integers(0, 3, (4, 28, 28), np.uint8),
        "test_labels": np.array([1, 2, 7, 1], np.uint8),
    }
    contents = {role: idx_bytes(array) for role, array in arrays.items()}
    files = {role: download.MnistFile(len(c), hashlib.md5(c).hexdigest()) for role, c in contents.items()}
    monkeypatch.setattr(download, "FILES", files)
    monkeypatch.setattr(download, "N_TRAIN", 6)
    answer_from_openml(monkeypatch, OSError("OpenML is closed today"))
    return arrays


def answer_from_openml(monkeypatch, answer):
    def fetch_openml(*args, **kwargs):
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("sklearn.datasets.fetch_openml", fetch_openml)


@pytest.fixture
def tiny_folder(tiny, tmp_path) -> Path:
    return write_folder(tmp_path / "tiny", tiny)


def write_folder(folder: Path, arrays: dict[str, np.ndarray]) -> Path:
    folder.mkdir()
    for role, array in arrays.items():
        (folder / f"{idx.NAMES[role]}.gz").write_bytes(gzip.compress(idx_bytes(array)))
    return folder


class Mirror(BaseHTTPRequestHandler):
    """Answers /BEHAVIOUR/NAME with the file of this name, behaving as told."""

    def do_GET(self):
        behaviour, name = self.path.strip("/").split("/")
        self.server.asked.append(behaviour)
        getattr(self, behaviour)((self.server.folder / name).read_bytes())

    def answer(self, *pieces: bytes, promised: int | None = None):
        self.send_response(200)
        self.send_header("Content-Length", str(promised or sum(map(len, pieces))))
        self.end_headers()
        for piece in pieces:
            self.wfile.write(piece)

    def whole(self, body):
        self.answer(body)

    def dribbling(self, body):
        step = len(body) // 20 + 1
        self.answer(*(body[i : i + step] for i in range(0, len(body), step)))

    def stalling(self, body):
        self.answer(body[: len(body) // 2], promised=len(body))
        self.server.over.wait()

    def silent(self, body):
        self.server.over.wait()

    def broken_off(self, body):
        self.answer(body[: len(body) // 2], promised=len(body))

    def truncated(self, body):
        self.answer(body[: len(body) // 2])

    def corrupted(self, body):
        self.answer(change_a_byte(body, len(body) // 2))

    def falsified(self, body):  # one pixel, in a file that is otherwise in order
        content = gzip.decompress(body)
        self.answer(gzip.compress(change_a_byte(content, -1), compresslevel=1))

    def bomb(self, body):
        header = gzip.decompress(body)[: 4 + 4 * 3]
        self.answer(gzip.compress(header + bytes(10**6)))

    def endless(self, body):
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):  # the other side hangs up
            while True:
                self.wfile.write(body)

    def no_gzip(self, body):
        self.answer(b"<html>Please log in to the school's network</html>")

    def empty(self, body):
        self.answer(b"")

    def forbidden(self, body):
        self.send_error(403)

    def missing(self, body):
        self.send_error(404)

    def unavailable(self, body):
        self.send_error(503)

    def log_message(self, *args):
        pass


def change_a_byte(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 1
    return bytes(changed)


@pytest.fixture
def mirror():
    """A web server on this machine; set its `folder`, and see in `asked` how it was asked to behave."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        server.asked, server.over = [], threading.Event()
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def tiny_mirror(mirror, tiny_folder):
    mirror.folder = tiny_folder
    return mirror


FAILURES = {
    "forbidden": "HTTP Error 403: Forbidden",
    "missing": "HTTP Error 404: Not Found",
    "unavailable": "HTTP Error 503: Service Unavailable",
    "stalling": "timed out",
    "silent": "timed out",
    "broken_off": r"train-images-idx3-ubyte.gz broke off after [\d,]+ of [\d,]+ bytes",
    "truncated": "end-of-stream",
    "corrupted": "damaged",
    "falsified": "train-images-idx3-ubyte is not MNIST's: its MD5 is",
    "bomb": "holds more",
    "endless": "train-images-idx3-ubyte.gz is larger than MNIST's",
    "no_gzip": "not an IDX file",
    "empty": "not an IDX file",
}


# MNIST from the network


@pytest.mark.parametrize("failure", FAILURES)
def test_a_source_that_fails_is_neither_used_nor_cached(failure, tiny_mirror, data_home):
    with pytest.raises(DataUnavailable, match=f"{tiny_mirror.url}/{failure}/: .*{FAILURES[failure]}"):
        load_mnist(mirrors=[f"{tiny_mirror.url}/{failure}/"], timeout=0.3)
    assert not list(data_home.rglob("*.npz*"))


@pytest.mark.parametrize("failure", FAILURES)
def test_after_a_source_that_fails_the_next_is_tried(failure, tiny, tiny_mirror, data_home):
    urls = [f"{tiny_mirror.url}/{behaviour}" for behaviour in (failure, "whole", "forbidden")]
    dataset = load_mnist(mirrors=urls, timeout=0.3)
    assert_holds(dataset, tiny)
    assert tiny_mirror.asked == [failure, "whole", "whole", "whole", "whole"]
    assert (data_home / "tendigits" / "mnist.npz").exists()


def assert_holds(dataset: Dataset, arrays: dict[str, np.ndarray]):
    for role, array in arrays.items():
        np.testing.assert_array_equal(getattr(dataset, role), array, strict=True)


@pytest.mark.parametrize("role", idx.NAMES)
def test_one_changed_byte_in_any_file_is_found(role, tiny, tiny_mirror, tiny_folder):
    path = tiny_folder / f"{idx.NAMES[role]}.gz"
    path.write_bytes(gzip.compress(change_a_byte(gzip.decompress(path.read_bytes()), -1)))
    with pytest.raises(DataUnavailable, match=str(tiny_mirror.url)):
        load_mnist(mirrors=[f"{tiny_mirror.url}/whole"])


def test_a_slow_source_is_waited_for(tiny, tiny_mirror):
    assert_holds(load_mnist(mirrors=[f"{tiny_mirror.url}/dribbling"]), tiny)


def test_when_nothing_works_the_error_lists_what_was_tried_and_why_it_failed(tiny_mirror):
    urls = [f"{tiny_mirror.url}/{failure}/" for failure in FAILURES]
    with pytest.raises(DataUnavailable) as caught:
        load_mnist(mirrors=urls, timeout=0.3)
    first, *tried, last = str(caught.value).split("\n")
    assert first == "MNIST could not be had from any source:"
    assert tried[0] == "  OpenML: OpenML is closed today"
    assert [line.split(": ")[0].strip() for line in tried[1:]] == urls
    assert "Connect to the Internet" in last
    assert all(name in last for name in idx.NAMES.values())


def test_a_nonsensical_mirror_is_a_source_that_fails(tiny):
    with pytest.raises(DataUnavailable, match=r"nonsense: ValueError\(.unknown url type"):
        load_mnist(mirrors=["nonsense"])


def test_a_refused_connection_is_a_source_that_fails(tiny):
    with socket.socket() as bound:  # bound, but nobody listens
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(DataUnavailable, match="refused"):
            load_mnist(mirrors=[f"http://127.0.0.1:{bound.getsockname()[1]}/"])


def test_the_environment_can_name_other_mirrors(tiny, tiny_mirror, monkeypatch):
    monkeypatch.setenv("TENDIGITS_MIRRORS", f"{tiny_mirror.url}/forbidden/ {tiny_mirror.url}/whole/")
    assert_holds(load_mnist(), tiny)
    assert tiny_mirror.asked[:2] == ["forbidden", "whole"]


def test_offline_every_source_fails_at_once(monkeypatch):
    with pytest.raises(DataUnavailable) as caught:
        load_mnist()
    assert all(source in str(caught.value) for source in ("OpenML: ", *download.MIRRORS))
    assert socket.getdefaulttimeout() is None  # fetch_openml's is gone


def test_openml_comes_first(tiny, tiny_mirror, monkeypatch):
    pixels = np.concatenate([tiny["train_images"], tiny["test_images"]]).reshape(10, 784).astype(float)
    labels = np.concatenate([tiny["train_labels"], tiny["test_labels"]]).astype(str).astype(object)
    answer_from_openml(monkeypatch, (pixels, labels))
    assert_holds(load_mnist(mirrors=[f"{tiny_mirror.url}/whole"]), tiny)
    assert tiny_mirror.asked == []


@pytest.mark.parametrize("damage", ["pixel", "label", "rows", "not a number"])
def test_what_openml_gives_is_checked_too(damage, tiny, monkeypatch, data_home):
    pixels = np.concatenate([tiny["train_images"], tiny["test_images"]]).reshape(10, 784).astype(float)
    labels = np.concatenate([tiny["train_labels"], tiny["test_labels"]]).astype(str).astype(object)
    if damage == "pixel":
        pixels[3, 3] += 1
    elif damage == "label":
        labels[9] = "3"
    elif damage == "rows":
        pixels, labels = pixels[:-1], labels[:-1]
    else:
        pixels[3, 3] = np.nan
    answer_from_openml(monkeypatch, (pixels, labels))
    with pytest.raises(DataUnavailable, match="OpenML: "):
        load_mnist(mirrors=[])
    assert not list(data_home.iterdir())


def test_progress_is_silent_unless_someone_watches(tiny_mirror, data_home, capsys):
    urls = [f"{tiny_mirror.url}/whole"]
    load_mnist(mirrors=urls)
    assert capsys.readouterr() == ("", "")
    shutil.rmtree(data_home)
    load_mnist(mirrors=urls, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "Reading MNIST from OpenML; the first time takes about a minute." in err
    assert "t10k-images-idx3-ubyte.gz" in err


def test_progress_is_shown_in_a_notebook_without_widgets(tiny_mirror, monkeypatch, capsys):
    kernel = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: kernel))
    monkeypatch.setattr(progress, "find_spec", lambda name: None)
    load_mnist(mirrors=[f"{tiny_mirror.url}/whole"])
    assert "train-images-idx3-ubyte.gz" in capsys.readouterr().err


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
    for place in range(len(good) - 500, len(good)):  # in the zip's directory, where most can go wrong
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


def test_mnist_from_mirrors_that_fail_and_one_that_works(mnist_folder, mirror, data_home, real_mnist):
    mirror.folder = mnist_folder
    behaviours = ("forbidden", "unavailable", "truncated", "broken_off", "corrupted", "stalling", "dribbling")
    dataset = load_mnist(mirrors=[f"{mirror.url}/{behaviour}" for behaviour in behaviours], timeout=2)
    assert_same(dataset, real_mnist)
    assert mirror.asked == [*behaviours, "dribbling", "dribbling", "dribbling"]


def test_mnist_from_mirrors_that_all_fail(mnist_folder, mirror, data_home):
    mirror.folder = mnist_folder
    urls = [f"{mirror.url}/{behaviour}/" for behaviour in ("forbidden", "truncated", "corrupted", "falsified")]
    with pytest.raises(DataUnavailable) as caught:
        load_mnist(mirrors=urls)
    assert all(url in str(caught.value) for url in urls)
    assert not (data_home / "tendigits").exists()


def test_mnist_from_openml_is_the_same(openml_mnist, real_mnist):
    assert_same(openml_mnist, real_mnist)
    assert openml_mnist.digest == MNIST_DIGEST


def test_the_second_load_imports_nothing_heavy(openml_mnist, openml_home):
    print_imports = (
        "import sys; from tendigits.data import load_mnist; print(load_mnist(mirrors=[]).digest, *sys.modules)"
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
        "emnist-letters-{}.gz",
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
    with pytest.raises(InputError, match=r"nowhere is no folder to read .*; expected one that holds train-images"):
        load(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file is no folder to read"):
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


# The IDX format

shapes = arrays_of.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=6)
idx_arrays = arrays_of.arrays(st.sampled_from(["u1", "i1", "<i2", ">i4", "<f4", ">f8"]), shapes)


@given(idx_arrays, st.booleans())
def test_idx_round_trip(array, gzipped):
    content = idx_bytes(array)
    again = read_idx(gzip.compress(content) if gzipped else content)
    np.testing.assert_array_equal(again, array)
    assert again.dtype == array.dtype.newbyteorder("=")
    assert again.flags.writeable
    assert idx_bytes(again) == content


def test_idx_as_the_format_says():
    array = np.array([[1, -2, 3]], np.int16)
    content = bytes([0, 0, 0x0B, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 1, 0xFF, 0xFE, 0, 3])
    assert idx_bytes(array) == content
    np.testing.assert_array_equal(read_idx(content), array)


def test_idx_has_no_other_types():
    with pytest.raises(InputError, match="no int64 values"):
        idx_bytes(np.zeros(3, np.int64))


@given(idx_arrays.filter(lambda array: array.size), st.data())
def test_idx_cut_anywhere_is_refused(array, draw):
    content = idx_bytes(array)
    cut = content[: draw.draw(st.integers(0, len(content) - 1))]
    for damaged in (cut, gzip.compress(cut), content + b"\0", gzip.compress(content + b"\0")):
        with pytest.raises(InputError):
            read_idx(damaged)
    packed = gzip.compress(content)
    with pytest.raises(InputError):
        read_idx(packed[: draw.draw(st.integers(0, len(packed) - 1))])


@given(st.binary(max_size=40))
def test_idx_of_anything_is_an_array_or_a_clear_error(content):
    with contextlib.suppress(InputError):
        assert idx_bytes(read_idx(content)) == content


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("lengths", [(2**32 - 1, 28, 28), (2**32 - 1,) * 3, (0, 2**32 - 1, 2**32 - 1)])
def test_idx_that_claims_an_absurd_size(pack, lengths):
    content = struct.pack(">HBB3I", 0, 8, 3, *lengths)
    with pytest.raises(InputError, match="claims to hold"):
        read_idx(pack(content))


def test_idx_takes_memory_for_what_is_there_not_for_what_is_claimed():
    import tracemalloc

    content = struct.pack(">HBB3I", 0, 8, 3, 2**21, 32, 31) + b"little"
    tracemalloc.start()
    with pytest.raises(InputError, match=r"promises 2,097,152 × 32 × 31 values, .* truncated: it holds 6"):
        read_idx(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10**7


def test_idx_that_is_damaged_is_named(tmp_path):
    path = tmp_path / "labels.gz"
    content = gzip.compress(idx_bytes(np.arange(100, dtype=np.uint8)))
    path.write_bytes(change_a_byte(content, 60))
    with pytest.raises(InputError, match=r"labels\.gz cannot be read, or is damaged"):
        read_idx(path)
    path.write_bytes(content[:-9])
    with pytest.raises(InputError, match=r"labels\.gz .*end-of-stream"):
        read_idx(path)


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


@given(st.lists(st.integers(0, 5), min_size=1, max_size=200), st.data(), st.integers(0, 99))
def test_stratified_split_holds_out_of_each_class_its_share(labels, draw, seed):
    labels = np.array(labels)
    n_held_out = draw.draw(st.integers(0, len(labels) - 1))
    train, held_out = stratified_split(labels, n_held_out, np.random.default_rng(seed))
    assert len(held_out) == n_held_out
    np.testing.assert_array_equal(np.sort(np.concatenate([train, held_out])), np.arange(len(labels)))
    assert (np.diff(train) > 0).all()
    assert (np.diff(held_out) > 0).all()
    exact = np.bincount(labels) * n_held_out / len(labels)
    assert (np.abs(np.bincount(labels[held_out], minlength=len(exact)) - exact) < 1).all()
    for again, before in zip(
        stratified_split(labels, n_held_out, np.random.default_rng(seed)), (train, held_out), strict=True
    ):
        np.testing.assert_array_equal(again, before)


def test_stratified_split_depends_on_the_generator():
    labels = np.repeat(np.arange(10), 100)
    first, second = (stratified_split(labels, 100, np.random.default_rng(seed))[1] for seed in (0, 1))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("n_held_out", [-1, 10, 11])
def test_stratified_split_leaves_some_to_train_on(n_held_out):
    with pytest.raises(InputError, match=f"Cannot hold out {n_held_out} of 10 images"):
        stratified_split(np.arange(10), n_held_out, np.random.default_rng(0))
