"""Example i of a stream of distorted digits is the same whoever makes it, and in whatever order."""

import numpy as np
import pytest

from tendigits import InputError
from tendigits.data import stream
from tendigits.data.dataset import make_dataset
from tendigits.data.stream import BLOCK, DistortedDigits, write_stream

IMAGES = np.random.default_rng(0).integers(0, 256, (70, 9, 7), dtype=np.uint8)


def test_an_example_is_made_by_its_number():
    whole = np.array(list(DistortedDigits(IMAGES, times=10)))
    assert whole.shape == (700, 9, 7)
    for i in (699, 70, 0, BLOCK - 1, BLOCK):
        np.testing.assert_array_equal(DistortedDigits(IMAGES, times=10)[i], whole[i])
    np.testing.assert_array_equal(whole[:70], IMAGES)


def test_every_copy_is_another():
    stream = DistortedDigits(IMAGES, times=10)
    assert len({stream[70 * k + 3].tobytes() for k in range(10)}) == 10
    assert (DistortedDigits(IMAGES, times=10, seed=1)[100] != stream[100]).any()


def test_a_longer_stream_begins_like_a_shorter():
    np.testing.assert_array_equal(DistortedDigits(IMAGES, 20)[300], DistortedDigits(IMAGES, 5)[300])


def test_what_cannot_be_is_refused(tmp_path, monkeypatch):
    with pytest.raises(IndexError, match="no number 700"):
        DistortedDigits(IMAGES, 10)[700]
    with pytest.raises(InputError, match="at least once"):
        DistortedDigits(IMAGES, 0)
    labels = np.arange(70, dtype=np.uint8) % 2
    four = {"train_images": IMAGES, "train_labels": labels, "test_images": IMAGES, "test_labels": labels}
    with pytest.raises(InputError, match="at most 4,294,967,295 images"):
        write_stream(make_dataset("tiny", four), tmp_path, 10**8)
    monkeypatch.setattr(stream.shutil, "disk_usage", lambda _: type("usage", (), {"free": 1000}))
    with pytest.raises(InputError, match=r"has room for 0\.0 GB"):
        write_stream(make_dataset("tiny", four), tmp_path, 10)
    four |= {"train_labels": labels.astype("U1"), "test_labels": labels.astype("U1")}
    with pytest.raises(InputError, match="labels that are not numbers"):
        write_stream(make_dataset("letters", four), tmp_path, 10)


def test_an_interrupted_stream_leaves_the_old_files_as_they_were(tmp_path):
    def tiny(labels):
        parts = {"train_labels": labels, "test_labels": labels}
        return make_dataset("tiny", {"train_images": IMAGES, "test_images": IMAGES, **parts})

    def interrupt(_):
        raise KeyboardInterrupt

    labels = np.arange(70, dtype=np.uint8) % 2
    write_stream(tiny(labels), tmp_path, 2)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(KeyboardInterrupt):
        write_stream(tiny(1 - labels), tmp_path, 2, overwrite=True, tell=interrupt)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
