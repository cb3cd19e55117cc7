"""A process may choose OpenBLAS's kernels: where it is sure, never over the user's head, never by a mere import."""

import os
import subprocess
import sys

import pytest

from tendigits._util.blas import NEEDED, choose_kernels

CPU = """processor\t: {n}
vendor_id\t: {vendor}
cpu family\t: {family}
model name\t: Some: processor
flags\t\t: fpu sse2 avx2 {flags}

"""


def chosen(tmp_path, vendor="AuthenticAMD", family=26, flags=NEEDED, environ=None):
    cpuinfo = tmp_path / "cpuinfo"
    cores = (CPU.format(n=n, vendor=vendor, family=family, flags=" ".join(flags)) for n in range(2))
    cpuinfo.write_text("".join(cores))
    environ = {} if environ is None else environ
    choose_kernels(environ, cpuinfo)
    return environ.get("OPENBLAS_CORETYPE")


def test_amd_with_wide_avx512_gets_its_kernels(tmp_path):
    assert chosen(tmp_path) == "SkylakeX"


def test_amd_with_half_as_wide_avx512_is_left_alone(tmp_path):
    assert chosen(tmp_path, family=25) is None


def test_intel_is_left_alone(tmp_path):
    assert chosen(tmp_path, vendor="GenuineIntel") is None


@pytest.mark.parametrize("missing", sorted(NEEDED))
def test_every_instruction_must_be_there(tmp_path, missing):
    assert chosen(tmp_path, flags=NEEDED - {missing}) is None


@pytest.mark.parametrize("user", ["Haswell", ""])
def test_what_the_user_has_set_stays(tmp_path, user):
    assert chosen(tmp_path, environ={"OPENBLAS_CORETYPE": user}) == user


def test_without_cpuinfo_or_with_a_strange_one_nothing_is_chosen(tmp_path):
    environ = {}
    choose_kernels(environ, tmp_path / "cpuinfo")
    (tmp_path / "cpuinfo").write_text(CPU.format(n=0, vendor="AuthenticAMD", family="?", flags=" ".join(NEEDED)))
    choose_kernels(environ, tmp_path / "cpuinfo")
    assert environ == {}


def printed(code):
    environ = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_library_leaves_the_environment_alone():
    code = (
        "import os; before = dict(os.environ); import tendigits, tendigits.cli.main, tendigits.training.loop; "
        "print(dict(os.environ) == before)"
    )
    assert printed(code) == "True"


def test_a_process_chooses_before_numpy_loads():
    assert printed("import sys, tendigits.__main__; print('numpy' in sys.modules)") == "False"
