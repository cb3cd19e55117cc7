"""To make the network that tells digits from everything else, which ships with the package, again.

python -c "from tendigits.experiments.detector import make; make()"
"""

import numpy as np

from .._util.arrays import Array
from ..analysis.novelty import DETECTOR, novelty_score
from ..data.dataset import Dataset
from ..data.distortions import Distortion
from ..data.letters import KINDS
from ..data.load import load
from ..models.builder import architecture
from ..nn.network import Network
from ..training.loop import fit
from ..training.settings import Settings

COUNTS = {"letters": 24_000, "scribbles": 9_000, "pairs": 6_000, "fragments": 0}
SETTINGS = Settings(
    epochs=15,
    learning_rate=0.1,
    weight_decay=3e-4,
    distortion=Distortion(rotation=8, scaling=0.1, shear=0.08, translation=1, elastic=0.8),
)
REFUSED = 0.008  # of the digits of each source, at most, at the detector's own threshold


def make(seed: int = 0, n_digits: int = 45_000) -> Network:
    """Train the detector on digits against everything else, and write it where the package keeps it.

    Parameters
    ----------
    seed : int
        All randomness comes from it.
    n_digits : int
        How many training digits of MNIST, the bundled digits and digits from strokes to take.

    Returns
    -------
    Network
        The detector, with its own threshold in `info`.
    """
    rng = np.random.default_rng(seed)
    data = load("mnist", "digits", "strokes")
    digits = data.train_images[rng.permutation(len(data.train_images))[:n_digits]]
    others = np.concatenate([KINDS[kind](n, rng) for kind, n in COUNTS.items() if n])
    images, labels = np.concatenate([digits, others]), np.repeat([0, 1], [len(digits), len(others)])
    network = Network(architecture((28, 28), 2, conv="8x5 pool 16x3 pool", hidden=(32,)), seed=rng)
    fit(network, (images, labels), None, SETTINGS, seed=rng)
    network.classes = np.array(["a digit", "no digit"])
    network.save(DETECTOR)
    network.info = {"threshold": _threshold([load(name) for name in ("mnist", "digits", "strokes")])}
    network.save(DETECTOR)
    return network


def _threshold(sources: list[Dataset]) -> float:
    """Find the score at which no source has more than its share of digits refused."""
    held_out: list[Array] = [source.test_images[:2000] for source in sources]
    return max(float(np.quantile(novelty_score(images), 1 - REFUSED)) for images in held_out)
