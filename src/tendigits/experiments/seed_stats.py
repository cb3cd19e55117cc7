"""Honest scores: the same training with several seeds, and whether one way to train is better than another.

What a single run scores is partly luck: the starting weights, the order of the batches, which images were held out. The
spread over seeds says how much. Two ways to train are compared seed by seed, each pair with the same held-out images.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import Any

import numpy as np

from .._util.progress import progress_bar
from ..analysis.evaluate import Interval
from ..data.dataset import Dataset
from ..errors import InputError
from ..training.settings import Settings
from .train_and_test import train_and_test

Outcome = tuple[int, float, str]  # seed, accuracy, and why there is none

LUCK = 0.05  # a difference that chance alone would show less often than this is more than luck


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> Interval | None:
    """Compute the interval of the mean, m ± t s / √n, by Student's t for n - 1 degrees of freedom; None where n < 2.

    "Student", "The probable error of a mean", 1908.
    """
    from scipy.stats import t

    n = len(values)
    if n < 2:
        return None
    mean = float(np.mean(values))
    half = float(t.ppf((1 + confidence) / 2, n - 1) * np.std(values, ddof=1) / sqrt(n))
    return mean - half, mean + half


@dataclass(frozen=True)
class Scores:
    """Test accuracies by seed, and by seed why others have none."""

    accuracies: dict[int, float]
    failures: dict[int, str]

    @property
    def mean(self) -> float | None:
        """The mean accuracy; None where every seed failed."""
        return float(np.mean(list(self.accuracies.values()))) if self.accuracies else None

    @property
    def sd(self) -> float | None:
        """The standard deviation over seeds (n - 1 in the denominator); None of fewer than two."""
        return float(np.std(list(self.accuracies.values()), ddof=1)) if len(self.accuracies) > 1 else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of the mean over all seeds there are, on this test set."""
        interval = mean_interval(list(self.accuracies.values()))
        return interval and (max(0.0, interval[0]), min(1.0, interval[1]))


def score(
    dataset: Dataset,
    settings: Settings = Settings(),  # noqa: B008 - it is frozen
    *,
    seeds: Sequence[int] = range(5),
    jobs: int = 1,
    progress: bool | None = None,
    **options: Any,
) -> Scores:
    """Train and test once with each seed.

    jobs: how many at a time, as joblib counts: -1 is one on each processor. options: those of `train_and_test`.
    A seed that fails, whatever the reason, is reported with it and costs no other its result. Raises InputError where
    the settings do not fit the data, which no seed could change.
    """
    attempt = partial(_attempt, dataset, settings, options)
    accuracies: dict[int, float] = {}
    failures: dict[int, str] = {}
    with progress_bar(total=len(seeds), unit="seed", description="score", shown=progress) as bar:
        for seed, accuracy, failure in _outcomes(attempt, seeds, jobs):
            accuracies |= {} if failure else {seed: accuracy}
            failures |= {seed: failure} if failure else {}
            bar.update(1)
    return Scores(dict(sorted(accuracies.items())), dict(sorted(failures.items())))


def _outcomes(attempt: Callable[[int], Outcome], seeds: Sequence[int], jobs: int) -> Iterator[Outcome]:
    """Attempt each seed, several at a time. A process that is killed takes others with it: they have another go."""
    from concurrent.futures.process import BrokenProcessPool

    from joblib import Parallel, delayed

    task, ended = delayed(attempt), set()
    try:
        for outcome in Parallel(n_jobs=jobs, return_as="generator_unordered")(map(task, seeds)):
            ended.add(outcome[0])
            yield outcome
    except BrokenProcessPool:
        for seed in (seed for seed in seeds if seed not in ended):
            try:
                yield from Parallel(n_jobs=2)([task(seed)])  # a process of its own; with n_jobs=1 it would be this one
            except BrokenProcessPool as error:
                yield seed, 0.0, _words(error)


def _attempt(dataset: Dataset, settings: Settings, options: dict[str, Any], seed: int) -> Outcome:
    """Return the seed with its test accuracy, or with the reason why there is none."""
    try:
        result = train_and_test(dataset, settings, seed=seed, progress=False, **options)
    except InputError:
        raise
    except Exception as error:
        return seed, 0.0, _words(error)
    return seed, result.evaluation.accuracy, ""


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


@dataclass(frozen=True)
class Comparison:
    """One way to train less another: the differences of their test accuracies, seed by seed."""

    differences: dict[int, float]

    @property
    def mean(self) -> float | None:
        """The mean difference; None without a pair."""
        return float(np.mean(list(self.differences.values()))) if self.differences else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of the mean difference; None of fewer than two pairs."""
        return mean_interval(list(self.differences.values()))

    @property
    def p_value(self) -> float | None:
        """How often luck alone would show so large a mean difference: the paired t-test, on both sides."""
        from scipy.stats import t

        d = np.array(list(self.differences.values()))
        if len(d) < 2:
            return None
        error = float(d.std(ddof=1)) / sqrt(len(d))
        if error == 0:
            return 0.0 if d.any() else 1.0
        return float(2 * t.sf(abs(d.mean()) / error, len(d) - 1))

    @property
    def verdict(self) -> str:
        """Say in a sentence which is better, and whether that is more than luck."""
        if self.mean is None or self.interval is None or self.p_value is None:
            return "Fewer than two seeds: nothing can be said about luck."
        if self.mean == 0:
            return "The two do equally well."
        better, sign = ("first", 1) if self.mean > 0 else ("second", -1)
        low, high = sorted(100 * sign * end for end in self.interval)
        size = f"{100 * abs(self.mean):.2f} percentage points"
        verdict, luck = f"is better by {size}", "more than luck"
        if self.p_value >= LUCK:
            verdict, luck = f"scored {size} higher", "no more than luck can explain"
        return f"The {better} {verdict} (95 % interval {low:.2f} to {high:.2f}, p = {self.p_value:.2g}): {luck}."


def compare(ours: Scores, theirs: Scores) -> Comparison:
    """Pair the seeds that ended well in both."""
    both = [seed for seed in ours.accuracies if seed in theirs.accuracies]
    return Comparison({seed: ours.accuracies[seed] - theirs.accuracies[seed] for seed in both})
