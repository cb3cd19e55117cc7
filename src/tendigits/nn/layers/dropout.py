"""Dropout: units that may be missing in training learn not to rely on each other."""

import numpy as np

from ..._util.arrays import Array
from ...errors import InputError
from .base import Layer


class Dropout(Layer):
    """In training, drop each feature with probability `rate` and scale the others by 1 / (1 - rate); otherwise y = x.

    The layer keeps the mask of its last training pass for the way back.

    Parameters
    ----------
    rate : float
        The probability of dropping a feature, in [0, 1).

    References
    ----------
    Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014; scaled in training
    ("inverted dropout") rather than afterwards.

    """

    onnx = "Identity"
    draws = True
    elementwise = True
    only_trains = True
    in_place = True

    def __init__(self, rate: float) -> None:
        if not 0 <= rate < 1:
            raise InputError(f"The dropout rate must be from 0 up to, not including, 1, not {rate}.")
        self.arguments = (rate,)
        self.rate = rate
        self._factor: Array | None = None

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Return x: y = x."""
        return x

    def forward_train(self, x: Array, rng: np.random.Generator | None, out: Array | None = None) -> Array:
        """Compute y = x m, where each m is 0 with probability `rate` and 1 / (1 - rate) otherwise, drawn from `rng`."""
        if rng is None:
            raise InputError("Dropout needs a random generator in training: pass rng.")
        kept = np.greater_equal(rng.random(x.shape, np.float32), self.rate)
        self._factor = kept.astype(x.dtype) / x.dtype.type(1 - self.rate)
        return np.multiply(x, self._factor, out=out)

    def backward_input(self, x: Array, y: Array, dy: Array, out: Array | None = None) -> Array:
        """Compute dx = dy m, with the m of the last training pass."""
        if self._factor is None:
            raise InputError("Dropout has no mask yet: call forward_train before backward_input.")
        return np.multiply(dy, self._factor, out=out)
