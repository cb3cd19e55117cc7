"""Is it a digit at all? What the draw page needs to know of digits to say so.

A network answers any picture with a digit, and often a confident one. But a scribble sends the last hidden layer
somewhere else, and speaks for no digit strongly:

    strangeness = distance - weight × largest logit

The distance is Mahalanobis's, from the direction of √h to the nearest of the classes' centres, with one covariance for
all (Lee et al., "A Simple Unified Framework for Detecting Out-of-Distribution Samples", 2018). h is the last hidden
layer; the root keeps its loudest units from drowning the others, and its length, which grows with the ink, is left out.
A class has several centres, for there are several ways to write a digit. `weight` brings both terms to one scale, and
the limit is what 98 in 100 held-out training digits stay below.
"""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from ..._util.arrays import Array
from ..._util.files import read_npz, write_npz
from ...data.dataset import Dataset, class_index
from ...data.splits import stratified_split
from ...nn.network import Network

SHARE = 0.98  # of the held-out digits are recognised as digits
RIDGE = 0.01  # of the largest variance, added to all: directions that hardly vary should not decide alone
DIRECTIONS = 128  # at most, those that vary most
WAYS = 20  # to write each digit, at most
ENOUGH = 10_000  # training images to measure on
NO_LIMIT = 1e30
IN_THE_BOX = Path(__file__).with_name("familiar.npz")

Known = dict[str, Any]


def familiarity(network: Network, dataset: Dataset) -> Known:
    """Say what is familiar: `P` (n_hidden, k), which whitens; `centres` (m, k); `weight`; `limit`.

    It is measured on the dataset. But other data than the network was trained on tell nothing of what is familiar to
    it: then the network in the box brings its own measure, and for another one nothing is ever called strange.
    """
    own = network.info.get("data", {}).get("digest", dataset.digest) == dataset.digest
    if not own and (known := _remembered(network)):
        return known
    return measured(network, dataset) | ({} if own else {"limit": NO_LIMIT})


def measured(network: Network, dataset: Dataset) -> Known:
    """Measure it: centres and covariance on training images, weight and limit on images that were held out."""
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


def strangeness(network: Network, images: Array, known: Known) -> Array:
    """Measure how strange images (n, 28, 28) are, (n,); what lies beyond known["limit"] is no digit."""
    distances, best = _distance_and_best(network, images, known["P"], known["centres"])
    strange: Array = distances - known["weight"] * best
    return strange


def _split(network: Network, dataset: Dataset) -> tuple[Array, Array]:
    """Find the images that training held out, where this is the data it was trained on; else hold out a twelfth."""
    data, seed = network.info.get("data", {}), network.info.get("training", {}).get("seed", 0)
    own = data.get("digest") == dataset.digest
    n = (own and data.get("validation")) or len(dataset.train_labels) // 12
    train, held_out = stratified_split(dataset.train_labels, n, np.random.default_rng(seed))
    return train[:: -(-len(train) // ENOUGH)], held_out


def _direction_and_best(network: Network, images: Array) -> tuple[Array, Array]:
    """Compute the direction of √h (n, n_hidden), and the largest logit (n,)."""
    x = images.reshape(len(images), -1) / np.asarray(255, network.dtype)
    for layer in network.layers[:-1]:
        x = layer.forward(x)
    best: Array = network.layers[-1].forward(x).max(axis=1)
    root = np.sqrt(x)
    length = np.linalg.norm(root, axis=1, keepdims=True)
    return root / np.where(length > 0, length, 1), best


def _distance_and_best(network: Network, images: Array, P: Array, centres: Array) -> tuple[Array, Array]:
    """Compute the distance to the nearest centre (n,), and the largest logit (n,)."""
    from scipy.spatial.distance import cdist

    directions, best = _direction_and_best(network, images)
    return cdist(directions @ P, centres).min(axis=1), best


def _whitening(residuals: Array) -> Array:
    """Build P (n_hidden, k): in r P the residuals r vary about alike in every direction."""
    variances, axes = np.linalg.eigh(residuals.T @ residuals / len(residuals))
    P: Array = (axes / np.sqrt(variances + RIDGE * variances[-1]))[:, -DIRECTIONS:]
    return P


def _ways(points: Array) -> Array:
    """Find the centres of the clusters that points (n, k) form: (WAYS, k), or fewer where there are few points."""
    from sklearn.cluster import KMeans

    n_clusters = max(1, min(WAYS, len(points) // WAYS))
    centres: Array = KMeans(n_clusters, n_init=1, max_iter=20, random_state=0).fit(points).cluster_centers_
    return centres


# ---------------------------------------------------------------------- the network in the box


def remember(network: Network, dataset: Dataset) -> None:
    """Measure what is familiar to the network in the box, and keep it, for those who have no MNIST."""
    known = measured(network, dataset)
    arrays = {name: known[name].astype(np.float16) for name in ("P", "centres")}
    about = {"weight": known["weight"], "limit": known["limit"], "params": _digest(network)}
    write_npz(IN_THE_BOX, arrays, about)


def _remembered(network: Network) -> Known | None:
    """Give back what was kept, if it was measured on this very network."""
    arrays, about = read_npz(IN_THE_BOX)
    if about["params"] != _digest(network):
        return None
    floats = {name: array.astype(np.float32) for name, array in arrays.items()}
    return {**floats, "weight": about["weight"], "limit": about["limit"]}


def _digest(network: Network) -> str:
    return hashlib.sha256(network.params.tobytes()).hexdigest()
