"""BLAS, which multiplies matrices inside NumPy: the kernels it uses, and its threads.

The kernels are chosen before NumPy loads. OpenBLAS knows processors by their model. On an AMD processor newer than
itself it may fall back to AVX2 kernels where there is AVX-512, and then a matrix product takes almost twice as long.
The command `tendigits` therefore chooses for its own process; importing the library changes nobody's environment.
"""

import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

CPUINFO = Path("/proc/cpuinfo")  # on Linux only
NEEDED = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}  # what the kernels called SkylakeX use
ZEN_5 = 26  # AMD's first family that computes 512 bits at once; in Zen 4 these kernels gain nothing


def choose_kernels(environ: MutableMapping[str, str], cpuinfo: Path = CPUINFO) -> None:
    """Set OPENBLAS_CORETYPE to SkylakeX where an AMD processor is sure to gain by it, unless the user has set it.

    Intel's processors need no help: OpenBLAS goes by the instructions they have.

    Parameters
    ----------
    environ : mutable mapping of str to str
        The environment variables to change, `os.environ`.
    cpuinfo : path-like, optional
        Linux's description of the processor.
    """
    if "OPENBLAS_CORETYPE" not in environ and _is_amd_with_wide_avx512(cpuinfo):
        environ["OPENBLAS_CORETYPE"] = "SkylakeX"


def _is_amd_with_wide_avx512(cpuinfo: Path) -> bool:
    try:
        lines = [line.partition(":") for line in cpuinfo.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return False
    facts = {name.strip(): value.strip() for name, _, value in lines}
    if facts.get("vendor_id") != "AuthenticAMD" or not set(facts.get("flags", "").split()) >= NEEDED:
        return False
    return facts.get("cpu family", "").isdecimal() and int(facts["cpu family"]) >= ZEN_5


_lock = threading.Lock()
_users: list[Any] = []  # who wants one thread now: the first sets the limit, and the last removes it


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep BLAS to one thread for the time of the block, or of the last of several that overlap.

    Yields
    ------
    None
        Nothing.
    """
    with _lock:
        _users.append(_blas().limit(limits=1) if not _users else _users[-1])
    try:
        yield
    finally:
        with _lock:
            limiter = _users.pop()
            if not _users:
                limiter.restore_original_limits()


def blas_threads(n: int) -> Any:
    """Limit BLAS to some threads.

    Parameters
    ----------
    n : int
        How many.

    Returns
    -------
    context manager
        For the time of the limit.
    """
    return _blas().limit(limits=n)


@cache
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")
