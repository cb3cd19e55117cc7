"""A small data set that passes for MNIST, and a web server on this machine that has it, or misbehaves."""

import contextlib
import gzip
import hashlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from tendigits.data import idx
from tendigits.data import sources as download
from tendigits.data.dataset import Dataset
from tendigits.data.idx import idx_bytes


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
            time.sleep(0.015 if len(pieces) > 1 else 0)

    def whole(self, body):
        self.answer(body)

    def dribbling(self, body):
        step = len(body) // 8 + 1
        self.answer(*(body[i : i + step] for i in range(0, len(body), step)))

    def stalling(self, body):
        self.answer(body[: len(body) // 2], promised=len(body))
        self.server.over.wait()

    def dripping(self, body):
        """A few bytes now and then: never silent for long, and never done."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            for i in range(len(body)):
                self.wfile.write(body[i : i + 1])
                time.sleep(0.05)

    def dripping_header(self, body):
        with contextlib.suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not self.server.over.wait(0.05):
                self.wfile.write(b"X-Drop: 1\r\n"[:1])

    def to_ftp(self, body):
        self.send_response(302)
        self.send_header("Location", "ftp://127.0.0.1:1/mnist")
        self.end_headers()

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
    "endless": "train-images-idx3-ubyte.gz is larger than the original",
    "no_gzip": "a web page",
    "empty": "not an IDX file",
    "dripping": "came too slowly",
    "to_ftp": "ftp://127.0.0.1:1/mnist is not asked",
}


def assert_same(a: Dataset, b: Dataset):
    for role in idx.NAMES:
        np.testing.assert_array_equal(getattr(a, role), getattr(b, role), strict=True)
    assert a.digest == b.digest


def assert_holds(dataset: Dataset, arrays: dict[str, np.ndarray]):
    for role, array in arrays.items():
        np.testing.assert_array_equal(getattr(dataset, role), array, strict=True)
