"""Which kernels OpenBLAS, inside NumPy, uses for matrix products: chosen before NumPy loads.

OpenBLAS knows processors by their model. On an AMD processor newer than itself it may fall back to AVX2 kernels where
there is AVX-512, and then a matrix product takes almost twice as long. The command `tendigits` therefore chooses for
its own process; importing the library changes nobody's environment.
"""

from collections.abc import MutableMapping
from pathlib import Path

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
        lines = [line.partition(":") for line in cpuinfo.read_text().splitlines()]
    except OSError:
        return False
    facts = {name.strip(): value.strip() for name, _, value in lines}
    if facts.get("vendor_id") != "AuthenticAMD" or not set(facts.get("flags", "").split()) >= NEEDED:
        return False
    return facts.get("cpu family", "").isdecimal() and int(facts["cpu family"]) >= ZEN_5
