"""MPI ranks: a script run by `mpirun`, where there is one and mpi4py to go with it."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

SEVERAL = ["--allow-run-as-root", "--oversubscribe", "--mca", "btl_vader_single_copy_mechanism", "none"]

needs_mpi = pytest.mark.skipif(
    not (shutil.which("mpirun") and find_spec("mpi4py")), reason="needs mpirun (Open MPI) and mpi4py"
)


def command(n, *words):
    return ["mpirun", *SEVERAL, "-n", str(n), sys.executable, *map(str, words)]


def environment():
    """This one, with the package and the tests' helpers in reach; temporary names short enough for Open MPI."""
    import tendigits

    paths = [str(Path(tendigits.__file__).parent.parent), str(Path(__file__).parent)]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1", "TMPDIR": "/tmp"}


def mpirun(n, *words, cwd):
    """Run Python with these words as n ranks."""
    return subprocess.run(command(n, *words), cwd=cwd, env=environment(), capture_output=True, text=True, timeout=120)
