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


TEST_SHARE = 6  # one image in so many is held out to test on
TRIES = 200


def hold_out(labels: np.ndarray, writers: np.ndarray | None, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Hold out a sixth of the images to test on, the same ones every time; whole writers, where these are known.

    Parameters
    ----------
    labels : ndarray, shape (n,)
        The label of each image.
    writers : ndarray of str, shape (n,), or None
        Who wrote each image.
    where : str
        What to call their source in an error.

    Returns
    -------
    kept, held_out : ndarray of intp
        Positions of the images, sorted; none is in both, and every class is among those kept.

    Raises
    ------
    InputError
        If there are too few images.
    """
    rng = np.random.default_rng(0)
    if writers is not None and len(np.unique(writers)) > 1 and (split := _whole_writers(labels, writers, rng)):
        return split
    _, class_of, counts = np.unique(labels, return_inverse=True, return_counts=True)
    several = np.flatnonzero(counts[class_of] > 1)  # the only image of a class is needed to train on
    n = max(1, len(labels) // TEST_SHARE)
    if n >= len(several):
        raise InputError(f"{where} holds {len(labels)} images, too few to hold some out to test on.")
    _, chosen = stratified_split(labels[several], n, rng)
    held_out = several[chosen]
    return np.setdiff1d(np.arange(len(labels)), held_out), held_out


def _whole_writers(
    labels: np.ndarray, writers: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray] | None:
    """Choose the writers who come nearest to a sixth of each class; None if a class would lose all its images."""
    names, writer_of = np.unique(writers, return_inverse=True)
    classes, class_of = np.unique(labels, return_inverse=True)
    written = np.zeros((len(names), len(classes)), np.int64)
    np.add.at(written, (writer_of, class_of), 1)
    best, best_miss = None, np.inf
    for _ in range(TRIES):
        order = rng.permutation(len(names))[:-1]
        held = written[order].cumsum(axis=0)
        misses = np.abs(held - written.sum(axis=0) / TEST_SHARE).sum(axis=1)
        misses[(held == written.sum(axis=0)).any(axis=1)] = np.inf
        if misses.min() < best_miss:
            best, best_miss = order[: misses.argmin() + 1], misses.min()
    if best is None:
        return None
    is_held = np.isin(writer_of, best)
    return np.flatnonzero(~is_held), np.flatnonzero(is_held)
