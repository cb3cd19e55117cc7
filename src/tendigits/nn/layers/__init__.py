"""The layers, a file for each idea: what goes forward, and how the gradient comes back."""

from .base import Array as Array
from .base import Layer as Layer
from .base import Shape as Shape
from .batchnorm import BatchNorm as BatchNorm
from .conv import Conv2D as Conv2D
from .dropout import Dropout as Dropout
from .ensemble import Ensemble as Ensemble
from .linear import Linear as Linear
from .pool import MaxPool2D as MaxPool2D
from .relu import ReLU as ReLU
from .reshape import Flatten as Flatten
from .reshape import Reshape as Reshape

LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer for layer in (Linear, ReLU, Conv2D, MaxPool2D, Flatten, Reshape, Dropout, BatchNorm, Ensemble)
}
