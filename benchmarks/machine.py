"""What the numbers were measured on."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("tendigits", "numpy", "torch", "jax", "jaxlib", "scikit-learn", "keras", "onnx", "onnxruntime")


def describe() -> dict[str, object]:
    """The machine and the versions, as JSON."""
    return {
        "processor": processor(),
        "cores": cores(),
        "memory_gb": memory_gb(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {package: found for package in PACKAGES if (found := installed(package))},
        "OPENBLAS_CORETYPE": os.environ.get("OPENBLAS_CORETYPE"),
        "load_at_start": os.getloadavg()[0],
    }


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor() -> str:
    """The processor's name, and on Linux its family and model: several have one name."""
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return platform.processor()
    lines = [line.split(":", 1) for line in info.read_text(encoding="utf-8").splitlines() if ":" in line]
    facts = {key.strip(): value.strip() for key, value in reversed(lines)}
    avx512 = "with" if "avx512f" in facts.get("flags", "").split() else "without"
    family = f"family {facts.get('cpu family')} model {facts.get('model')}"
    return f"{facts.get('model name', platform.machine())}, {family}, {avx512} AVX-512"


def memory_gb() -> float:
    """The machine's memory."""
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)


def installed(package: str) -> str | None:
    """The version of a package, if it is installed."""
    if package == "tendigits":
        from tendigits import __version__

        return __version__
    try:
        return version(package)
    except PackageNotFoundError:
        return None
