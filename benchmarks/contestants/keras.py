"""Keras 3, over JAX where that is installed, else over PyTorch."""

import os
from importlib.util import find_spec

os.environ.setdefault("KERAS_BACKEND", "jax" if find_spec("jax") else "torch")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import keras
import numpy as np

from ..problem import CLASSES, Problem
from .base import Contestant


class Model(Contestant):
    """`Model.fit` for one epoch with SGD, over float32 rows that lie in their order already, without a progress bar."""

    def prepare(self, problem: Problem) -> None:
        """Bring the images into order; make and compile the model."""
        self.x, self.y = problem.rows[problem.order], problem.labels[problem.order].astype(np.int32)
        self.batch = problem.batch
        self.model = keras.Sequential(
            [
                keras.Input((problem.rows.shape[1],)),
                keras.layers.Dense(problem.hidden, activation="relu"),
                keras.layers.Dense(CLASSES),
            ]
        )
        self.model.compile(
            keras.optimizers.SGD(problem.rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        )
        self.model.set_weights(problem.start)

    def epoch(self) -> float:
        """Train for one epoch."""
        history = self.model.fit(self.x, self.y, batch_size=self.batch, shuffle=False, verbose=0)
        return history.history["loss"][0]

    def params(self) -> list[np.ndarray]:
        """Return copies."""
        return self.model.get_weights()
