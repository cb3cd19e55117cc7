"""Retrain the bundled detector, which tells digits from everything else.

python -c "from tendigits.experiments.detector import make; make()"
"""

from collections.abc import Iterable

import numpy as np

from .._util.arrays import Array
from ..analysis.novelty import DETECTOR, novelty_score
from ..data.distortions import Distortion
from ..data.doodles import KINDS
from ..data.letters import LETTERS
from ..data.load import load
from ..data.strokes import CRISP, USUAL, handwritten
from ..images.mnist_format import to_mnist
from ..models.builder import architecture
from ..models.pretrained import load_pretrained
from ..nn.network import Network
from ..training.loop import fit
from ..training.settings import Settings

SOURCES = ("mnist", "digits", "strokes")
FONTS = [
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSerif-Italic"),
    *("STIXGeneralItalic", "STIXGeneralBol", "cmr10", "cmtt10", "cmti10"),
]
BOLD = (0, 2, 5)  # by how many pixels the printed strokes are made broader on either side, at 90 pixels an em
NUMBERS = [f"{number:02}" for number in range(100)]
SETTINGS = Settings(
    epochs=14,
    learning_rate=0.1,
    weight_decay=3e-4,
    distortion=Distortion(rotation=8, scaling=0.1, shear=0.08, translation=1, elastic=0.8),
)
HANDS = (USUAL, CRISP)
COUNTS = {"letters": 9000, "scribbles": 8000, "doodles": 5000, "fragments": 2500, "pairs": 2000}  # with either pen
NARROWEST = 10  # pixels: what is less wide may be a 1, whatever it was meant to be
DOUBTFUL = 0.5  # probability: parts of digits that read better than this may pass for another digit
REFUSED = 0.002  # of the held-out digits of each source, at the detector's own threshold


def make(seed: int = 0) -> Network:
    """Train the detector on digits against everything else, and write it where the package keeps it.

    Parameters
    ----------
    seed : int
        All randomness comes from it.

    Returns
    -------
    Network
        The detector, with its own threshold in `info`.
    """
    rng = np.random.default_rng(seed)
    yes, no = digits(rng), no_digits(rng)
    network = Network(architecture((28, 28), 2, conv="16x5 pool 32x3 pool", hidden=(48,)), seed=rng)
    fit(network, (np.concatenate([yes, no]), np.repeat([0, 1], [len(yes), len(no)])), None, SETTINGS, seed=rng)
    network.classes = np.array(["a digit", "no digit"])
    network.save(DETECTOR)
    held_out = [load(name).test_images[:2000] for name in SOURCES]
    network.info = {"threshold": max(float(np.quantile(novelty_score(each), 1 - REFUSED)) for each in held_out)}
    network.save(DETECTOR)
    return network


def digits(rng: np.random.Generator) -> Array:
    """Gather digits of many hands and pens, those of MNIST not more often than others.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of uint8, shape (n, 28, 28)
    """
    mnist, bundled, strokes = (load(name).train_images for name in SOURCES)
    crisp, _ = handwritten(10_000, rng, CRISP)
    mixed = [mnist[rng.permutation(len(mnist))[:20_000]], *[bundled] * 4, *[strokes] * 2, crisp]
    return np.concatenate([*mixed, *[printed("0123456789")] * 6])


def no_digits(rng: np.random.Generator) -> Array:
    """Gather letters, written and printed, scribbles, doodles, parts of digits, and several digits at once.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of uint8, shape (n, 28, 28)
    """
    written = {kind: np.concatenate([KINDS[kind](n, rng, hand) for hand in HANDS]) for kind, n in COUNTS.items()}
    for kind in ("scribbles", "doodles", "fragments"):
        written[kind] = written[kind][written[kind].any(axis=1).sum(axis=1) >= NARROWEST]
    read = load_pretrained().predict_proba(written["fragments"]).max(axis=1)
    written["fragments"] = written["fragments"][read < DOUBTFUL]
    return np.concatenate([*[printed(LETTERS)] * 8, printed(NUMBERS), *written.values()])


def printed(texts: Iterable[str]) -> Array:
    """Print each text in each of the fonts, more and less bold.

    Parameters
    ----------
    texts : iterable of str

    Returns
    -------
    ndarray of uint8, shape (n, 28, 28)
        In MNIST's format.
    """
    return np.array([printed_text(text, font, bold) for text in texts for font in FONTS for bold in BOLD])


def printed_text(text: str, font: str, bold: int = 0) -> Array:
    """Draw a letter or a few as one of matplotlib's fonts has them.

    Parameters
    ----------
    text : str
    font : str
        A file's name, without its ending.
    bold : int, optional
        By how many pixels strokes are made broader on either side.

    Returns
    -------
    ndarray of uint8, shape (28, 28)
        In MNIST's format.
    """
    from matplotlib import get_data_path
    from PIL import Image, ImageDraw, ImageFont

    sheet = Image.new("L", (300, 200), 255)
    face = ImageFont.truetype(f"{get_data_path()}/fonts/ttf/{font}.ttf", 90)
    ImageDraw.Draw(sheet).text((60, 40), text, font=face, fill=0, stroke_width=bold)
    return to_mnist(np.asarray(sheet))
