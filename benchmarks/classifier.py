"""DigitClassifier beside MLPClassifier: fit at every batch size and layout of memory, and predictions of little data.

`python -m benchmarks.classifier` prints the ratios of processor times, ours over theirs; below 1 we are faster.
"""

import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .report import say, table

SIZES = {"iris": (150, 4, 3), "cancer": (569, 30, 2), "digits": (1797, 64, 10), "pixels": (6000, 784, 10)}
BATCHES = (32, 200, 1000)
EPOCHS, ROUNDS, CALLS = 2, 2, 100


def layouts(X: Any) -> dict[str, Any]:
    """The same rows by rows, by columns, every second of twice as many, and read backwards."""
    backwards = np.ascontiguousarray(X[:, ::-1])[:, ::-1]
    return {"C": X, "Fortran": np.asfortranarray(X), "strided": np.repeat(X, 2, axis=0)[::2], "reversed": backwards}


def seconds(call: Callable[[], object], rounds: int) -> float:
    """The least processor time of several rounds, which what else runs disturbs least."""
    taken = []
    for _ in range(rounds):
        started = time.process_time()
        call()
        taken.append(time.process_time() - started)
    return min(taken)


def ratio(make: Callable[[type], Callable[[], object]], rounds: int) -> float:
    """Ours over theirs, in turns."""
    from sklearn.neural_network import MLPClassifier

    from tendigits import DigitClassifier

    ours, theirs = (seconds(make(kind), rounds) for kind in (DigitClassifier, MLPClassifier))
    return ours / max(theirs, 1e-9)


def fitting(sizes: dict[str, tuple[int, int, int]] = SIZES, rounds: int = ROUNDS) -> Iterator[list[str]]:
    """Rows of a table: the ratio for each data set, layout and batch size."""
    rng = np.random.default_rng(0)
    for name, (n, n_features, n_classes) in sizes.items():
        y = rng.integers(0, n_classes, n)
        for layout, X in layouts(rng.random((n, n_features), np.float32)).items():
            found = []
            for batch in BATCHES:
                kwargs: dict[str, Any] = {"batch_size": min(batch, n), "max_iter": EPOCHS, "random_state": 0}
                found.append(ratio(lambda kind, k=kwargs, X=X, y=y: lambda: kind(**k).fit(X, y), rounds))  # type: ignore[misc]
            say(f"fit: {name}, {layout}")
            yield [name, layout, *(f"{each:.2f}" for each in found)]


def predicting(sizes: dict[str, tuple[int, int, int]] = SIZES, rounds: int = CALLS) -> Iterator[list[str]]:
    """Rows of a table: the ratio for each method."""
    rng = np.random.default_rng(0)
    for name, (n, n_features, n_classes) in sizes.items():
        X, y = rng.random((n, n_features)), rng.integers(0, n_classes, n)
        found = [
            ratio(lambda kind, method=method, X=X, y=y: _call(kind, method, X, y), rounds)  # type: ignore[misc]
            for method in ("predict", "predict_proba")
        ]
        yield [name, *(f"{each:.2f}" for each in found)]


def _call(kind: Any, method: str, X: Any, y: Any) -> Callable[[], object]:
    fitted = getattr(kind(max_iter=1, random_state=0).fit(X, y), method)
    return lambda: fitted(X)


def main() -> None:
    """Print both tables."""
    warnings.simplefilter("ignore")
    print(table("fit: processor time over MLPClassifier's", ["", "layout", *map(str, BATCHES)], list(fitting())))
    print(table("predictions: the same", ["", "predict", "predict_proba"], list(predicting())))


if __name__ == "__main__":
    main()
