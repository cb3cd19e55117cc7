"""Training: it learns, it repeats itself bit by bit, it stops when it must."""

import inspect
import os
import signal
import threading
from dataclasses import replace

import numpy as np
import pytest
from training import SETTINGS, corners, trained

from tendigits import Diverged, InputError, Network, fit
from tendigits.data.minibatch import Minibatch
from tendigits.nn.layers import Dropout, Linear, ReLU
from tendigits.nn.loss import softmax_cross_entropy
from tendigits.nn.optimizers import SGD
from tendigits.training.interrupts import interrupts_noted


@pytest.fixture(scope="module")
def data():
    return corners()


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_it_learns(data, optimizer):
    rate = {"sgd": 0.5, "momentum": 0.1, "adam": 0.03}[optimizer]
    _, history = trained(data, replace(SETTINGS, epochs=30, optimizer=optimizer, learning_rate=rate))
    assert history.last["validation_accuracy"] == 1
    assert history["train_loss"][-1] < history["train_loss"][0] / 4


def test_the_history_tells_the_truth(data):
    network, history = trained(data)
    images, labels = data[1]
    assert history["epoch"] == [1, 2, 3, 4]
    assert history.last["validation_accuracy"] == np.mean(network.predict(images) == labels)
    p_true = network.predict_proba(images)[np.arange(len(labels)), labels]
    assert history.last["validation_loss"] == pytest.approx(-np.log(p_true).mean(), rel=1e-5)


def test_training_figures_are_means_over_all_examples(data):
    frozen = replace(SETTINGS, epochs=1, learning_rate=1e-30, weight_decay=0.0)  # 200 = 6 × 32 + 8: uneven batches
    network, history = trained(data, frozen)
    images, labels = data[0]
    assert history.last["train_accuracy"] == np.mean(network.predict(images) == labels)
    p_true = network.predict_proba(images)[np.arange(len(labels)), labels]
    assert history.last["train_loss"] == pytest.approx(-np.log(p_true).mean(), rel=1e-5)


def test_the_same_seed_gives_the_same_bits(data):
    first, same, other = (trained(data, seed=seed)[0].params for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_every_epoch_sees_every_example_once_in_a_new_order(data, monkeypatch):
    seen = []
    fill = Minibatch.fill
    monkeypatch.setattr(Minibatch, "fill", lambda self, index, rng: seen.append(index) or fill(self, index, rng))
    trained(data, replace(SETTINGS, epochs=2))
    first, second = np.concatenate(seen[:7]), np.concatenate(seen[7:])
    np.testing.assert_array_equal(np.sort(first), np.arange(200))
    np.testing.assert_array_equal(np.sort(second), np.arange(200))
    assert (first != second).any()


def test_float_images_train_as_well_as_bytes(data):
    as_floats = [(images.reshape(len(images), -1).astype(np.float32) / 255, labels) for images, labels in data]
    np.testing.assert_allclose(trained(as_floats)[0].params, trained(data)[0].params, atol=1e-4)


def test_callbacks_are_called_after_each_epoch_and_may_end_the_training(data):
    epochs = []
    trained(data, callbacks=[lambda network, history: epochs.append(history.last["epoch"])])
    assert epochs == [1, 2, 3, 4]
    _, history = trained(data, callbacks=[lambda network, history: len(history) == 2])
    assert len(history) == 2


def test_early_stopping_keeps_the_best_weights(data):
    noise = np.random.default_rng(0).permutation(data[1][1])  # validation that cannot improve for long
    network, history = trained((data[0], (data[1][0], noise)), replace(SETTINGS, epochs=50, patience=3))
    assert len(history) == history.best["epoch"] + 3 < 50
    assert np.mean(network.predict(data[1][0]) == noise) == history.best["validation_accuracy"]


def test_a_rate_far_too_high_diverges(data):
    with pytest.raises(Diverged, match="try a tenth"):
        trained(data, replace(SETTINGS, optimizer="sgd", learning_rate=1e20))


# bad input


def test_bad_data_is_named(data):
    (images, labels), _ = data
    network = Network([16, 8, 3])
    for train, message in [
        ((images, labels + 1), "classes 0 to 2"),
        ((images, labels - 1), "classes 0 to 2"),
        ((images, labels[:-1]), "one label per image"),
        ((images, labels[:, None]), "one label per image"),
        ((images, labels + 0.5), "must be integers"),
        ((images[:, :3], labels), r"takes \(n, 16\)"),
        ((images[:0], labels[:0]), "no images"),
        ((np.full((200, 16), np.nan), labels), "NaN or infinity"),
        ((images[:20], labels[:20]), "batch of 32 is larger than the data: there are 20"),
    ]:
        with pytest.raises(InputError, match=message):
            fit(network, train, settings=SETTINGS)
    with pytest.raises(InputError, match="needs validation data"):
        fit(network, data[0], settings=replace(SETTINGS, patience=2))


@pytest.mark.parametrize("workers", [1, 2])
def test_training_works_outside_the_main_thread(data, workers):
    thread = threading.Thread(target=trained, args=(data, replace(SETTINGS, workers=workers)))
    thread.start()
    thread.join()


def test_weights_count_an_example_as_often_as_it_is_repeated(data):
    (images, labels), _ = data
    settings = replace(SETTINGS, batch_size=200, weight_decay=0.0)
    weights = 1 + np.arange(200) % 2
    weighted, repeated = (Network([16, 8, 3], seed=1, dtype=np.float64) for _ in range(2))
    history = fit(weighted, data[0], settings=settings, weights=weights)
    again = np.repeat(np.arange(200), weights)
    expected = fit(repeated, (images[again], labels[again]), settings=replace(settings, batch_size=300))
    np.testing.assert_allclose(weighted.params, repeated.params, rtol=1e-8)
    np.testing.assert_allclose(history["train_loss"], expected["train_loss"])


@pytest.mark.parametrize(("weights", "message"), [(np.ones(3), "one weight per image"), (np.zeros(200), "positive")])
def test_bad_weights_are_named(data, weights, message):
    with pytest.raises(InputError, match=message):
        fit(Network([16, 8, 3]), data[0], settings=SETTINGS, weights=weights)


def test_dropout_is_part_of_the_bits_that_a_seed_decides(data):
    first, same = (Network([Linear(16, 8), ReLU(), Dropout(0.2), Linear(8, 3)]) for _ in range(2))
    fit(first, *data, SETTINGS)
    fit(same, *data, SETTINGS)
    np.testing.assert_array_equal(first.params, same.params)


def test_every_step_has_the_rate_of_its_place_in_the_schedule(data, monkeypatch):
    """The first step begins the schedule, and the last is one step from its end."""
    rates, step = [], SGD.step
    monkeypatch.setattr(SGD, "step", lambda self, rate: rates.append(rate) or step(self, rate))
    settings = replace(SETTINGS, epochs=2, optimizer="sgd", schedule="cosine")
    _, history = trained(data, settings)
    expected = [0.1 * (1 + np.cos(np.pi * k / 14)) / 2 for k in range(14)]  # 200 images: 7 steps an epoch
    assert rates == pytest.approx(expected)
    assert history["learning_rate"] == [rates[6], rates[13]]


@pytest.mark.parametrize("before", [signal.default_int_handler, signal.SIG_IGN, lambda *_: None])
def test_ctrl_c_means_afterwards_what_it_meant_before(data, before):
    usual = signal.signal(signal.SIGINT, before)
    try:
        trained(data)
        assert signal.getsignal(signal.SIGINT) is before
    finally:
        signal.signal(signal.SIGINT, usual)


def test_a_note_of_ctrl_c_is_read_between_batches():
    with interrupts_noted() as interrupted:
        assert not interrupted()
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupted()
        with pytest.raises(KeyboardInterrupt):  # the second time
            os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_that_is_ignored_stays_ignored(data):
    """As a shell's job in the background ignores it."""
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _, history = trained(data, callbacks=[lambda *_: os.kill(os.getpid(), signal.SIGINT)])
    finally:
        signal.signal(signal.SIGINT, usual)
    assert len(history) == SETTINGS.epochs


def test_a_step_takes_six_frames(data, monkeypatch):
    """From `fit` to `Linear.forward`, both included: what a reader has to follow."""
    frames = []

    def forward(self, x, out=None, honest=Linear.forward):
        frames.append([frame.function for frame in inspect.stack(context=0)[1:]])
        return honest(self, x, out)

    monkeypatch.setattr(Linear, "forward", forward)
    trained(data, replace(SETTINGS, epochs=1))
    between = frames[0][: frames[0].index("fit") + 1]
    assert [*reversed(between), "forward"] == ["fit", "train_run", "epoch", "steps", "activations", "forward"]


def test_your_own_loop_is_how_fit_looks(data):
    """Fifteen lines with the network, the loss and an optimizer reach the same bits."""
    (images, labels), _ = data
    expected = Network([16, 8, 3], seed=1)
    fit(expected, data[0], settings=replace(SETTINGS, optimizer="sgd", schedule="constant"), seed=7)

    network, rng = Network([16, 8, 3], seed=1), np.random.default_rng(7)
    optimizer = SGD(network, weight_decay=SETTINGS.weight_decay)
    for _ in range(SETTINGS.epochs):
        order = rng.permutation(200)
        for start in range(0, 200, 32):
            index = order[start : start + 32]
            ys = network.activations(images.reshape(200, 16)[index] * np.float32(1 / 255))
            softmax_cross_entropy(ys[-1], labels[index])
            network.backward(ys, ys[-1])
            optimizer.step(0.1)
    np.testing.assert_allclose(network.params, expected.params, rtol=1e-5, atol=1e-7)


def test_the_l2_penalty_is_part_of_the_loss_and_of_its_gradient(data):
    """It adds α/2n Σ W² to the mean loss over n examples, and α/n W to its gradient."""
    step = replace(SETTINGS, epochs=1, batch_size=200, optimizer="sgd", schedule="constant", weight_decay=0.0)
    plain, penalized = (Network([16, 8, 3], seed=1, dtype=np.float64) for _ in range(2))
    start = np.concatenate([W.ravel() for W in plain.weights])
    loss = fit(plain, data[0], settings=step).last["train_loss"]
    more = fit(penalized, data[0], settings=replace(step, l2=3.0)).last["train_loss"]
    assert more - loss == pytest.approx(3 / 400 * start @ start)
    moved = [(ours - theirs).ravel() for ours, theirs in zip(penalized.weights, plain.weights, strict=True)]
    np.testing.assert_allclose(np.concatenate(moved), -0.1 * 3 / 200 * start)
