"""A team of ranks, without MPI: one rank that stands for all learns what a worker alone learns."""

from dataclasses import replace

import numpy as np
from training import SETTINGS, corners

from tendigits import Network, fit
from tendigits.data.minibatch import checked
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
    assert [interrupted() for _ in range(64)] == [False] * 63 + [True]
    assert len(asked) == 1
