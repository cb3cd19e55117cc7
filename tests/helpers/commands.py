"""The command, run in a process of its own."""

import subprocess
import sys


def tendigits(*arguments, cwd, **options):
    command = [sys.executable, "-m", "tendigits", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, **options)


def failed(result, status, *fragments):
    """Whether a run ended with `status` and one sentence that holds all fragments."""
    assert result.returncode == status, result.stderr
    assert "Traceback" not in result.stderr
    for fragment in fragments:
        assert fragment in result.stderr
    return True
