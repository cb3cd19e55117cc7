"""Processes that a test has forked."""

import os


def is_gone(pid):
    """Whether a child has ended, and has been waited for."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return True
    return False
