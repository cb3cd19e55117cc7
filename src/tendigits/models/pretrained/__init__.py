"""The trained network that ships with the package, 784-128-10: it needs neither training nor download.

It was made by the command that its `info` names, and anyone can make it again:

    tendigits train --recipe hands --seed 0 --out src/tendigits/models/pretrained/best.npz
"""

from pathlib import Path

from ...nn.network import Network

PATH = Path(__file__).parent / "best.npz"


def load_pretrained() -> Network:
    """Load the trained network that ships with the package.

    Returns
    -------
    Network
        Its `info` says how it was trained, and how good it is.

    Examples
    --------
    >>> from tendigits import load_pretrained
    >>> load_pretrained().sizes
    [784, 128, 10]
    """
    return Network.load(PATH)
