"""An ensemble: several networks that predict together."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from .._util.arrays import Array, Shape
from ..errors import InputError
from ..nn.layers import Layer
from ..nn.network import Network

NO_LAYERS = "An ensemble of networks has no layers of its own: look at its members, one by one."


class Ensemble(Network):
    """Networks whose logits are averaged: after the softmax, the normalised geometric mean of their probabilities.

    It is saved, loaded and asked for predictions like any network, but has no layers of its own: members are trained
    one by one.

    Parameters
    ----------
    members : iterable of Network
        Networks with the same classes, in the same order; their parameters are copied.

    Attributes
    ----------
    members : list of Network
        Replicas of them, over parts of the ensemble's single parameter vector.

    Raises
    ------
    InputError
        If the networks differ in inputs or classes.

    References
    ----------
    Hinton, "Products of Experts", 1999: a normalised geometric mean.

    """

    def __init__(self, members: Iterable[Network]) -> None:
        members = _checked(members)
        self.params = np.concatenate([member.params for member in members])
        self.grads = np.zeros_like(self.params)
        self.members, start = [], 0
        for member in members:
            part = slice(start, start := start + member.params.size)
            self.members.append(member.replica(self.params[part], self.grads[part]))
        self.classes = members[0].classes
        self.info = {}
        self.divisor = next((member.divisor for member in members if member.divisor), None)
        self.novelty = None

    @property
    def layers(self) -> list[Layer]:  # type: ignore[override]
        """Raises InputError: an ensemble has no layers."""
        raise InputError(NO_LAYERS)

    @property
    def shapes(self) -> list[Shape]:  # type: ignore[override]
        """Raises InputError: an ensemble has no layers."""
        raise InputError(NO_LAYERS)

    @property
    def weight_slices(self) -> list[slice]:  # type: ignore[override]
        """Raises InputError: an ensemble is not trained as a whole."""
        raise InputError("An ensemble cannot be trained as a whole: train its members one by one.")

    @property
    def sizes(self) -> list[int]:
        """The input width and the output width."""
        sizes = self.members[0].sizes
        return [sizes[0], sizes[-1]]

    @property
    def weights(self) -> list[Array]:
        """The weight matrices of all members."""
        return [W for member in self.members for W in member.weights]

    @property
    def spec(self) -> list[list[Any]]:
        """The members' specs, as JSON."""
        return [["Ensemble", *(member.spec for member in self.members)]]

    def forward(self, x: Array) -> Array:
        """Compute the mean of the members' logits, (n, n_classes)."""
        y: Array = np.mean([member.forward(x) for member in self.members], axis=0)
        return y

    def activations(self, *_: Any, **__: Any) -> list[Array]:
        """Raise InputError, as `layers` does."""
        raise InputError(NO_LAYERS)

    def backward(self, *_: Any, **__: Any) -> None:
        """Raise InputError, as `layers` does."""
        raise InputError(NO_LAYERS)


def _checked(networks: Iterable[Network]) -> list[Network]:
    members = list(networks) if isinstance(networks, Iterable) else []
    if not members or not all(isinstance(member, Network) for member in members):
        raise InputError("An ensemble needs a network or more, in a list.")
    if any(member.classes.tolist() != members[0].classes.tolist() for member in members):
        raise InputError("The networks of an ensemble must know the same classes, in the same order.")
    if len({member.divisor for member in members if member.divisor}) > 1:
        raise InputError("The networks of an ensemble must divide pixels by the same number.")
    shapes = {(member.sizes[0], member.sizes[-1]) for member in members}
    if len(shapes) > 1:
        raise InputError(f"The networks of an ensemble must agree in inputs and outputs, not have {sorted(shapes)}.")
    return members
