"""MPI ranks, started by a real `mpirun`, train what workers train."""

import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from commands import tendigits
from ranks import command, environment, mpirun, needs_mpi
from training import SETTINGS, corners

from tendigits import Distortion, InputError, Network, fit
from tendigits._util import optional
from tendigits.nn.layers import BatchNorm, Conv2D, Dropout, Flatten, Linear, ReLU, Reshape
from tendigits.training.parallel.launch import launched
from tendigits.training.parallel.mpi import world

DISTORTED = replace(SETTINGS, epochs=2, distortion=Distortion(rotation=10, translation=1))  # divided by examples

NETWORKS = {
    "dense": lambda: Network([16, 8, 3], seed=1),
    "conv": lambda: Network(
        [Reshape(4, 4), Conv2D(1, 2, 3), BatchNorm(2), ReLU(), Flatten(), Dropout(0.2), Linear(8, 3)], seed=1
    ),
}

SCRIPT = """
import sys
import numpy as np
from mpi4py import MPI
from test_networks import DISTORTED, NETWORKS, corners
from tendigits import fit
from tendigits.training.parallel.mpi import mpi

ranks = mpi(MPI.COMM_WORLD)
for name, make in NETWORKS.items():
    network = make()
    calls = []
    fit(network, *corners(), DISTORTED, seed=5, team=ranks, callbacks=[lambda *_: calls.append(1)])
    assert len(calls) == (2 if ranks.rank == 0 else 0)
    all_params = ranks.comm.gather(network.params)
    if ranks.rank == 0:
        for params in all_params:
            np.testing.assert_array_equal(params, network.params)
        np.save(f"{name}.npy", network.params)
images = ranks.once_per_node(lambda: np.arange(6.0).reshape(2, 3))
if ranks.rank == 0:
    images[1, 2] = 7
ranks.comm.Barrier()
assert images[1, 2] == 7, "the ranks of a machine share memory"
"""

pytestmark = needs_mpi


def script(folder, text):
    """Put a script where it finds the networks of this file."""
    (folder / "test_networks.py").write_text(Path(__file__).read_text(encoding="utf-8"))
    (folder / "script.py").write_text(text)
    return "-m", "mpi4py", "script.py"


@pytest.fixture(scope="module")
def trained_by_ranks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ranks")
    result = mpirun(2, *script(folder, SCRIPT), cwd=folder)
    assert result.returncode == 0, result.stderr
    return {name: np.load(folder / f"{name}.npy") for name in NETWORKS}


@pytest.mark.parametrize("name", NETWORKS)
def test_ranks_learn_what_workers_learn(trained_by_ranks, name):
    """Of two gradients there is only one sum, so that even the bits are the same."""
    network = NETWORKS[name]()
    fit(network, *corners(), replace(DISTORTED, workers=2), seed=5)
    np.testing.assert_array_equal(trained_by_ranks[name], network.params)


STEP = """
import numpy as np
from mpi4py import MPI
from test_networks import *
from tendigits.training.parallel.mpi import mpi

ranks = mpi(MPI.COMM_WORLD)
for settings, name in [(ONE_STEP, "step"), (FEW_EPOCHS, "epochs")]:
    network = NETWORKS["conv"]()
    fit(network, *corners(), settings, seed=5, team=ranks)
    if ranks.rank == 0:
        np.save(f"{name}.npy", network.params)
"""
ONE_STEP = replace(DISTORTED, epochs=1, batch_size=200, optimizer="sgd", learning_rate=1.0, weight_decay=0.0)
FEW_EPOCHS = replace(DISTORTED, epochs=10)


@pytest.mark.slow
def test_the_gradient_of_four_ranks_is_that_of_four_workers(tmp_path):
    """But for the order in which MPI adds four numbers."""
    result = mpirun(4, *script(tmp_path, STEP), cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    for settings, name in [(ONE_STEP, "step"), (FEW_EPOCHS, "epochs")]:
        network, start = NETWORKS["conv"](), NETWORKS["conv"]().params
        fit(network, *corners(), replace(settings, workers=4), seed=5)
        params = np.load(tmp_path / f"{name}.npy")
        if name == "step":  # θ = θ₀ - g
            np.testing.assert_allclose(params - start, network.params - start, rtol=1e-6, atol=1e-6)
        else:
            _, (images, labels) = corners()
            accuracy = (network.predict(images) == labels).mean()
            network.params[...] = params
            assert abs((network.predict(images) == labels).mean() - accuracy) <= 0.003


def run(*arguments, cwd, n=2):
    return mpirun(n, "-m", "tendigits", "train", "--data", "digits", "--hidden", "8", *arguments, cwd=cwd)


def without_seconds(path):
    network = Network.load(path)
    return network.params.tolist(), network.info["results"]


@pytest.mark.slow
def test_a_resumed_run_ends_with_the_same_bits_and_needs_as_many_ranks(tmp_path):
    whole = run("--epochs", "3", "--out", "whole.npz", cwd=tmp_path)
    assert whole.returncode == 0, whole.stderr
    assert whole.stdout.count("epoch 3/3") == whole.stdout.count("Saved") == 1
    assert "progress" not in whole.stderr
    # one epoch fewer has another schedule, so the run is cut short: its checkpoint is what a killed run leaves
    cut = subprocess.Popen(
        command(2, "-m", "tendigits", "train", "--data", "digits", "--hidden", 8, "--epochs", 3, "--out", "cut.npz"),
        cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    for line in cut.stdout:
        if line.startswith("epoch 1/3"):
            break
    os.kill(children(cut.pid)[-1], signal.SIGKILL)
    started = time.monotonic()
    said = cut.communicate()[0]
    assert cut.returncode != 0
    assert time.monotonic() - started < 20  # seconds, on a busy machine
    if "Saved" in said:
        pytest.skip("the run was over before it could be killed")
    assert "killed" in said.lower() or "signal 9" in said, said

    refused = run("--epochs", "3", "--out", "cut.npz", "--resume", n=3, cwd=tmp_path)
    assert refused.returncode != 0
    assert "its workers is 2 MPI ranks, and here it is 3 MPI ranks" in refused.stderr
    alone = tendigits(
        *("train", "--data", "digits", "--hidden", 8, "--epochs", 3, "--workers", 2, "--out", "cut.npz", "--resume"),
        cwd=tmp_path,
    )
    assert "its workers is 2 MPI ranks, and here it is 2." in alone.stderr
    resumed = run("--epochs", "3", "--out", "cut.npz", "--resume", cwd=tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    assert without_seconds(tmp_path / "cut.npz") == without_seconds(tmp_path / "whole.npz")


def children(pid):
    """The processes that `mpirun` has started."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]


@pytest.mark.slow
def test_an_ensemble_is_trained(tmp_path):
    result = run("--members", "2", "--epochs", "1", "--out", "two.npz", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert len(Network.load(tmp_path / "two.npz").members) == 2


def test_bad_input_is_told_once_and_ends_all_ranks(tmp_path):
    result = run("--batch-size", "4000", "--out", "a.npz", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.count("Error: A batch of 4000 is larger than the data") == 1
    assert "Traceback" not in result.stderr


def test_ranks_with_different_data_are_told(tmp_path):
    code = (
        "from mpi4py import MPI; from test_networks import *; from tendigits.training.parallel.mpi import mpi\n"
        "ranks = mpi(MPI.COMM_WORLD); (images, labels), _ = corners()\n"
        "fit(NETWORKS['dense'](), (images[ranks.rank:], labels[ranks.rank:]), None, SETTINGS, team=ranks)"
    )
    result = mpirun(2, *script(tmp_path, code), cwd=tmp_path)
    assert result.returncode != 0
    assert "InputError: Rank 1 has other data than rank 0" in result.stderr


def test_several_ranks_need_mpi4py(monkeypatch):
    assert launched() == (0, 1)
    assert world() is None

    def missing(name):
        raise ImportError(name)

    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "4")
    monkeypatch.setattr(optional, "import_module", missing)
    with pytest.raises(InputError, match=r"mpi4py: pip install 'tendigits\[mpi\]'"):
        world()
