"""A team of ranks, without MPI: one rank that stands for all learns what a worker alone learns."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import numpy as np
import pytest
from training import SETTINGS, corners

from tendigits import Network, fit
from tendigits.data.minibatch import checked
from tendigits.nn.layers import BatchNorm, Linear, ReLU
from tendigits.training.parallel.rank_team import RankTeam


class OnlyRank:
    """Ranks of which there is one."""

    rank, size, blas_threads = 0, 1, 1

    def total(self, vector):
        return vector

    def agreed(self, value):
        return value

    def check_alike(self, digest):
        pass


def test_one_rank_learns_what_one_worker_learns():
    """For one epoch: ranks draw numbers for their layers beside, so that the next order is another."""
    networks = [Network([16, 8, 3], seed=1) for _ in range(2)]
    for network, team in zip(networks, (None, OnlyRank()), strict=True):
        fit(network, *corners(), replace(SETTINGS, epochs=1), team=team)
    np.testing.assert_allclose(networks[1].params, networks[0].params, rtol=1e-5, atol=1e-7)


def test_ranks_agree_on_an_interrupt_only_now_and_then():
    (images, labels), _ = corners()
    asked = []
    network = Network([16, 8, 3], seed=1)
    team = RankTeam(OnlyRank(), network, checked(images, labels, None, 16, 3, network.dtype), SETTINGS)
    interrupted = team._agreeing(lambda: asked.append(True) or True)
    assert [interrupted() for _ in range(128)] == ([False] * 63 + [True]) * 2
    assert len(asked) == 2


class Pair:
    """One of two ranks that are threads of this process, and meet at a barrier."""

    size, blas_threads = 2, 1

    def __init__(self, rank, barrier, given):
        self.rank, self._barrier, self._given = rank, barrier, given

    def _both(self, value):
        self._given[self.rank] = value
        self._barrier.wait(10)
        both = list(self._given)
        self._barrier.wait(10)
        return both

    def total(self, vector):
        vector[...] = np.add(*self._both(vector.copy()))
        return vector

    def agreed(self, value):
        return self._both(value)[0]

    def check_alike(self, digest):
        assert len(set(self._both(digest))) == 1


@pytest.mark.parametrize("l2", [0.0, 2.0])
@pytest.mark.parametrize("between", [ReLU, lambda: BatchNorm(8)], ids=["relu", "batch normalisation"])
def test_two_ranks_learn_what_one_worker_learns(between, l2):
    settings = replace(SETTINGS, epochs=1, l2=l2)
    alone, ours, theirs = (Network([Linear(16, 8), between(), Linear(8, 3)], seed=1) for _ in range(3))
    barrier, given, called = Barrier(2), [None, None], []

    def train(network, rank):
        callbacks = [lambda *_: called.append(rank)]
        return fit(network, *corners(), settings, team=Pair(rank, barrier, given), callbacks=callbacks)

    with ThreadPoolExecutor(2) as pool:
        histories = list(pool.map(train, (ours, theirs), range(2)))
    expected = fit(alone, *corners(), settings)
    np.testing.assert_array_equal(ours.params, theirs.params)
    np.testing.assert_allclose(ours.params, alone.params, rtol=1e-4, atol=1e-6)
    assert histories[0].records == histories[1].records
    assert called == [0], "rank 0 alone calls callbacks"
    for figure in ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy"):
        assert histories[0].last[figure] == pytest.approx(expected.last[figure], rel=1e-5)
