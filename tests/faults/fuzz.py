"""Tens of thousands of damaged files, with limits on time and memory:

    python tests/faults/fuzz.py --cases 20000 --seed 1

Ends with a table of what was read and what was refused, by reader, and with status 1 if the law was broken: the seed
and number of such a case are printed, and the file is kept.
"""

import argparse
import contextlib
import random
import resource
import signal
import sys
import tempfile
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from mutations import changed, mutated
from subjects import NEEDS, SUBJECTS, good_file, law, rewritten

SECONDS, BYTES = 20, 4 * 2**30  # a case may take


def run(name: str, cases: int, seed: int, folder: Path) -> list[str]:
    """Try a reader on damaged files; describe each case that broke the law."""
    subject, broken, outcomes = SUBJECTS[name], [], {"read": 0, "refused": 0}
    good = good_file(subject, folder)
    slowest = 0.0
    for case in range(cases):
        rng = random.Random(f"{name} {seed} {case}")
        path = folder / subject.name
        path.write_bytes(good)
        if subject.metadata and rng.random() < 0.5:
            rewritten(path, lambda about, rng=rng: changed(about, rng))
        else:
            path.write_bytes(mutated(good, rng))
        started = time.perf_counter()
        try:
            with _at_most(SECONDS):
                outcomes["read" if law(subject, path) == "read" else "refused"] += 1
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            broken.append(f"{name}, seed {seed}, case {case}: {type(error).__name__}: {error}"[:300])
            if path.exists():
                Path(tempfile.gettempdir(), f"broken-{seed}-{case}-{subject.name}").write_bytes(path.read_bytes())
        slowest = max(slowest, time.perf_counter() - started)
    print(f"{name:12} {outcomes['read']:7} read {outcomes['refused']:7} refused {len(broken):4} broken", end="")
    print(f"   slowest {slowest:.2f} s", flush=True)
    return broken


@contextlib.contextmanager
def _at_most(seconds: int):
    def stop(*_):
        raise TimeoutError(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20_000, help="in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=list(SUBJECTS), action="append")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    names = options.only or list(SUBJECTS)
    for name in names:  # imported before memory is limited
        if name in NEEDS:
            __import__(NEEDS[name])
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    broken = []
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            broken += run(name, -(-options.cases // len(names)), options.seed, Path(folder))
    print(*broken, sep="\n")
    print(f"At most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB were used.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
