"""JAX on the CPU: a jitted step called from Python, and a whole epoch in one jitted scan."""

import os
from functools import partial

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np

from ..problem import Problem
from .base import Contestant

Params = list[jax.Array]


class Steps(Contestant):
    """One jitted call for each step: gather, gradient, update; parameters donated, so that they are updated in place.

    The loss is summed on JAX's side and read once an epoch, so that calls are queued without waiting.
    """

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        if hasattr(os, "sched_setaffinity"):  # JAX has no setting for its threads: it counts the processors it may use
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])

    def prepare(self, problem: Problem) -> None:
        """Put data and parameters into JAX's arrays, and make a fresh jitted function."""
        self.problem = problem
        self.x, self.y = jnp.asarray(problem.rows), jnp.asarray(problem.labels, jnp.int32)
        self.p = [jnp.array(p) for p in problem.start]
        self.jitted = jax.jit(partial(self.compute, rate=problem.rate), donate_argnums=(0, 1))
        self.prepare_order(problem)

    def prepare_order(self, problem: Problem) -> None:
        """Make a list of index arrays."""
        self.order = [index.astype(np.int32) for index in problem.batches()]

    @staticmethod
    def compute(p: Params, total: jax.Array, x: jax.Array, y: jax.Array, index: jax.Array, *, rate: float):
        """Take one step; add its loss to the total."""
        p, loss = step(p, x[index], y[index], rate)
        return p, total + len(index) * loss

    def epoch(self) -> float:
        """Train for one epoch."""
        total = jnp.zeros(())
        for index in self.order:
            self.p, total = self.jitted(self.p, total, self.x, self.y, index)
        jax.block_until_ready(self.p)
        return float(total) / self.problem.n

    def params(self) -> list[np.ndarray]:
        """Return copies."""
        return [np.array(p) for p in self.p]


class Scan(Steps):
    """The whole epoch as one jitted lax.scan, gathering included; the last, smaller batch follows in the same call."""

    def prepare_order(self, problem: Problem) -> None:
        """Put the order into one array."""
        self.order = [jnp.asarray(problem.order, jnp.int32)]
        self.jitted = jax.jit(partial(self.compute, rate=problem.rate, batch=problem.batch), donate_argnums=(0, 1))

    @staticmethod
    def compute(p: Params, total: jax.Array, x: jax.Array, y: jax.Array, order: jax.Array, *, rate: float, batch: int):
        """Scan over all whole batches, then take the rest."""

        def body(p: Params, index: jax.Array):
            return step(p, x[index], y[index], rate)

        whole = len(order) // batch * batch
        p, losses = jax.lax.scan(body, p, order[:whole].reshape(-1, batch))
        total = total + batch * losses.sum()
        if whole < len(order):
            p, loss = body(p, order[whole:])
            total = total + (len(order) - whole) * loss
        return p, total


def step(p: Params, x: jax.Array, y: jax.Array, rate: float) -> tuple[Params, jax.Array]:
    """Move the parameters once, along the gradient of the mean loss."""
    loss, grads = jax.value_and_grad(mean_loss)(p, x, y)
    return [p - rate * g for p, g in zip(p, grads, strict=True)], loss


def mean_loss(p: Params, x: jax.Array, y: jax.Array) -> jax.Array:
    """The mean cross-entropy."""
    W1, b1, W2, b2 = p
    logits = jax.nn.relu(x @ W1 + b1) @ W2 + b2
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1).mean()
