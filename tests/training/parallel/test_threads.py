"""Workers that are threads: none keeps the program alive, and none is left in the end."""

import threading

from tendigits.training.parallel.threads import Threads


def test_they_work_beside_and_are_gone_in_the_end():
    before, ranks, gate = set(threading.enumerate()), [], threading.Event()

    def work(rank):
        gate.wait()
        ranks.append(rank)

    with Threads(3).working(work):
        others = set(threading.enumerate()) - before
        assert len(others) == 2
        assert all(thread.daemon for thread in others)
        gate.set()
    assert sorted(ranks) == [1, 2]
    assert set(threading.enumerate()) == before
