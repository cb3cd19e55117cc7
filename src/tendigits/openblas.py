"""Which of its matrix products' kernels OpenBLAS, inside NumPy, is to use: chosen before NumPy loads.

OpenBLAS knows processors by their model. On an AMD processor newer than itself it may fall back to AVX2 kernels where
there is AVX-512, and then a matrix product takes almost twice as long. A `tendigits` process chooses for itself;
importing the library changes no one's environment.
"""

from collections.abc import MutableMapping
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")  # Linux alone has it
NEEDED = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}  # what the kernels called SkylakeX are made of


def choose_kernels(environ: MutableMapping[str, str], cpuinfo: Path = CPUINFO) -> None:
    """Set OPENBLAS_CORETYPE to SkylakeX where an AMD processor has all it needs, unless the user has set it.

    Intel's processors are left alone: OpenBLAS has kernels for some that are better still, and knows them all.
    """
    if "OPENBLAS_CORETYPE" not in environ and _is_amd_with_avx512(cpuinfo):
        environ["OPENBLAS_CORETYPE"] = "SkylakeX"


def _is_amd_with_avx512(cpuinfo: Path) -> bool:
    try:
        text = cpuinfo.read_text()
    except OSError:
        return False
    lines = (line.partition(":") for line in text.splitlines())
    facts = {name.strip(): value.split() for name, _, value in lines}
    return facts.get("vendor_id") == ["AuthenticAMD"] and set(facts.get("flags", [])) >= NEEDED
