"""A trained network in the box: 784-128-10, so that reading a digit needs no training and no download.

It was made by the command that its `info` names, and anyone can make it again:

    tendigits train --data mnist --recipe best --seed 0 --out src/tendigits/models/pretrained/best.npz
"""

from pathlib import Path

from ...nn.network import Network

PATH = Path(__file__).parent / "best.npz"


def load_pretrained() -> Network:
    """Load the network that ships with the package; what made it, and how good it is, stands in its `info`."""
    return Network.load(PATH)
