"""The draw page: one HTML file that reads handwriting and explains what it reads. No server, no network, no framework.

The scripts are plain ES modules. Those in `javascript/` follow the Python modules of the same names and know nothing of
the page; the others are the page, and know nothing of gradients.
"""

import warnings
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ..._util.arrays import PIXELS, Array
from ...analysis.novelty import detector, is_unlike
from ...data.dataset import Dataset, class_index
from ...data.digits import load_digits
from ...data.samples import sample_digits
from ...data.splits import stratified_split
from ...errors import InputError
from ...images.mnist_format import to_mnist
from ...nn.layers import Dropout
from ...nn.network import Network
from ..file import JAVASCRIPT, SHARED, Page, assemble, bundle, floats, in_base64

HERE = Path(__file__).parent
MODULES = (  # each after those it imports
    *(JAVASCRIPT / f"{name}.js" for name in ("products", "linear", "elementwise", "convolution", "pooling")),
    *(JAVASCRIPT / f"{name}.js" for name in ("batchnorm", "loss", "network", "attribution", "network_file")),
    *(JAVASCRIPT / f"{name}.js" for name in ("light", "strokes", "lines", "mnist_format")),
    *(SHARED / f"{name}.js" for name in ("bytes", "dom", "frame", "paint", "sheet", "input", "pictures", "save")),
    *(HERE / f"{name}.js" for name in ("reader", "hints", "answer", "preprocessing_view", "why", "units", "filters")),
    *(HERE / f"{name}.js" for name in ("teach", "keep", "share", "samples", "app")),
)
LAYERS = {"Linear", "ReLU", "Tanh", "Dropout", "Conv2D", "MaxPool2D", "BatchNorm", "Reshape", "Flatten"}
HALVED = (
    120_000  # parameters from which a page has them as float16: its size, otherwise, would be more than is promised
)
FORGETTING = 200  # test digits that show what the network forgets as it learns
MISREAD = 8  # samples that the network gets wrong


def draw(network: Network, dataset: Dataset | None = None) -> Page:
    """Make a page to draw digits on, read by a network.

    Parameters
    ----------
    network : Network
        A dense or convolutional network for images of 28 × 28.
    dataset : Dataset, optional
        Gives the sample digits, and the digits that show what the network forgets as it learns. None means a few
        of MNIST's, which are in the package, or scikit-learn's for a network that was trained on these. What the
        network has no class for is left out.

    Returns
    -------
    Page
        The page.

    Raises
    ------
    InputError
        If network or data are of another kind, or the network is too large for a page of 1.5 MB.

    Warns
    -----
    UserWarning
        If the network takes numbers as they are: a page has pixels of 0 to 255.
    """
    _check_network(network)
    dataset = _own_data(network) if dataset is None else dataset
    dataset = _of_known_classes(network, dataset)
    words = {"colophon": _colophon(network), "range": f"{network.classes[0]} to {network.classes[-1]}"}
    html = assemble(HERE, bundle(MODULES), _about(network, dataset), **words)
    return Page(html, "-".join(map(str, network.sizes)))


def _check_network(network: Network) -> None:
    names = [entry[0] for entry in network.spec]
    if "Ensemble" in names:
        raise InputError(
            "The draw page shows what is inside one network, and not an ensemble: draw one of its members."
        )
    if strange := [name for name in names if name not in LAYERS]:
        raise InputError(f"The draw page knows dense and convolutional networks, and not {', '.join(strange)}.")
    if network.sizes[0] != 784:
        raise InputError(f"The draw page is for pictures of 28 × 28 = 784 pixels, not {network.sizes[0]}.")
    if network.divisor == 1:
        warnings.warn(
            "This network takes numbers as they are, and the page gives it pixels of 0 to 255. If it was trained on "
            "images / 255, set network.divisor = 255 first.",
            stacklevel=3,
        )


def _own_data(network: Network) -> Dataset:
    if network.info.get("data", {}).get("name", "").split("+")[0] == "digits":
        return load_digits()
    return sample_digits()


def _of_known_classes(network: Network, dataset: Dataset) -> Dataset:
    """Leave out the test images of classes that the network does not know, letters for one that reads digits."""
    if dataset.train_images.shape[1:] != (28, 28):
        raise InputError(f"The draw page needs pictures of 28 × 28 pixels, not {dataset.train_images.shape[1:]}.")
    known = np.isin(dataset.test_labels, network.classes)
    return replace(dataset, test_images=dataset.test_images[known], test_labels=dataset.test_labels[known])


# ---------------------------------------------------------------------- data


def _about(network: Network, dataset: Dataset) -> dict[str, Any]:
    """Gather what the script needs, as JSON."""
    return {
        "classes": network.classes.tolist(),
        "network": _weights(network),
        "divisor": network.divisor or PIXELS,
        "novelty": _novelty(network),
        "test": _pictures(network, dataset, _forgetting(dataset)),
        "samples": _samples(network, dataset),
    }


def _weights(network: Network) -> dict[str, Any]:
    """Give layers and parameters, the latter in as many bits as there is room for."""
    dtype = "<f2" if network.params.size > HALVED else "<f4"
    spec = [layer.spec for layer in network.layers if not isinstance(layer, Dropout)]
    return {"spec": spec, "params": floats(network.params, dtype), "bits": 8 * int(dtype[-1])}


def _novelty(network: Network) -> dict[str, Any] | None:
    """Give the detector and the network's threshold; None where the network does not know what is familiar to it."""
    if network.novelty is None:
        return None
    return {"threshold": float(network.novelty["threshold"]), "network": _weights(detector())}


def _forgetting(dataset: Dataset) -> Array:
    n, classes = len(dataset.test_labels), len(np.unique(dataset.test_labels))
    if n == classes:
        return np.arange(n)
    return stratified_split(dataset.test_labels, min(FORGETTING, n - classes), np.random.default_rng(0))[1]


def _samples(network: Network, dataset: Dataset) -> dict[str, Any]:
    """Choose test digits: one of each class that is read correctly, and some that are misread, also as redrawn."""
    labels = dataset.test_labels
    reads = network.predict(dataset.test_images) if len(labels) else labels
    right, wrong = np.flatnonzero(reads == labels), np.flatnonzero(reads != labels)
    _, first = np.unique(labels[right], return_index=True)
    still_wrong = (i for i in wrong[: 20 * MISREAD] if _is_read(network, dataset.test_images[i], reads[i]))
    index = np.array([*right[first], *islice(still_wrong, MISREAD)], int)
    return _pictures(network, dataset, index) | {"reads": class_index(reads[index], network.classes).tolist()}


def _is_read(network: Network, image: Array, label: Any) -> bool:
    """Say whether a test digit, redrawn as the page does it, is read as this label, and as a digit at all."""
    try:
        redrawn = to_mnist(image)[np.newaxis]
    except InputError:  # blank
        return False
    unlike = is_unlike(network, redrawn)
    return bool(network.predict(redrawn)[0] == label) and not (unlike is not None and unlike[0])


def _pictures(network: Network, dataset: Dataset, index: Array) -> dict[str, Any]:
    labels = class_index(dataset.test_labels[index], network.classes)
    return {"images": in_base64(dataset.test_images[index]), "labels": labels.tolist()}


def _colophon(network: Network) -> str:
    words = [f"A {'-'.join(map(str, network.sizes))} network, made with tendigits"]
    if name := network.info.get("data", {}).get("name"):
        words.append(f"trained on {'MNIST' if name == 'mnist' else name}")
    if accuracy := network.info.get("results", {}).get("test_accuracy"):
        words.append(f"{100 * accuracy:.1f} % right on its test set")
    return ", ".join(words) + "."
