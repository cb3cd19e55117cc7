"""Run a command, then print its seconds, its peak memory in MB and its exit status, as a last line of JSON.

    python -I -S stopwatch.py COMMAND ...

A small process of its own: Linux counts the memory of the process that starts a command as the command's own.
"""

import json
import os
import signal
import sys
import time

PATIENCE = 600  # seconds; then the command is killed, which its status tells
started = time.perf_counter()
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
signal.alarm(PATIENCE)
_, status, usage = os.wait4(pid, 0)
seconds = time.perf_counter() - started
megabyte = 1e6 if sys.platform == "darwin" else 1e3  # ru_maxrss is in bytes there, in kilobytes elsewhere
print(json.dumps({"seconds": seconds, "megabytes": usage.ru_maxrss / megabyte, "status": status}))
