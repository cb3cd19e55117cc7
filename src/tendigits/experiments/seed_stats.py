"""Seed statistics: the same training with several seeds, and whether one way to train is better than another.

The accuracy of a single run is partly luck: the starting weights, the order of the batches, which images were held out.
The spread over seeds says how much. Two ways to train are compared seed by seed, each pair with the same held-out
images.
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
from .cluster import Cluster
from .train_and_test import train_and_test

Outcome = tuple[int, float, str]  # seed, accuracy, and why there is none

LUCK = 0.05  # a difference that luck alone would produce less often than this is more than luck


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> Interval | None:
    """Compute the confidence interval of a mean, m ± t s / √n, by Student's t with n - 1 degrees of freedom.

    Parameters
    ----------
    values : sequence of float
        Independent measurements.
    confidence : float, optional
        How often such an interval holds the true mean.

    Returns
    -------
    (low, high) or None
        None if there are fewer than two values.

    References
    ----------
    "Student", "The probable error of a mean", 1908.

    Examples
    --------
    >>> low, high = mean_interval([0.97, 0.98, 0.98, 0.99])
    >>> f"{low:.3f} to {high:.3f}"
    '0.967 to 0.993'
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
    """The test accuracies of several seeds.

    Parameters
    ----------
    accuracies : dict of int to float
        The accuracy, 0 to 1, by seed.
    failures : dict of int to str
        Why the other seeds have none.
    """

    accuracies: dict[int, float]
    failures: dict[int, str]

    def __repr__(self) -> str:
        words = [f"{len(self.accuracies)} seeds"]
        words += [f"mean {self.mean:.2%}"] if self.mean is not None else []
        words += [f"sd {self.sd:.2%}"] if self.sd is not None else []
        words += [f"{len(self.failures)} failed"] if self.failures else []
        return f"Scores({', '.join(words)})"

    @property
    def mean(self) -> float | None:
        """The mean accuracy; None if every seed failed."""
        return float(np.mean(list(self.accuracies.values()))) if self.accuracies else None

    @property
    def sd(self) -> float | None:
        """The standard deviation over seeds, with n - 1 in the denominator; None for fewer than two."""
        return float(np.std(list(self.accuracies.values()), ddof=1)) if len(self.accuracies) > 1 else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of the mean over all possible seeds, on this test set; None for fewer than two."""
        interval = mean_interval(list(self.accuracies.values()))
        return interval and (max(0.0, interval[0]), min(1.0, interval[1]))


def score(
    dataset: Dataset,
    settings: Settings = Settings(),  # noqa: B008 - it is frozen
    *,
    seeds: Sequence[int] = range(5),
    jobs: Any = 1,
    progress: bool | None = None,
    **options: Any,
) -> Scores:
    """Train and test once with each seed.

    A seed that fails, whatever the reason, is reported among the failures and does not affect the others.

    Parameters
    ----------
    dataset : Dataset
        The images.
    settings : Settings, optional
        How to train.
    seeds : sequence of int, optional
        The seeds.
    jobs : int, distributed.Client or Cluster, optional
        How many to train at a time, as joblib counts: -1 is one on each processor; or a Dask cluster to train on.
    progress : bool, optional
        Whether to show progress; None means in a terminal or a notebook.
    **options
        Other arguments of `train_and_test`.

    Returns
    -------
    Scores
        The accuracy of each seed.

    Raises
    ------
    InputError
        If the settings do not fit the data, which no seed could change.
    """
    accuracies: dict[int, float] = {}
    failures: dict[int, str] = {}
    with progress_bar(total=len(seeds), unit="seed", description="score", shown=progress) as bar:
        for seed, accuracy, failure in _outcomes(dataset, partial(_attempt, settings, options), seeds, jobs):
            accuracies |= {} if failure else {seed: accuracy}
            failures |= {seed: failure} if failure else {}
            bar.update(1)
    return Scores(dict(sorted(accuracies.items())), dict(sorted(failures.items())))


def _outcomes(
    dataset: Dataset, attempt: Callable[[Dataset, int], Outcome], seeds: Sequence[int], jobs: Any
) -> Iterator[Outcome]:
    """Attempt each seed, on this machine or a cluster."""
    if isinstance(jobs, int):
        yield from _outcomes_here(partial(attempt, dataset), seeds, jobs)
        return
    cluster = jobs if isinstance(jobs, Cluster) else Cluster(jobs)
    for seed, outcome in cluster.results(attempt, dataset, seeds):
        yield (seed, 0.0, _words(outcome)) if isinstance(outcome, Exception) else outcome


def _outcomes_here(attempt: Callable[[int], Outcome], seeds: Sequence[int], jobs: int) -> Iterator[Outcome]:
    """Attempt each seed, several at a time; when a killed process takes others down with it, these are tried again."""
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


def _attempt(settings: Settings, options: dict[str, Any], dataset: Dataset, seed: int) -> Outcome:
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
    """Whether one way to train is better than another.

    Parameters
    ----------
    differences : dict of int to float
        The first's test accuracy minus the second's, by seed.
    """

    differences: dict[int, float]

    def __repr__(self) -> str:
        return f"Comparison({self.verdict})"

    @property
    def mean(self) -> float | None:
        """The mean difference; None if there is no pair."""
        return float(np.mean(list(self.differences.values()))) if self.differences else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of the mean difference; None for fewer than two pairs."""
        return mean_interval(list(self.differences.values()))

    @property
    def p_value(self) -> float | None:
        """How often luck alone would produce so large a mean difference, by the two-sided paired t-test.

        None for fewer than two pairs.
        """
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
        """A sentence that says which is better, and whether that is more than luck."""
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
    """Compare two ways to train, seed by seed.

    Parameters
    ----------
    ours, theirs : Scores
        Their accuracies; seeds that failed in either are left out.

    Returns
    -------
    Comparison
        Its `verdict` says which is better, or that luck explains the difference.

    Examples
    --------
    >>> first, second = Scores({0: 0.97, 1: 0.98, 2: 0.97}, {}), Scores({0: 0.96, 1: 0.97, 2: 0.955}, {})
    >>> print(compare(first, second).verdict)
    The first is better by 1.17 percentage points (95 % interval 0.45 to 1.88, p = 0.02): more than luck.
    """
    both = [seed for seed in ours.accuracies if seed in theirs.accuracies]
    return Comparison({seed: ours.accuracies[seed] - theirs.accuracies[seed] for seed in both})
