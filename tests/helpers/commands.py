"""The command: run in this process, which is quick, or in one of its own, as someone at a terminal does."""

import contextlib
import io
import subprocess
import sys

from tendigits.cli.main import main


def tendigits(*arguments, cwd):
    """Run the command here, with `cwd` as the working directory."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments], prog_name="tendigits")
        except SystemExit as end:
            status = end.code
    return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())


def command_line(*arguments, cwd):
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "tendigits", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


def failed(result, status, *fragments):
    """Whether a run ended with `status` and one sentence that holds all fragments."""
    assert result.returncode == status, result.stderr
    assert "Traceback" not in result.stderr
    for fragment in fragments:
        assert fragment in result.stderr
    return True
