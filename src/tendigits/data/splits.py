"""Which images to train on, and which to hold out."""

import numpy as np

from ..errors import InputError


def stratified_split(labels: np.ndarray, n_held_out: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Choose which images to train on and which to hold out: two sorted index arrays that share none.

    Exactly `n_held_out` are held out, of each class n_held_out × (its share of all), rounded down, or up for
    the classes with the largest fractions (Hamilton's method of apportionment). `rng` chooses which.
    Raises InputError unless 0 <= n_held_out < len(labels).
    """
    n = len(labels)
    if not 0 <= n_held_out < n:
        raise InputError(f"Cannot hold out {n_held_out:,} of {n:,} images: some must be left to train on.")
    _, class_of, counts = np.unique(labels, return_inverse=True, return_counts=True)
    quota, fraction = np.divmod(counts * n_held_out, n)
    quota[np.argsort(-fraction, kind="stable")[: n_held_out - quota.sum()]] += 1

    order = rng.permutation(n)
    order = order[np.argsort(class_of[order], kind="stable")]  # class by class, each in random order
    rank_in_class = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    held_out = rank_in_class < np.repeat(quota, counts)
    return np.sort(order[~held_out]), np.sort(order[held_out])
