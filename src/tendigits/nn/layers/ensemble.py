"""Ensemble: several networks that answer together."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import InputError
from .base import Array, Layer, Shape
from .linear import Linear
from .reshape import Reshape


class Ensemble(Layer):
    """y = the mean of its members' answers; a member is a list of layers. It only answers: members train by themselves.

    The mean of logits is, after the softmax, the geometric mean of the members' probabilities.
    """

    def __init__(self, *members: Sequence[Layer]) -> None:
        if not members or not all(member and isinstance(member[0], Linear | Reshape) for member in members):
            raise InputError("An ensemble needs a member or more, each of which begins with Linear or Reshape.")
        self.members = [list(member) for member in members]
        self.shapes = {f"member{i}": (sum(layer.size for layer in member),) for i, member in enumerate(self.members)}

    @property
    def spec(self) -> list[Any]:
        """Name, and the specs of each member's layers."""
        return ["Ensemble", *([layer.spec for layer in member] for member in self.members)]

    @property
    def in_shape(self) -> Shape:
        """What the members take."""
        shape: Shape = self.members[0][0].in_shape  # type: ignore[attr-defined]
        return shape

    def out_shape(self, in_shape: Shape) -> Shape:
        """What the members give, one like the other."""
        shapes = set()
        for member in self.members:
            shape = in_shape
            for layer in member:
                shape = layer.out_shape(shape)
            shapes.add(shape)
        if len(shapes) > 1:
            raise InputError(f"The members of an ensemble must agree in their output, not have {sorted(shapes)}.")
        return shapes.pop()

    def bind(self, params: Array, grads: Array) -> None:
        """Give each member its part of the two flat vectors."""
        start = 0
        for member in self.members:
            for layer in member:
                layer.bind(params[start : start + layer.size], grads[start : start + layer.size])
                start += layer.size

    def initialize(self, rng: np.random.Generator) -> None:
        """Let each member's layers draw their own."""
        for member in self.members:
            for layer in member:
                layer.initialize(rng)

    def forward_train(self, x: Array, rng: np.random.Generator | None, out: Array | None = None) -> Array:
        """Refuse."""
        raise InputError("An ensemble only answers: train its members by themselves.")

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Compute the mean over the members."""
        y: Array = np.mean([answer(member, x) for member in self.members], axis=0, out=out)
        return y


def answer(layers: Sequence[Layer], x: Array) -> Array:
    """Send x forward through layers."""
    for layer in layers:
        x = layer.forward(x)
    return x
