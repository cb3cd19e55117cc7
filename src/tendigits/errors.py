"""The errors a caller may meet: each carries one sentence that says what to do."""


class InputError(ValueError):
    """What was handed in (an argument, an array, a file) cannot be used as it is."""


class DataUnavailable(OSError):
    """A data set could not be had from any of its sources; the message lists each and why it failed."""


class Diverged(ArithmeticError):
    """The loss became NaN or infinite: the learning rate is too high for the batch size."""


class WorkerFailed(RuntimeError):
    """A process or thread that shared the work on a batch failed or was killed; the message says why, if known."""
