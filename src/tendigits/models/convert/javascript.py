"""One ES module that prepares and reads a picture, in a browser or under Node: the draw page without the page."""

import base64
import json
import re
from pathlib import Path

from ..._util.arrays import PIXELS
from ..._util.files import replacing
from ...nn.network import Network
from .channels import members, places

HERE, SHARED = Path(__file__).parent, Path(__file__).parents[2] / "javascript"
PREPARATION = ("light.js", "strokes.js", "lines.js", "mnist_format.js")  # each after those it imports
PREPARED = 784  # pixels of the pictures that these make


def export_javascript(network: Network, path: Path | str) -> None:
    """Write one ES module without dependencies, with `probabilities(pixels)`, `classes` and `read(picture)`.

    `read` takes a picture as a canvas's ImageData holds it, prepares it as Python does, and tells its label. It is
    there for networks that read images of 28 × 28.

    Parameters
    ----------
    network : Network
        A network of this package's layers, or an ensemble.
    path : path-like
        The file to write, whole or not at all.

    Raises
    ------
    InputError
        If the network has other layers.

    """
    model = {
        "classes": network.classes.tolist(),
        "inputs": network.sizes[0],
        "divisor": network.divisor or PIXELS,
        "members": [[layer.spec for layer in member.layers if not layer.only_trains] for member in members(network)],
        "params": base64.b64encode(network.params.astype("<f4").tobytes()).decode(),
    }
    list(places(network))  # refuses layers that cannot be exported
    reads = network.sizes[0] == PREPARED
    scripts = [
        *(SHARED / name for name in PREPARATION if reads),
        HERE / "forward.js",
        *([HERE / "read.js"] if reads else []),
    ]
    sizes = "-".join(map(str, network.sizes))
    head = f"// A {sizes} network, written by tendigits: read(picture), probabilities(pixels).\n"
    with replacing(path) as file:
        file.write(f"{head}\nconst MODEL = {json.dumps(model)};\n{''.join(map(_without_imports, scripts))}".encode())


def _without_imports(script: Path) -> str:
    """Read a module, which may export only what the whole does."""
    text = re.sub(r"^import [^;]*;\n", "", script.read_text("utf-8"), flags=re.MULTILINE)
    return text if script.parent == HERE else re.sub(r"^export ", "", text, flags=re.MULTILINE)
