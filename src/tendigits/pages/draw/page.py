"""The draw page: one HTML file that reads handwriting and explains what it reads. No server, no network, no framework.

The scripts are plain ES modules. Those in `javascript/` follow the Python modules of the same names and know nothing of
the page; the others are the page, and know nothing of gradients. Here they become one file: modules joined into one
script, weights and pictures as base64, and a policy that forbids the browser every connection.
"""

import base64
import hashlib
import html
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..._util.arrays import PIXELS, Array
from ..._util.files import replacing
from ..._util.text import printable
from ...data.dataset import Dataset, class_index
from ...data.digits import load_digits
from ...data.mnist import load_mnist
from ...data.splits import stratified_split
from ...errors import DataUnavailable, InputError
from ...images.mnist_format import to_mnist
from ...nn.layers import Dropout, Linear, ReLU
from ...nn.network import Network
from .familiarity import familiarity

HERE, SHARED = Path(__file__).parent, Path(__file__).parents[2] / "javascript"
MODULES = (  # each after those it imports
    *(SHARED / name for name in ("network.js", "attribution.js")),
    *(SHARED / name for name in ("light.js", "strokes.js", "lines.js", "mnist_format.js")),
    *(HERE / name for name in ("reader.js", "dom.js", "paint.js", "sheet.js", "input.js", "pictures.js", "answer.js")),
    *(HERE / name for name in ("preprocessing_view.js", "why.js", "inside.js", "teach.js", "samples.js", "app.js")),
)
FORGETTING = 200  # test digits that show what the network forgets as it learns
MISREAD = 8  # samples that the network gets wrong
HEIGHT = 900  # pixels in a notebook


@dataclass(frozen=True)
class Page:
    """A draw page. A notebook displays it; `save` writes it.

    Parameters
    ----------
    html : str
        The whole file.
    network : str
        The widths of the layers of the network on the page, "784-128-10".
    """

    html: str
    network: str

    def __repr__(self) -> str:
        return f"Page({self.network}, {len(self.html.encode()):,} bytes)"

    def save(self, path: Path | str) -> None:
        """Write the file, all or nothing.

        Parameters
        ----------
        path : path-like
            The file.
        """
        with replacing(path) as file:
            file.write(self.html.encode())

    def _repr_html_(self) -> str:
        # srcdoc needs no server; the sandbox keeps page and notebook apart.
        frame = f'sandbox="allow-scripts" width="100%" height="{HEIGHT}" style="border: 0" title="Draw a digit"'
        return f'<iframe {frame} srcdoc="{html.escape(self.html)}"></iframe>'


def draw(network: Network, dataset: Dataset | None = None) -> Page:
    """Make a page to draw digits on, read by a network.

    Parameters
    ----------
    network : Network
        A network of Linear, ReLU and Dropout layers for images of 28 × 28.
    dataset : Dataset, optional
        Gives the sample digits, the digits that show what the network forgets as it learns, and the limit beyond which
        a drawing is no digit. None means MNIST, or the bundled digits for a network that was trained on these, or if
        MNIST cannot be downloaded.

    Returns
    -------
    Page
        The page.

    Raises
    ------
    InputError
        If network or data are of another kind.
    """
    _check_network(network)
    dataset = _own_data(network) if dataset is None else dataset
    _check_dataset(network, dataset)
    return Page(_assemble(_about(network, dataset), network), "-".join(map(str, network.sizes)))


def _check_network(network: Network) -> None:
    strange = [layer.spec[0] for layer in network.layers if not isinstance(layer, Linear | ReLU | Dropout)]
    if strange:
        raise InputError(f"The draw page knows Linear and ReLU layers, and not {', '.join(strange)}.")
    if network.sizes[0] != 784:
        raise InputError(f"The draw page is for pictures of 28 × 28 = 784 pixels, not {network.sizes[0]}.")


def _own_data(network: Network) -> Dataset:
    if network.info.get("data", {}).get("name", "").split("+")[0] == "digits":
        return load_digits()
    try:
        return load_mnist()
    except DataUnavailable:
        return load_digits()


def _check_dataset(network: Network, dataset: Dataset) -> None:
    if dataset.train_images.shape[1:] != (28, 28):
        raise InputError(f"The draw page needs pictures of 28 × 28 pixels, not {dataset.train_images.shape[1:]}.")
    class_index(dataset.classes, network.classes)


# ---------------------------------------------------------------------- data


def _about(network: Network, dataset: Dataset) -> dict[str, Any]:
    """Gather what the script needs, as JSON."""
    known = familiarity(network, dataset)
    return {
        "classes": network.classes.tolist(),
        "spec": [layer.spec for layer in network.layers if not isinstance(layer, Dropout)],
        "params": _floats(network.params),
        "divisor": network.divisor or PIXELS,
        "known": known | {"P": _floats(known["P"]), "centres": _floats(known["centres"]), "n": known["P"].shape[1]},
        "test": _pictures(network, dataset, _forgetting(dataset)),
        "samples": _samples(network, dataset),
    }


def _forgetting(dataset: Dataset) -> Array:
    n = len(dataset.test_labels)
    return stratified_split(dataset.test_labels, min(FORGETTING, n - 1), np.random.default_rng(0))[1]


def _samples(network: Network, dataset: Dataset) -> dict[str, Any]:
    """Choose test digits: one of each class that is read correctly, and some that are misread, also as redrawn."""
    labels, reads = dataset.test_labels, network.predict(dataset.test_images)
    right, wrong = np.flatnonzero(reads == labels), np.flatnonzero(reads != labels)
    _, first = np.unique(labels[right], return_index=True)
    still_wrong = [i for i in wrong[: 4 * MISREAD] if _read(network, dataset.test_images[i]) == reads[i]][:MISREAD]
    index = np.array([*right[first], *still_wrong], int)
    return _pictures(network, dataset, index) | {"reads": class_index(reads[index], network.classes).tolist()}


def _read(network: Network, image: Array) -> Any:
    try:
        return network.predict(to_mnist(image)[np.newaxis])[0]
    except InputError:  # blank
        return None


def _pictures(network: Network, dataset: Dataset, index: Array) -> dict[str, Any]:
    labels = class_index(dataset.test_labels[index], network.classes)
    return {"images": _base64(dataset.test_images[index]), "labels": labels.tolist()}


def _floats(values: Array) -> str:
    return _base64(values.astype("<f4"))


def _base64(values: Array) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()


# ---------------------------------------------------------------------- file


def _assemble(about: dict[str, Any], network: Network) -> str:
    style, script = _read_text("style.css"), bundle()
    policy = f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:"
    parts = {
        "policy": f"{policy}; base-uri 'none'; form-action 'none'",
        "style": style,
        "script": script,
        "about": json.dumps(about).replace("<", "\\u003c"),  # or text in it could end the script
        "colophon": html.escape(_colophon(network)),
        "range": html.escape(f"{network.classes[0]} to {network.classes[-1]}"),
    }
    return re.sub(r"{{(\w+)}}", lambda match: parts[match[1]], _read_text("index.html"))


def bundle() -> str:
    """Join the modules into one script. They share its top level, so each name there may be used only once.

    Returns
    -------
    str
        The script.
    """
    script = "\n".join(path.read_text("utf-8") for path in MODULES)
    script = re.sub(r"^import [^;]*;\n", "", script, flags=re.MULTILINE)
    return re.sub(r"^export ", "", script, flags=re.MULTILINE)


def _read_text(name: str) -> str:
    return (HERE / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _colophon(network: Network) -> str:
    words = [f"A {'-'.join(map(str, network.sizes))} network, made with tendigits"]
    if name := network.info.get("data", {}).get("name"):
        words.append(f"trained on {'MNIST' if name == 'mnist' else printable(name)}")
    if accuracy := network.info.get("results", {}).get("test_accuracy"):
        words.append(f"{100 * accuracy:.1f} % right on its test set")
    return ", ".join(words) + "."
