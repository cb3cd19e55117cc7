"""JAX from a cold start to a saved model that reads 98 % of MNIST's test images.

    python train_jax.py FOLDER SEED [COMPONENTS]

In the fewest epochs found, with no validation on the way. The whole training is one jitted scan, so that Python is
called once; the batch size divides the data, so that one shape is compiled. With COMPONENTS it trains on so many
principal components of the images, and folds the network back.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np
from components import components, fold

EPOCHS, BATCH, RATE, MOMENTUM, WEIGHT_DECAY, WARM_UP = 5, 200, 0.45, 0.9, 1e-4, 0.2


def load(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Images as float rows, labels as integers."""
    images, labels = (np.load(folder / f"{part}_{what}.npy") for what in ("images", "labels"))
    return np.multiply(images, np.float32(1 / 255), dtype=np.float32), labels.astype(np.int32)


def start(rng: np.random.Generator, n_in: int) -> list[np.ndarray]:
    """He's initialisation: W1, b1, W2, b2."""
    shapes = (n_in, 128), (128, 10)
    return [p for m, n in shapes for p in (np.float32(rng.normal(0, (2 / m) ** 0.5, (m, n))), np.zeros(n, np.float32))]


def forward(p: list[jax.Array], x: jax.Array) -> jax.Array:
    """Compute logits."""
    W1, b1, W2, b2 = p
    return jax.nn.relu(x @ W1 + b1) @ W2 + b2


def mean_loss(p: list[jax.Array], x: jax.Array, y: jax.Array) -> jax.Array:
    """The mean cross-entropy."""
    return -jnp.take_along_axis(jax.nn.log_softmax(forward(p, x)), y[:, None], axis=1).mean()


@jax.jit
def train(p: list[jax.Array], x: jax.Array, y: jax.Array, order: jax.Array, rates: jax.Array) -> list[jax.Array]:
    """SGD with Nesterov momentum: a step for each row of `order`."""

    def step(state, this):
        (p, v), (index, rate) = state, this
        grads = jax.grad(mean_loss)(p, x[index], y[index])
        grads = [g + WEIGHT_DECAY * w for g, w in zip(grads, p, strict=True)]
        v = [MOMENTUM * v + g for v, g in zip(v, grads, strict=True)]
        p = [w - rate * (g + MOMENTUM * v) for w, g, v in zip(p, grads, v, strict=True)]
        return (p, v), None

    (p, _), _ = jax.lax.scan(step, (p, [jnp.zeros_like(w) for w in p]), (order, rates))
    return p


def train_on(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> list[jax.Array]:
    """Train on images, or on what stands for them."""
    order = np.concatenate([rng.permutation(len(x)).reshape(-1, BATCH) for _ in range(EPOCHS)])
    progress = np.arange(len(order)) / len(order)
    rates = RATE * np.minimum(0.04 + progress / WARM_UP, (1 - progress) / (1 - WARM_UP))
    return train(start(rng, x.shape[1]), x, y, np.int32(order), np.float32(rates))


def main(folder: Path, seed: int, k: int = 0) -> None:
    """Train, save, test."""
    rng = np.random.default_rng(seed)
    x, y = load(folder, "train")
    if k:
        mean, P = components(x, k)
        W, b, *others = map(np.asarray, train_on((x - mean) @ P, y, rng))
        p = [*fold(mean, P, W, b), *others]
    else:
        p = train_on(x, y, rng)
    np.savez(folder / "model-jax.npz", *map(np.asarray, p))
    x, y = load(folder, "test")
    accuracy = float((forward(p, x).argmax(axis=1) == y).mean())
    print(f"Test accuracy: {accuracy:.2%}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
