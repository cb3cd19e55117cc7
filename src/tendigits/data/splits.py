"""Which images to train on and which to hold out."""

import numpy as np

from ..errors import InputError


def stratified_split(labels: np.ndarray, n_held_out: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Hold out images at random, the same share of each class.

    Of each class n_held_out × (its share of all images) are held out, rounded down; the classes with the largest
    remainders give one more each until there are `n_held_out` (Hamilton's method of apportionment). Every class keeps
    an image to train on, and others give more in its place.

    Parameters
    ----------
    labels : ndarray, shape (n,)
        The label of each image.
    n_held_out : int
        How many to hold out.
    rng : numpy.random.Generator
        Chooses which.

    Returns
    -------
    kept, held_out : ndarray of intp
        Positions of the images, sorted; none is in both.

    Raises
    ------
    InputError
        Unless 0 <= n_held_out < n, or if a class would keep no image.

    Examples
    --------
    >>> labels = np.array([0, 0, 0, 0, 1, 1])
    >>> kept, held_out = stratified_split(labels, 3, np.random.default_rng(0))
    >>> labels[held_out].tolist()
    [0, 0, 1]
    """
    n = len(labels)
    if not 0 <= n_held_out < n:
        raise InputError(f"Cannot hold out {n_held_out:,} of {n:,} images: some must be left to train on.")
    _, class_of, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if n_held_out > n - len(counts):
        raise InputError(
            f"Cannot hold out {n_held_out:,} of {n:,} images of {len(counts)} classes: each must keep one to train on. "
            "The least populated classes have too few members; hold out less, or add images."
        )
    quota = counts * n_held_out // n
    for _ in range(n_held_out - quota.sum()):
        owed = np.where(quota < counts - 1, counts * n_held_out - quota * n, -n * n)
        quota[owed.argmax()] += 1

    order = rng.permutation(n)
    order = order[np.argsort(class_of[order], kind="stable")]  # class by class, each in random order
    rank_in_class = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    held_out = rank_in_class < np.repeat(quota, counts)
    return np.sort(order[~held_out]), np.sort(order[held_out])
