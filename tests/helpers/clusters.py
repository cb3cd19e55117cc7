"""A Dask cluster as people have them: a scheduler and workers, each a process of its own."""

import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore", "DASK_DISTRIBUTED__DASHBOARD__LINK": ""}


def environment():
    import tendigits

    paths = [str(Path(tendigits.__file__).parent.parent), str(Path(__file__).parent)]
    return os.environ | ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(paths)}


@contextmanager
def process(*words, cwd):
    """A process of Dask's, ended with the block."""
    with (cwd / f"{words[0]}.log").open("a") as log:
        run = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + words[0], *map(str, words[1:])],
            cwd=cwd, env=environment(), stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield run
        finally:
            run.kill()
            run.wait()


@contextmanager
def cluster(workers, cwd):
    """The address of a scheduler, and the processes of its workers."""
    with ExitStack() as stack:
        file = cwd / "scheduler.json"
        options = ("--host", "127.0.0.1", "--port", 0, "--no-dashboard", "--scheduler-file", file)
        stack.enter_context(process("scheduler", *options, cwd=cwd))
        wait_for(file)
        options = ("--scheduler-file", file, "--nthreads", 1, "--no-nanny", "--no-dashboard")
        runs = [stack.enter_context(process("worker", *options, cwd=cwd)) for _ in range(workers)]
        yield address_in(file), runs


def wait_for(file, seconds=60):
    end = time.monotonic() + seconds
    while not (file.exists() and file.read_text()):
        assert time.monotonic() < end, f"no {file.name} after {seconds} s"
        time.sleep(0.1)


def address_in(file):
    import json

    return json.loads(file.read_text())["address"]
