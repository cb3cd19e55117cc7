"""Figures: they can be drawn from what the package makes, and saved."""

import numpy as np
import pytest
from matplotlib.image import imread

from tendigits import Evaluation, History, Network
from tendigits.analysis import plots


@pytest.fixture
def evaluation():
    probabilities = np.random.default_rng(0).dirichlet(np.ones(10), 40)
    probabilities[:20] = np.eye(10)[np.arange(20) % 10]  # the first twenty are right
    return Evaluation(probabilities, labels=np.arange(40) % 10, classes=np.arange(10))


def saved_size(figure, tmp_path):
    plots.save(figure, tmp_path / "figure.png")
    return imread(tmp_path / "figure.png").shape


def test_samples_name_the_guess_and_colour_mistakes(evaluation, tmp_path):
    images = np.zeros((40, 28, 28), np.uint8)
    shown = plots.right_and_wrong(evaluation, 16)
    figure = plots.samples(images, evaluation, shown)
    wrong = [ax for ax in figure.axes if "is" in ax.get_title()]
    assert 8 <= len(wrong) < len(shown) == 16
    assert {ax.title.get_color() for ax in wrong} == {plots.WRONG}
    assert saved_size(figure, tmp_path)


def test_samples_of_a_perfect_network(tmp_path):
    perfect = Evaluation(np.eye(3), labels=np.arange(3), classes=np.arange(3))
    assert saved_size(plots.samples(np.zeros((3, 28, 28)), perfect, plots.right_and_wrong(perfect)), tmp_path)


def test_learning_curves_with_and_without_validation(tmp_path):
    records = [{"epoch": i, "train_loss": 1 / i, "train_accuracy": 1 - 0.5 / i} for i in (1, 2, 3)]
    assert len(plots.learning_curves(History(records)).axes[0].lines) == 1
    full = [{**r, "validation_loss": 0.5, "validation_accuracy": 0.9} for r in records]
    assert len(plots.learning_curves(History(full)).axes[0].lines) == 2


def test_confusion_matrix_shows_every_count(evaluation, tmp_path):
    figure = plots.confusion_matrix(evaluation)
    shown = sum(int(text.get_text()) for text in figure.axes[0].texts)
    assert shown == 40
    assert saved_size(figure, tmp_path)


def test_first_layer_draws_each_unit(tmp_path):
    figure = plots.first_layer(Network([784, 20, 10]), (28, 28))
    assert sum(len(ax.images) for ax in figure.axes) == 20
    assert saved_size(figure, tmp_path)
