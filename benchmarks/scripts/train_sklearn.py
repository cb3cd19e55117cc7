"""scikit-learn from a cold start to a saved model that reads 98 % of MNIST's test images.

    python train_sklearn.py FOLDER SEED

MLPClassifier with Nesterov momentum. It has no schedule that rises and falls, so each epoch is a fit of its own with
`warm_start` and its own learning rate: far fewer epochs than with a constant rate, or with Adam.
"""

import sys
import warnings
from pathlib import Path

import joblib
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

RATES = (0.1, 0.28, 0.23, 0.18, 0.12, 0.07, 0.02)  # one for each epoch


def load(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Images as float rows, labels as they are."""
    images, labels = (np.load(folder / f"{part}_{what}.npy") for what in ("images", "labels"))
    return np.multiply(images, np.float32(1 / 255), dtype=np.float32), labels


def train(x: np.ndarray, y: np.ndarray, seed: int) -> MLPClassifier:
    """An epoch for each rate."""
    model = MLPClassifier(
        (128,),
        solver="sgd",
        batch_size=128,
        alpha=1e-4,
        max_iter=1,
        warm_start=True,
        random_state=np.random.RandomState(seed),  # an int would shuffle every epoch alike
    )
    for rate in RATES:
        model.set_params(learning_rate_init=rate).fit(x, y)
    return model


def main(folder: Path, seed: int) -> None:
    """Train, save, test."""
    warnings.simplefilter("ignore", ConvergenceWarning)  # one epoch never converges
    model = train(*load(folder, "train"), seed)
    joblib.dump(model, folder / "model.joblib")
    print(f"Test accuracy: {model.score(*load(folder, 'test')):.2%}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
