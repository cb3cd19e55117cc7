"""Is it a digit at all? A network answers any picture with a digit, and often a confident one.

So a second, small convolutional network, which ships with the package, tells digits from what people write that is not
a digit: letters, scribbles, parts of digits, several digits at once (`data.doodles.KINDS`). Its answer, the log odds of
"no digit", is the novelty score. Where a score is too high is measured for each model at the end of its training: on
images that were held out, and that are digits, all but one in 143 must stay below.

References
----------
Hendrycks, Mazeika and Dietterich, "Deep Anomaly Detection with Outlier Exposure", 2019.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from .._util.arrays import Array
from ..nn.network import Network

DETECTOR = Path(__file__).parents[1] / "models" / "pretrained" / "detector.npz"
FAMILIAR = 0.993  # of the held-out digits are recognised as digits
ENOUGH = 1000  # held-out images to measure on


@cache
def detector() -> Network:
    """Load the network that tells digits from everything else; `info["threshold"]` is the score it goes by itself."""
    return Network.load(DETECTOR)


def novelty_score(images: Any) -> Array:
    """Compute the log odds that images show no digit.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
        Light ink on black, in MNIST's format.

    Returns
    -------
    ndarray of float32, shape (n,)
        Above zero for what is more likely no digit.
    """
    logits = detector().logits(images)
    score: Array = logits[:, 1] - logits[:, 0]
    return score


def measure(classes: Array, held_out: Array) -> dict[str, Array] | None:
    """Measure what is familiar to a network that knows digits.

    Parameters
    ----------
    classes : ndarray, shape (n_classes,)
        What the network knows.
    held_out : ndarray of uint8, shape (n, height, width)
        Images of its kind that it was not trained on.

    Returns
    -------
    dict or None
        The score's `threshold`, to be kept as `Network.novelty`; None where classes or images are not MNIST's.
    """
    digits = np.issubdtype(classes.dtype, np.integer) and set(classes.tolist()) <= set(range(10))
    if not digits or held_out.dtype != np.uint8 or held_out.shape[1:] != (28, 28):
        return None
    scores = np.sort(novelty_score(held_out[:: -(-len(held_out) // ENOUGH)]))
    own = float(scores[int(FAMILIAR * (len(scores) - 1))])
    return {"threshold": np.array(max(own, detector().info["threshold"]), np.float32)}


def is_unlike(network: Network, images: Any) -> Array | None:
    """Say which images are unlike the digits that a network knows.

    Parameters
    ----------
    network : Network
    images : ndarray of uint8, shape (n, 28, 28)
        Light ink on black, in MNIST's format.

    Returns
    -------
    ndarray of bool, shape (n,), or None
        None where the network does not know what is familiar to it.
    """
    if network.novelty is None:
        return None
    unlike: Array = novelty_score(images) > float(network.novelty["threshold"])
    return unlike
