"""The layers, a file for each idea: what goes forward, and how the gradient comes back."""

from .base import Array as Array
from .base import Layer as Layer
from .base import Shape as Shape
from .batchnorm import BatchNorm
from .conv import Conv2D
from .dropout import Dropout
from .ensemble import Ensemble
from .linear import Linear
from .pool import MaxPool2D
from .relu import ReLU
from .reshape import Flatten, Reshape

LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer for layer in (Linear, ReLU, Conv2D, MaxPool2D, Flatten, Reshape, Dropout, BatchNorm, Ensemble)
}
