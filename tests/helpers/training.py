"""A training run small enough for tests."""

import os
import signal

import numpy as np

from tendigits import Network, Settings, fit

SETTINGS = Settings(epochs=4, batch_size=32, learning_rate=0.1)


def corners():
    """Images of three classes, each with its own bright corner: (training, validation)."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 300)
    images = rng.integers(0, 100, (300, 4, 4), dtype=np.uint8)
    images[np.arange(300), labels, labels] += 150
    return (images[:200], labels[:200]), (images[200:], labels[200:])


def trained(data, settings=SETTINGS, seed=0, **options):
    network = Network([16, 8, 3], seed=1)
    history = fit(network, *data, settings, seed=seed, **options)
    return network, history


class Killer:
    """A callback that ends its process, as the system does for lack of memory, where training had that loss."""

    def __init__(self, loss):
        self.loss = loss

    def __call__(self, network, history):
        if history.records[0]["train_loss"] == self.loss:
            os.kill(os.getpid(), signal.SIGKILL)
