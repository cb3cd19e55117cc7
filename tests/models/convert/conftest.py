"""What the tests of all formats share: a network to write, and one with everything that a header must keep."""

import numpy as np
import pytest

from tendigits import Network, Settings, train_and_test
from tendigits.nn.layers import Dropout, Linear, ReLU


@pytest.fixture(scope="session")
def trained(digits):
    """A network trained on the bundled digits."""
    return train_and_test(digits, Settings(epochs=5, batch_size=32), progress=False).network


@pytest.fixture
def small():
    """A network with dropout, named classes and notes, in float64."""
    network = Network([Linear(6, 5), ReLU(), Dropout(0.3), Linear(5, 3)], seed=1, dtype=np.float64)
    network.params += 0.1
    network.classes = np.array(["a", "b", "c"])
    network.info = {"data": {"name": "six numbers"}}
    return network


@pytest.fixture
def x():
    """Rows for the small network."""
    return np.random.default_rng(0).standard_normal((20, 6))


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed")
