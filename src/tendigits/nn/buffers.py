"""The arrays that a training step fills: made once, so that no step allocates anything of a batch's size."""

import numpy as np

from .layers import Array
from .network import Network


class Workspace:
    """What a network's layers put out, and its gradients, for batches of n.

    ys[i] takes what layer i puts out and dys[i] its gradient. A layer that only views its input, or may write over it,
    shares the memory of the layer before it, unless that one looks at its own output again on the way back.
    """

    def __init__(self, network: Network, n: int) -> None:
        self.ys: list[Array] = []
        self.dys: list[Array] = []
        needed = False  # does a layer look at the memory of the last y again, on the way back?
        for i, (layer, shape) in enumerate(zip(network.layers, network.shapes[1:], strict=True)):
            full = n, *shape
            shared = i > 0 and (layer.is_view or layer.in_place)
            over = shared and not (layer.in_place and needed)
            self.ys.append(self.ys[-1].reshape(full) if over else np.empty(full, network.dtype))
            self.dys.append(self.dys[-1].reshape(full) if shared else np.empty(full, network.dtype))
            needed = layer.needs_y or (layer.is_view and needed)
        # Column by column in memory: the softmax then reduces over the long axis, several times faster.
        self.ys[-1] = np.empty((n, network.sizes[-1]), network.dtype, order="F")
