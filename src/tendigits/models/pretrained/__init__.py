"""The trained networks that ship with the package: they need neither training nor download.

`hands`, 784-128-10, is the network of the lesson: it can be looked into, unit by unit. `reader` is convolutional, and
reads pictures better. Each was made by the command that its `info` names, and anyone can make it again:

    tendigits train --recipe hands --seed 0 --out src/tendigits/models/pretrained/hands.npz
    tendigits train --recipe reader --seed 0 --out src/tendigits/models/pretrained/reader.npz
"""

from pathlib import Path

from ...errors import InputError
from ...nn.network import Network

HERE = Path(__file__).parent
PATHS = {"hands": HERE / "hands.npz", "reader": HERE / "reader.npz"}  # by recipe


def load_pretrained(name: str = "hands") -> Network:
    """Load a trained network that ships with the package.

    Parameters
    ----------
    name : {"hands", "reader"}
        The recipe that it was trained by: 784-128-10, or a convolutional network, which reads pictures better.

    Returns
    -------
    Network
        Its `info` says how it was trained, and how good it is.

    Raises
    ------
    InputError
        If there is none of this name.

    Examples
    --------
    >>> from tendigits import load_pretrained
    >>> load_pretrained().sizes
    [784, 128, 10]
    """
    if name not in PATHS:
        raise InputError(f"There is no pretrained network {name!r}: choose one of {', '.join(PATHS)}.")
    return Network.load(PATHS[name])
