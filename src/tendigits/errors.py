"""The errors that callers may meet: each carries one sentence that says what to do."""

from typing import NoReturn


class InputError(ValueError):
    """An argument, an array or a file cannot be used as it is."""


class Elsewhere:
    """An attribute that raises AttributeError with a hint where to look instead.

    Parameters
    ----------
    hint : str
        A sentence.

    """

    def __init__(self, hint: str) -> None:
        self.hint = hint

    def __repr__(self) -> str:
        return f"Elsewhere({self.hint!r})"

    def __get__(self, instance: object, owner: type) -> NoReturn:
        raise AttributeError(self.hint)


class DataUnavailable(OSError):
    """A data set could not be downloaded; the message lists every source and why it failed."""


class Diverged(ArithmeticError):
    """The loss became NaN or infinite: the learning rate is too high for the batch size."""


class WorkerFailed(RuntimeError):
    """A process or thread that shared the work on a batch failed or was killed; the message says why, if known."""
