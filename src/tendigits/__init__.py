"""A neural network from scratch, in NumPy only, that reads handwritten digits.

`import tendigits` loads nothing heavier than NumPy: every public name is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .analysis.evaluate import Evaluation as Evaluation
    from .data.dataset import Dataset as Dataset
    from .data.digits import load_digits as load_digits
    from .data.distortions import Distortion as Distortion
    from .data.folders import load_idx_folder as load_idx_folder
    from .data.load import load as load
    from .data.mnist import load_mnist as load_mnist
    from .errors import DataUnavailable as DataUnavailable
    from .errors import Diverged as Diverged
    from .errors import InputError as InputError
    from .estimator.classifier import DigitClassifier as DigitClassifier
    from .experiments.read import read as read
    from .experiments.seed_stats import Scores as Scores
    from .experiments.seed_stats import compare as compare
    from .experiments.seed_stats import score as score
    from .experiments.train_and_test import Experiment as Experiment
    from .experiments.train_and_test import train_and_test as train_and_test
    from .images.decode import read_image as read_image
    from .images.mnist_format import to_mnist as to_mnist
    from .models.convert.formats import export as export
    from .models.pretrained import load_pretrained as load_pretrained
    from .nn.network import Network as Network
    from .pages.draw.page import draw as draw
    from .training.history import History as History
    from .training.loop import fit as fit
    from .training.recipes import recipe as recipe
    from .training.settings import Settings as Settings

_HOMES = {
    "Distortion": "data.distortions",
    "Dataset": "data.dataset",
    "load": "data.load",
    "load_digits": "data.digits",
    "load_idx_folder": "data.folders",
    "load_mnist": "data.mnist",
    "DataUnavailable": "errors",
    "Diverged": "errors",
    "InputError": "errors",
    "DigitClassifier": "estimator.classifier",
    "Evaluation": "analysis.evaluate",
    "Experiment": "experiments.train_and_test",
    "read": "experiments.read",
    "train_and_test": "experiments.train_and_test",
    "History": "training.history",
    "read_image": "images.decode",
    "to_mnist": "images.mnist_format",
    "Network": "nn.network",
    "draw": "pages.draw.page",
    "load_pretrained": "models.pretrained",
    "export": "models.convert.formats",
    "recipe": "training.recipes",
    "Scores": "experiments.seed_stats",
    "score": "experiments.seed_stats",
    "compare": "experiments.seed_stats",
    "Settings": "training.settings",
    "fit": "training.loop",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tendigits' has no attribute {name!r}")
    return getattr(import_module(f"tendigits.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
