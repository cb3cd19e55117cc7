"""Learning-rate schedules: functions from progress, 0 at the first step and 1 after the last, to a factor."""

from collections.abc import Callable
from math import cos, pi

Schedule = Callable[[float], float]


def constant(progress: float) -> float:
    """Keep the learning rate."""
    return 1.0


def step(progress: float) -> float:
    """Divide the learning rate by ten at half time, and again at three quarters."""
    return 1.0 if progress < 0.5 else 0.1 if progress < 0.75 else 0.01


def cosine(progress: float) -> float:
    """Fall from 1 to 0 along half a cosine.

    References
    ----------
    Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017.

    """
    return 0.5 * (1 + cos(pi * progress))


def one_cycle(progress: float, warm_up: float = 0.2) -> float:
    """Rise from 1/25 in a straight line, then fall to 0 in another.

    References
    ----------
    After Smith, "Super-Convergence", 2018.

    """
    if progress < warm_up:
        return 0.04 + 0.96 * progress / warm_up
    return (1 - progress) / (1 - warm_up)


SCHEDULES: dict[str, Schedule] = {"constant": constant, "step": step, "cosine": cosine, "one-cycle": one_cycle}
