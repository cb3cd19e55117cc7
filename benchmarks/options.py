"""How much to measure, as one value."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .machine import cores

RATE = 0.1  # the learning rate of every epoch


def usual_threads() -> tuple[int, ...]:
    """One, all cores up to sixteen, and powers of two between."""
    most = min(cores(), 16)
    return (*(n for n in (1, 2, 4, 8) if n < most), most)


@dataclass(frozen=True)
class Options:
    """What to measure.

    folder: where the data lies that workers and scripts read. real: whether it is MNIST. n: the images of an epoch.
    threads: the numbers of threads that every contestant is tried with. names: who takes part; none means all.
    """

    folder: Path
    real: bool = True
    repeats: int = 9
    quick: bool = False
    train_options: tuple[str, ...] | None = None
    n: int = 60_000
    threads: tuple[int, ...] = field(default_factory=usual_threads)
    names: tuple[str, ...] = ()

    def choose(self, names: Iterable[str]) -> list[str]:
        """Those of the names that are to take part."""
        return [name for name in names if not self.names or name in self.names]

    @property
    def batches(self) -> list[int]:
        """The batch sizes of the epoch."""
        return [128] if self.quick else [32, 128, 512]
