"""Ctrl-C during training: noted, and acted upon between two batches, so that nothing is lost."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Interrupted = Callable[[], bool]


class Stopped(KeyboardInterrupt):
    """Ctrl-C, acted upon between two batches, with everything done so far in the checkpoint, if there is one."""


@contextmanager
def interrupts_noted() -> Iterator[Interrupted]:
    """Make Ctrl-C set a flag, to be checked between batches; a second Ctrl-C interrupts at once.

    Where SIGINT is ignored, as in a shell's background job, it stays ignored. On exit the previous handler is restored.

    Yields
    ------
    callable
        Returns whether Ctrl-C has been pressed.

    """
    noted = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # only the main thread gets signals
        yield noted.is_set
        return
    before = signal.getsignal(signal.SIGINT)
    if before in (signal.SIG_IGN, None):
        yield noted.is_set
        return

    def note(*_: object) -> None:
        noted.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield noted.is_set
    finally:
        signal.signal(signal.SIGINT, before)
