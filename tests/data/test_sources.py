"""MNIST from the network: every source, and every way a source can fail."""

import gzip
import socket

import numpy as np
import pytest
from sources import FAILURES, answer_from_openml, assert_holds, assert_same, change_a_byte

from tendigits.data import idx
from tendigits.data import sources as download
from tendigits.data.mnist import load_mnist
from tendigits.errors import DataUnavailable


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


@pytest.mark.parametrize("role", idx.NAMES)
def test_one_changed_byte_in_any_file_is_found(role, tiny, tiny_mirror, tiny_folder):
    path = tiny_folder / f"{idx.NAMES[role]}.gz"
    path.write_bytes(gzip.compress(change_a_byte(gzip.decompress(path.read_bytes()), -1)))
    with pytest.raises(DataUnavailable, match=str(tiny_mirror.url)):
        load_mnist(mirrors=[f"{tiny_mirror.url}/whole"])


def test_a_slow_source_is_waited_for(tiny, tiny_mirror):
    # all in all longer than the timeout, which is for silence
    assert_holds(load_mnist(mirrors=[f"{tiny_mirror.url}/dribbling"], timeout=0.4), tiny)


def test_a_source_that_never_comes_to_its_answer_is_left(tiny, tiny_mirror, monkeypatch):
    monkeypatch.setattr(download, "PATIENCE", 2)
    with pytest.raises(DataUnavailable, match=r"took more than 0\.6 seconds"):
        load_mnist(mirrors=[f"{tiny_mirror.url}/dripping_header"], timeout=0.3)


@pytest.mark.parametrize("url", ["file:///etc/", "ftp://localhost/", "data:text/plain,1", "FILE:/etc/passwd"])
def test_mirrors_are_asked_by_http_alone(tiny, url):
    with pytest.raises(DataUnavailable, match="only http:// and https:// are"):
        load_mnist(mirrors=[url])


def test_a_servers_words_are_printed_and_not_obeyed(tiny, monkeypatch):
    answer_from_openml(monkeypatch, OSError("\x1b[31mred\x1b[0m"))
    with pytest.raises(DataUnavailable) as caught:
        load_mnist(mirrors=[])
    assert r"\x1b[31mred" in str(caught.value)


def test_when_nothing_works_the_error_lists_what_was_tried_and_why_it_failed(tiny_mirror):
    urls = [f"{tiny_mirror.url}/{failure}/" for failure in ("forbidden", "broken_off", "corrupted", "no_gzip")]
    with pytest.raises(DataUnavailable) as caught:
        load_mnist(mirrors=urls)
    first, *tried, last = str(caught.value).split("\n")
    assert first == "MNIST could not be downloaded from any source:"
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


@pytest.mark.slow
def test_mnist_from_mirrors_that_fail_and_one_that_works(mnist_folder, mirror, data_home, real_mnist):
    mirror.folder = mnist_folder
    behaviours = ("forbidden", "unavailable", "truncated", "broken_off", "corrupted", "stalling", "dribbling")
    dataset = load_mnist(mirrors=[f"{mirror.url}/{behaviour}" for behaviour in behaviours], timeout=2)
    assert_same(dataset, real_mnist)
    assert mirror.asked == [*behaviours, "dribbling", "dribbling", "dribbling"]


@pytest.mark.slow
def test_mnist_from_mirrors_that_all_fail(mnist_folder, mirror, data_home):
    mirror.folder = mnist_folder
    urls = [f"{mirror.url}/{behaviour}/" for behaviour in ("forbidden", "truncated", "corrupted", "falsified")]
    with pytest.raises(DataUnavailable) as caught:
        load_mnist(mirrors=urls)
    assert all(url in str(caught.value) for url in urls)
    assert not (data_home / "tendigits").exists()
