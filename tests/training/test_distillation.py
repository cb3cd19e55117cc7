"""Distillation: the gradient of the two losses, with any number of workers, and a student that follows its teacher."""

from copy import deepcopy
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from gradients import gradient, numerical_gradient, relative_error

from tendigits import InputError, Network, Settings, fit
from tendigits.nn.loss import cross_entropy, softmax
from tendigits.training import distillation
from tendigits.training.distillation import Distilled
from tendigits.training.run import Run

SETTINGS = Settings(epochs=1, batch_size=60)


def problem():
    """Images of six pixels, and two networks that know three classes."""
    rng = np.random.default_rng(0)
    student, teacher = Network([6, 4, 3], seed=1, dtype="float64"), Network([6, 5, 3], seed=2, dtype="float64")
    return student, teacher, rng.random((60, 6)), rng.integers(3, size=60)


def soft_loss(network, teacher, x, labels, weights, alpha, T):
    """The loss as the module's formula has it."""
    target, log_p = softmax(teacher.forward(x) / T), np.log(softmax(network.forward(x) / T))
    soft = T**2 * np.average(-(target * log_p).sum(axis=1), weights=weights)
    return (1 - alpha) * cross_entropy(network.forward(x), labels, weights) + alpha * soft


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("alpha", "T"), [(0.9, 2.0), (0.4, 1.0), (1.0, 5.0)])
def test_every_coordinate_of_the_gradient(monkeypatch, alpha, T, weighted):
    monkeypatch.setattr(distillation, "SHARE", alpha)
    monkeypatch.setattr(distillation, "TEMPERATURE", T)
    student, teacher, x, labels = problem()
    weights = np.random.default_rng(5).random(60) if weighted else None
    batch = SimpleNamespace(weights=weights, total=60 if weights is None else weights.sum())
    gradient(Distilled(student, teacher, batch), x, labels, weights=weights)
    expected = numerical_gradient(lambda: soft_loss(student, teacher, x, labels, weights, alpha, T), student.params)
    assert relative_error(student.grads, expected) < 1e-7


@pytest.mark.parametrize("batch_size", [50, 20])  # the last batch of 50 is small
def test_workers_learn_what_one_does(batch_size):
    one, teacher, x, labels = problem()
    settings = replace(SETTINGS, batch_size=batch_size, epochs=2)
    two = deepcopy(one)
    fit(one, (x, labels), settings=settings, teacher=teacher)
    fit(two, (x, labels), settings=replace(settings, workers=2), teacher=teacher)
    np.testing.assert_allclose(one.params, two.params, atol=1e-10)


def test_a_student_comes_to_answer_as_its_teacher_does():
    student, teacher, x, _ = problem()
    wrong = np.zeros(60, int)  # labels that teach nothing
    far = np.abs(softmax(student.forward(x)) - softmax(teacher.forward(x))).mean()
    fit(student, (x, wrong), settings=replace(SETTINGS, epochs=300, weight_decay=0.0), teacher=teacher)
    mixed = 0.1 * np.eye(3)[wrong] + 0.9 * softmax(teacher.forward(x))
    assert np.abs(softmax(student.forward(x)) - mixed).mean() < far / 3


def test_a_teacher_stays_as_it_is():
    student, teacher, x, labels = problem()
    before = teacher.params.copy()
    fit(student, (x, labels), settings=SETTINGS, teacher=teacher)
    np.testing.assert_array_equal(teacher.params, before)


def test_another_teacher_is_another_run():
    student, teacher, x, labels = problem()
    digests = {Run(student, (x, labels), None, SETTINGS, 0, teacher=each).digest for each in (None, teacher, student)}
    assert len(digests) == 3


def test_a_teacher_must_fit():
    student, teacher, x, labels = problem()
    for other in ([7, 3], [5, 3], [6, 2], [6, 4]):
        with pytest.raises(InputError, match="inputs and outputs"):
            fit(student, (x, labels), settings=SETTINGS, teacher=Network(other))
    teacher.classes = np.array(["a", "b", "c"])
    with pytest.raises(InputError, match="same classes"):
        fit(student, (x, labels), settings=SETTINGS, teacher=teacher)
    student, teacher, x, labels = problem()
    teacher.divisor = 255.0
    with pytest.raises(InputError, match="by 255, the network by 1"):
        fit(student, (x, labels), settings=SETTINGS, teacher=teacher)
    with pytest.raises(InputError, match="whole images"):
        fit(Network([6, 4, 3]), (x, labels), settings=replace(SETTINGS, components=2), teacher=Network([6, 3]))
