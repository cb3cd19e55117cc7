"""The layers, one idea per file: what goes forward, and how the gradient comes back.

May import: errors, _util.
"""

from .base import LAYERS as LAYERS
from .base import Affine as Affine
from .base import Layer as Layer
from .batchnorm import BatchNorm as BatchNorm
from .conv import Conv2D as Conv2D
from .dropout import Dropout as Dropout
from .linear import Linear as Linear
from .pool import MaxPool2D as MaxPool2D
from .relu import ReLU as ReLU
from .reshape import Flatten as Flatten
from .reshape import Reshape as Reshape
from .sigmoid import Sigmoid as Sigmoid
from .tanh import Tanh as Tanh
