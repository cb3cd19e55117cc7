"""Ctrl-C during training: noted, and acted upon between two batches, so that nothing is lost."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Interrupted = Callable[[], bool]


@contextmanager
def interrupts_noted() -> Iterator[Interrupted]:
    """Let Ctrl-C only leave a note, to be read between batches; a second Ctrl-C interrupts at once.

    Where SIGINT is ignored, as in a shell's background job, it stays ignored. On leaving, all is as it was.
    """
    noted = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # signals reach the main thread alone
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
