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
    from .pretrained import load_pretrained as load_pretrained
    from .recipes import recipe as recipe
    from .scores import Scores as Scores
    from .scores import score as score
    from .settings import Settings as Settings
    from .train import fit as fit

_HOMES = {
    "Distortion": "augment",
    "Dataset": "data",
    "load_digits": "data",
    "load_idx_folder": "data",
    "load_mnist": "data",
    "DataUnavailable": "errors",
    "Diverged": "errors",
    "InputError": "errors",
    "DigitClassifier": "estimator",
    "Evaluation": "evaluate",
    "Experiment": "experiment",
    "train_and_test": "experiment",
    "History": "history",
    "read_image": "pictures",
    "to_mnist": "images",
    "Network": "network",
    "draw": "page",
    "load_pretrained": "pretrained",
    "recipe": "recipes",
    "Scores": "scores",
    "score": "scores",
    "Settings": "settings",
    "fit": "train",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tendigits' has no attribute {name!r}")
    return getattr(import_module(f"tendigits.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
