"""Learning-rate schedules: functions from progress (0 at the first step, 1 after the last) to a factor of the rate."""

from collections.abc import Callable
from math import cos, pi

Schedule = Callable[[float], float]


def constant(progress: float) -> float:
    """Keep the learning rate.

    Parameters
    ----------
    progress : float
        The share of all steps already taken, 0 to 1.

    Returns
    -------
    float
        1.

    """
    return 1.0


def step(progress: float) -> float:
    """Divide the learning rate by ten halfway, and again at three quarters.

    Parameters
    ----------
    progress : float
        The share of all steps already taken, 0 to 1.

    Returns
    -------
    float
        1, 0.1 or 0.01.

    References
    ----------
    He et al., "Deep Residual Learning for Image Recognition", 2016, section 4.2.

    """
    return 1.0 if progress < 0.5 else 0.1 if progress < 0.75 else 0.01


def cosine(progress: float) -> float:
    """Decay from 1 to 0 along half a cosine.

    Parameters
    ----------
    progress : float
        The share of all steps already taken, 0 to 1.

    Returns
    -------
    float
        (1 + cos(π progress)) / 2.

    References
    ----------
    Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, without restarts.

    """
    return 0.5 * (1 + cos(pi * progress))


def one_cycle(progress: float, warm_up: float = 0.2) -> float:
    """Rise linearly from 1/25 to 1, then fall linearly to 0.

    Parameters
    ----------
    progress : float
        The share of all steps already taken, 0 to 1.
    warm_up : float
        The share of all steps in which it rises.

    Returns
    -------
    float
        0 to 1.

    References
    ----------
    After Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates", 2018.

    """
    if progress < warm_up:
        return 0.04 + 0.96 * progress / warm_up
    return (1 - progress) / (1 - warm_up)


SCHEDULES: dict[str, Schedule] = {"constant": constant, "step": step, "cosine": cosine, "one-cycle": one_cycle}
