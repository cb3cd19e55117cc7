"""scikit-learn's MLPClassifier, read as a network. It keeps W as we do: a row for each input."""

from typing import Any

import numpy as np

from ...errors import InputError
from ...nn.network import Network
from ..builder import ACTIVATIONS
from ..model_file import rebuild
from .parts import Parts, dense


def read_sklearn(mlp: Any) -> Parts:
    """Read a fitted MLPClassifier.

    For two classes it has a single output z, with p = 1 / (1 + exp(-z)): the softmax of the logits (0, z).

    Parameters
    ----------
    mlp : sklearn.neural_network.MLPClassifier
        A fitted classifier.

    Returns
    -------
    Parts
        The same network.

    Raises
    ------
    InputError
        If it is not a fitted MLPClassifier, gives an example several labels, or has convolutions, as ours may.

    """
    output = getattr(mlp, "out_activation_", None)
    if not hasattr(mlp, "classes_") or output not in ("softmax", "logistic"):
        raise InputError(f"A fitted MLPClassifier is needed, not {mlp}.")
    if output == "logistic" and mlp.n_outputs_ > 1:
        raise InputError("An MLPClassifier with several labels per example cannot be read: a digit has one.")
    if getattr(mlp, "conv", ""):
        raise InputError("A classifier with convolutions cannot be read from its matrices: take its network_.")
    layers = list(zip(mlp.coefs_, mlp.intercepts_, strict=True))
    if output == "logistic":
        W, b = layers[-1]
        layers[-1] = np.hstack([np.zeros_like(W), W]), np.hstack([np.zeros_like(b), b])
    parts = dense(layers, [True] * (len(layers) - 1))
    kinds = [[kind.name()] for kind in ACTIVATIONS[mlp.activation]]
    spec = [new for old in parts.spec for new in (kinds if old == ["ReLU"] else [old])]
    return parts._replace(spec=spec, classes=mlp.classes_, divisor=1.0)


def from_sklearn(mlp: Any) -> Network:
    """Read a network from scikit-learn's MLPClassifier, as `read_sklearn` does.

    Parameters
    ----------
    mlp : sklearn.neural_network.MLPClassifier
        A fitted classifier. Its features are floats, taken as they are.

    Returns
    -------
    Network
        The network.

    Raises
    ------
    InputError
        If it cannot be read as such a network.
    """
    return rebuild(**read_sklearn(mlp)._asdict())
