"""A neural network from scratch, in NumPy only, that reads handwritten digits.

`import tendigits` loads NumPy and nothing heavier: everything below is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .augment import Distortion as Distortion
    from .data import Dataset as Dataset
    from .data import load_digits as load_digits
    from .data import load_idx_folder as load_idx_folder
    from .data import load_mnist as load_mnist
    from .errors import DataUnavailable as DataUnavailable
    from .errors import Diverged as Diverged
    from .errors import InputError as InputError
    from .estimator import DigitClassifier as DigitClassifier
    from .evaluate import Evaluation as Evaluation
    from .experiment import Experiment as Experiment
    from .experiment import train_and_test as train_and_test
    from .history import History as History
    from .images import to_mnist as to_mnist
    from .network import Network as Network
    from .page import draw as draw
    from .pictures import read_image as read_image
    "Scores": "scores",
    "score": "scores",
