"""A process may choose OpenBLAS's kernels: where it is sure, never over the user's head, never by a mere import."""

import os
import subprocess
import sys

import pytest

from tendigits.openblas import NEEDED, choose_kernels

CPU = "processor\t: {n}\nvendor_id\t: {vendor}\nmodel name\t: Some: processor\nflags\t\t: fpu sse2 avx2 {flags}\n\n"


def chosen(tmp_path, vendor="AuthenticAMD", flags=NEEDED, environ=None):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("".join(CPU.format(n=n, vendor=vendor, flags=" ".join(flags)) for n in range(2)))
    environ = {} if environ is None else environ
    choose_kernels(environ, cpuinfo)
    return environ.get("OPENBLAS_CORETYPE")


def test_amd_with_avx512_gets_its_kernels(tmp_path):
    assert chosen(tmp_path) == "SkylakeX"


def test_intel_knows_itself(tmp_path):
    assert chosen(tmp_path, vendor="GenuineIntel") is None


@pytest.mark.parametrize("missing", sorted(NEEDED))
def test_every_instruction_must_be_there(tmp_path, missing):
    assert chosen(tmp_path, flags=NEEDED - {missing}) is None


@pytest.mark.parametrize("user", ["Haswell", ""])
def test_what_the_user_has_set_stays(tmp_path, user):
    assert chosen(tmp_path, environ={"OPENBLAS_CORETYPE": user}) == user


def test_without_cpuinfo_nothing_is_chosen(tmp_path):
    environ = {}
    choose_kernels(environ, tmp_path / "cpuinfo")
    (tmp_path / "cpuinfo").write_text("")
    choose_kernels(environ, tmp_path / "cpuinfo")
    assert environ == {}


def printed(code):
    environ = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_library_leaves_the_environment_alone():
    code = (
        "import os; before = dict(os.environ); import tendigits, tendigits.cli, tendigits.train; "
        "print(dict(os.environ) == before)"
    )
    assert printed(code) == "True"


def test_a_process_chooses_before_numpy_loads():
    assert printed("import sys, tendigits.__main__; print('numpy' in sys.modules)") == "False"
