"""An ensemble: several networks that answer together."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._util.arrays import Array
from ..errors import InputError
from ..nn.layers import Layer
from ..nn.network import Network


class Ensemble(Network):
    """Networks whose logits are averaged: after the softmax, the geometric mean of their probabilities.

    It only answers: members train by themselves. It predicts, is saved and loaded as any network is, and has no layers
    of its own.

    Parameters
    ----------
    members : sequence of Network
        They know the same classes, in the same order; their parameters are copied.

    Attributes
    ----------
    members : list of Network
        Over parts of the ensemble's one vector of parameters.

    """

    def __init__(self, members: Sequence[Network]) -> None:
        _check(members)
        self.params = np.concatenate([member.params for member in members])
        self.grads = np.zeros_like(self.params)
        self.members, start = [], 0
        for member in members:
            part = slice(start, start := start + member.params.size)
            self.members.append(member.replica(self.params[part], self.grads[part]))
        self.classes = members[0].classes
        self.info = {}
        self.novelty = None

    @property
    def layers(self) -> list[Layer]:  # type: ignore[override]
        """Refuse: an ensemble has none."""
        raise InputError("An ensemble of networks has no layers of its own: look at its members, one by one.")

    @property
    def weight_slices(self) -> list[slice]:  # type: ignore[override]
        """Refuse: an ensemble is not trained as a whole."""
        raise InputError("An ensemble only answers: train its members by themselves.")

    @property
    def sizes(self) -> list[int]:
        """The widths of what comes in and of what goes out."""
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
        """Refuse, as `layers` does."""
        raise InputError("An ensemble of networks has no layers of its own: look at its members, one by one.")


def _check(members: Sequence[Network]) -> None:
    if not members:
        raise InputError("An ensemble needs a network or more.")
    if any(member.classes.tolist() != members[0].classes.tolist() for member in members):
        raise InputError("The networks of an ensemble must know the same classes, in the same order.")
    shapes = {(member.sizes[0], member.sizes[-1]) for member in members}
    if len(shapes) > 1:
        raise InputError(f"The networks of an ensemble must agree in inputs and outputs, not have {sorted(shapes)}.")
