"""What `mpirun` asks of a command: to know that it is one of several ranks, and to end together with the others."""

import os
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

LAUNCHERS = {  # the variables of the environment by which a process can tell that it is one of several ranks
    "OMPI_COMM_WORLD_SIZE": "OMPI_COMM_WORLD_RANK",  # Open MPI
    "PMI_SIZE": "PMI_RANK",  # MPICH, Intel MPI and Slurm
    "MV2_COMM_WORLD_SIZE": "MV2_COMM_WORLD_RANK",
}
PATIENCE = 2.0  # seconds that rank 0 has to report what all ranks have met


def launched() -> tuple[int, int]:
    """Tell which of how many ranks this process is, by what `mpirun` put into its environment.

    Returns
    -------
    rank, size : int
        0 and 1 for a process that was started by itself.

    """
    for size, rank in LAUNCHERS.items():
        if os.environ.get(size, "").isdecimal():
            return int(os.environ.get(rank, 0)), int(os.environ[size])
    return 0, 1


@contextmanager
def ending_together() -> Iterator[None]:
    """End all ranks if this one fails in the block: the others would wait for it for ever.

    Yields
    ------
    None
        Nothing.

    """
    try:
        yield
    except SystemExit as end:
        if end.code:
            _abort(end.code if isinstance(end.code, int) else 1)
        raise
    except Exception:
        if launched()[1] > 1:
            traceback.print_exc()
            _abort(1)
        raise


def let_rank_0_report() -> None:
    """On a rank that has met an error, wait a moment: most errors occur on every rank, and rank 0 reports them."""
    if launched()[0] > 0:
        time.sleep(PATIENCE)


def _abort(status: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    module = sys.modules.get("mpi4py.MPI")
    if launched()[1] > 1 and module and module.Is_initialized() and not module.Is_finalized():
        module.COMM_WORLD.Abort(status)
