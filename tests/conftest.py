"""What all tests share: no network, an empty data home, and the real MNIST where someone provides it."""

import functools
import gzip
import itertools
import os
import shutil
import signal
import socket
from pathlib import Path

# Before NumPy loads: two BLAS threads for small matrices crawl when something else uses a core.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# A shell's job in the background ignores it, and so would all that the tests start; but some of them press Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

import pytest
from built_site import site  # noqa: F401 - a fixture
from hypothesis import settings
from readers import mnist_or_digits, page, reader  # noqa: F401 - fixtures
from sources import mirror, tiny, tiny_folder, tiny_mirror  # noqa: F401 - fixtures

from tendigits.data import load
from tendigits.data.dataset import Dataset
from tendigits.data.digits import load_digits
from tendigits.data.folders import load_idx_folder
from tendigits.data.idx import NAMES, idx_bytes
from tendigits.data.mnist import load_mnist

settings.register_profile("quick", settings(max_examples=50))  # other ones in every run
settings.load_profile("quick")
DATA_HOME = os.environ.get("SCIKIT_LEARN_DATA")
MNIST_FOLDER = os.environ.get("TENDIGITS_MNIST")
LOCAL = ("127.0.0.1", "::1", "localhost", "")


@pytest.fixture(scope="session", autouse=True)
def no_network():
    """Make every connection beyond this machine fail at once, in this process and in those it starts."""
    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo

    def connect_locally(self, address):
        if isinstance(address, tuple) and address[0] not in LOCAL:
            raise OSError(f"the tests have no network (to reach {address[0]})")
        return connect(self, address)

    def look_up_locally(host, *args, **kwargs):
        if host is not None and host not in LOCAL:
            raise socket.gaierror(f"the tests have no network (to look up {host})")
        return getaddrinfo(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_locally)
        patch.setattr(socket, "getaddrinfo", look_up_locally)
        for scheme in ("http", "https"):  # for other processes: a proxy where nobody listens
            for name in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY"):
                patch.setenv(name, "http://127.0.0.1:9")
        for name in ("no_proxy", "NO_PROXY"):
            patch.setenv(name, "127.0.0.1,localhost")
        patch.delenv("TENDIGITS_MIRRORS", raising=False)
        yield


@pytest.fixture(scope="session")
def data_homes(tmp_path_factory):
    """Names of folders, without end: quicker than mktemp, which looks through all folders that there are."""
    folder = tmp_path_factory.mktemp("scikit_learn_data")
    return (folder / str(n) for n in itertools.count())


@pytest.fixture(autouse=True)
def data_home(data_homes, monkeypatch) -> Path:
    """Give each test an empty data home of its own, so that none touches the user's."""
    home = next(data_homes)
    home.mkdir()
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(home))
    return home


@pytest.fixture(scope="session")
def digits() -> Dataset:
    """The bundled digits, redrawn once."""
    return load_digits()


@pytest.fixture(scope="session", autouse=True)
def redrawn_once():
    """Give every command in this process the bundled digits without redrawing them: a quarter of a second each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(load.BUNDLED, "digits", functools.cache(load_digits))
        yield


@pytest.fixture(scope="session")
def openml_home(no_network, tmp_path_factory) -> Path:
    """A data home, the tests' own, that holds what scikit-learn keeps of OpenML's MNIST; nothing else."""
    kept = Path(DATA_HOME or "", "openml")
    if not DATA_HOME or not list(kept.rglob("mnist_784.arff*")):
        pytest.skip("needs SCIKIT_LEARN_DATA, the path of a scikit-learn data home with MNIST from OpenML")
    home = tmp_path_factory.mktemp("openml_home")
    shutil.copytree(kept, home / "openml", copy_function=shutil.copyfile, ignore=_other_tables)
    for folder in [home, *(path for path in home.rglob("*") if path.is_dir())]:
        folder.chmod(0o700)  # the original may be read-only
    return home


def _other_tables(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if ".arff" in name and not name.startswith("mnist_784")]


@pytest.fixture(scope="session")
def openml_mnist(openml_home) -> Dataset:
    """MNIST by way of OpenML: as slow as a first load is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCIKIT_LEARN_DATA", str(openml_home))
        return load_mnist(mirrors=[])


@pytest.fixture(scope="session")
def real_mnist(request, tmp_path_factory) -> Dataset:
    """The real MNIST, from the quickest place that has it."""
    if MNIST_FOLDER:
        return load_idx_folder(MNIST_FOLDER)
    cache = Path(DATA_HOME or "", "tendigits", "mnist.npz")
    if DATA_HOME and cache.exists():
        home = tmp_path_factory.mktemp("cache_home")
        shutil.copytree(cache.parent, home / "tendigits")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SCIKIT_LEARN_DATA", str(home))
            return load_mnist(mirrors=[])
    if DATA_HOME:
        return request.getfixturevalue("openml_mnist")
    pytest.skip(
        "needs the real MNIST: set TENDIGITS_MNIST to a folder that holds its four IDX files, "
        "or SCIKIT_LEARN_DATA to a scikit-learn data home that has it from OpenML"
    )


@pytest.fixture(scope="session")
def mnist_folder(real_mnist, tmp_path_factory) -> Path:
    """A folder of the real MNIST's four IDX files, gzipped."""
    if MNIST_FOLDER:
        return Path(MNIST_FOLDER)
    folder = tmp_path_factory.mktemp("mnist")
    for role, name in NAMES.items():
        content = gzip.compress(idx_bytes(getattr(real_mnist, role)), compresslevel=1)
        (folder / f"{name}.gz").write_bytes(content)
    return folder
