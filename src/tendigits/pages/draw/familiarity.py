"""Novelty detection for the draw page: whether a picture shows a digit at all.

A network answers any picture with a digit, often a confident one. But a scribble gives the last hidden layer an unusual
direction, and no logit is large. So the novelty score is

    score = distance - weight × largest logit

The distance is the Mahalanobis distance from the direction of √h to the nearest class centre, with one covariance for
all classes. h is the last hidden layer; the square root keeps its largest units from drowning out the others, and its
length, which grows with the amount of ink, is ignored. Each class has several centres, since a digit can be written in
several ways. `weight` brings the two terms to one scale, and the threshold, `limit`, is the score that 98 % of held-out
training digits stay below.

References
----------
K. Lee et al., "A simple unified framework for detecting out-of-distribution samples and adversarial attacks", 2018.
"""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from ..._util.arrays import PIXELS, Array
from ..._util.files import read_npz, write_npz
from ...data.dataset import Dataset, class_index
from ...data.splits import stratified_split
from ...nn.network import Network

SHARE = 0.98  # of the held-out digits score below the threshold
RIDGE = 0.01  # of the largest variance, added to all: directions that hardly vary must not dominate the distance
DIRECTIONS = 128  # to keep in whitening, at most: those of the largest variance
WAYS = 20  # to write a digit: centres per class, at most
ENOUGH = 10_000  # training images to fit on
NO_LIMIT = 1e30  # a threshold that no score reaches
IN_THE_BOX = Path(__file__).with_name("familiar.npz")

Known = dict[str, Any]


def familiarity(network: Network, dataset: Dataset) -> Known:
    """Give the novelty detector of a network, measured on a dataset.

    Only the data that a network was trained on show what is familiar to it. Given other data, the pretrained network
    uses the detector stored with the package, and any other network gets a threshold that no score reaches.

    Parameters
    ----------
    network : Network
        The network.
    dataset : Dataset
        What to measure on, preferably the data that the network was trained on.

    Returns
    -------
    dict
        "P", the whitening matrix, shape (n_hidden, k); "centres", the whitened class centres, shape (m, k); "weight",
        that of the largest logit; and "limit", the threshold of the novelty score.
    """
    own = network.info.get("data", {}).get("digest", dataset.digest) == dataset.digest
    if not own and (known := _remembered(network)):
        return known
    return measured(network, dataset) | ({} if own else {"limit": NO_LIMIT})


def measured(network: Network, dataset: Dataset) -> Known:
    """Fit the novelty detector on training images, and its weight and threshold on held-out ones.

    Parameters
    ----------
    network : Network
        The network.
    dataset : Dataset
        Its training images are split into those two parts.

    Returns
    -------
    dict
        "P", "centres", "weight" and "limit", as `familiarity` returns them.
    """
    train, held_out = _split(network, dataset)
    labels = class_index(dataset.train_labels[train], network.classes)
    directions, _ = _direction_and_best(network, dataset.train_images[train])
    classes = [directions[labels == k] for k in np.unique(labels)]
    P = _whitening(np.concatenate([each - each.mean(axis=0) for each in classes]))
    centres = np.concatenate([_ways(each @ P) for each in classes])
    distances, best = _distance_and_best(network, dataset.train_images[held_out], P, centres)
    weight = float(distances.std() / max(best.std(), 1e-9))
    limit = float(np.quantile(distances - weight * best, SHARE))
    return {"P": P, "centres": centres, "weight": weight, "limit": limit}


def novelty_score(network: Network, images: Array, known: Known) -> Array:
    """Compute the novelty score of images.

    Parameters
    ----------
    network : Network
        The network.
    images : ndarray of uint8, shape (n, 28, 28)
        The images, in MNIST's format.
    known : dict
        What `familiarity` returned.

    Returns
    -------
    ndarray of float, shape (n,)
        The scores; an image whose score is above known["limit"] is not a digit.
    """
    distances, best = _distance_and_best(network, images, known["P"], known["centres"])
    strange: Array = distances - known["weight"] * best
    return strange


def _split(network: Network, dataset: Dataset) -> tuple[Array, Array]:
    """Find the images that training held out or, for other data, hold out a twelfth."""
    data, seed = network.info.get("data", {}), network.info.get("training", {}).get("seed", 0)
    own = data.get("digest") == dataset.digest
    n = (own and data.get("validation")) or len(dataset.train_labels) // 12
    train, held_out = stratified_split(dataset.train_labels, n, np.random.default_rng(seed))
    return train[:: -(-len(train) // ENOUGH)], held_out


def _direction_and_best(network: Network, images: Array) -> tuple[Array, Array]:
    """Compute the direction of √h, shape (n, n_hidden), and the largest logit, shape (n,)."""
    x = images.reshape(len(images), -1) / np.asarray(network.divisor or PIXELS, network.dtype)
    for layer in network.layers[:-1]:
        x = layer.forward(x)
    best: Array = network.layers[-1].forward(x).max(axis=1)
    root = np.sqrt(x)
    length = np.linalg.norm(root, axis=1, keepdims=True)
    return root / np.where(length > 0, length, 1), best


def _distance_and_best(network: Network, images: Array, P: Array, centres: Array) -> tuple[Array, Array]:
    """Compute the distance to the nearest class centre and the largest logit, both of shape (n,)."""
    from scipy.spatial.distance import cdist

    directions, best = _direction_and_best(network, images)
    return cdist(directions @ P, centres).min(axis=1), best


def _whitening(residuals: Array) -> Array:
    """Build the whitening matrix P (n_hidden, k): residuals @ P vary about equally in every direction."""
    variances, axes = np.linalg.eigh(residuals.T @ residuals / len(residuals))
    P: Array = (axes / np.sqrt(variances + RIDGE * variances[-1]))[:, -DIRECTIONS:]
    return P


def _ways(points: Array) -> Array:
    """Cluster points (n, k) by k-means; return the centres, shape (WAYS, k), or fewer where there are few points."""
    from sklearn.cluster import KMeans

    n_clusters = max(1, min(WAYS, len(points) // WAYS))
    centres: Array = KMeans(n_clusters, n_init=1, max_iter=20, random_state=0).fit(points).cluster_centers_
    return centres


# ---------------------------------------------------------------------- the pretrained network


def remember(network: Network, dataset: Dataset) -> None:
    """Measure the novelty detector of the pretrained network and store it with the package, for users without MNIST.

    Parameters
    ----------
    network : Network
        The pretrained network.
    dataset : Dataset
        The data that it was trained on.
    """
    known = measured(network, dataset)
    arrays = {name: known[name].astype(np.float16) for name in ("P", "centres")}
    about = {"weight": known["weight"], "limit": known["limit"], "params": _digest(network)}
    write_npz(IN_THE_BOX, arrays, about)


def _remembered(network: Network) -> Known | None:
    """Load the stored novelty detector; None if it was measured on another network."""
    arrays, about = read_npz(IN_THE_BOX)
    if about["params"] != _digest(network):
        return None
    floats = {name: array.astype(np.float32) for name, array in arrays.items()}
    return {**floats, "weight": about["weight"], "limit": about["limit"]}


def _digest(network: Network) -> str:
    return hashlib.sha256(network.params.tobytes()).hexdigest()
