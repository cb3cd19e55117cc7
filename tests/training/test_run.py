"""A run keeps count: of the steps that decide the rate, of the time, and of what it was given."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from training import SETTINGS, corners

from tendigits import Distortion, Diverged, InputError, Network, fit
from tendigits.training import run as module
from tendigits.training.run import Run


@pytest.fixture(scope="module")
def data():
    return corners()


def a_run(data, settings=SETTINGS, **options):
    return Run(Network([16, 8, 3], seed=1), *data, settings, 0, **options)


def test_the_rate_goes_by_the_share_of_steps_taken_and_at_the_end_of_an_epoch_by_its_last_step(data):
    run = a_run(data, replace(SETTINGS, epochs=2, batch_size=50), rate=lambda progress: progress)
    rates = []
    for run.seen in (0, 50, 100, 150, 200):
        rates.append(run.learning_rate)
    assert rates == [0, 1 / 8, 2 / 8, 3 / 8, 3 / 8]
    run.seen, run.history.records = 50, [{"epoch": 1}]
    assert run.learning_rate == 5 / 8


def test_a_last_batch_that_is_smaller_is_a_step_as_well(data):
    run = a_run(data, replace(SETTINGS, epochs=1, batch_size=60), rate=lambda progress: progress)
    run.seen = 180  # of 200
    assert run.learning_rate == 3 / 4


def test_the_time_of_an_epoch_adds_up_over_what_interrupts_it(data, monkeypatch):
    clock = itertools.accumulate([10, 3, 100, 5])  # 3 and 5 seconds of work
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock))
    run = a_run(data)
    for _ in range(2):
        with run.watched(False):
            pass
    assert run.seconds == 8


def test_the_bar_says_which_epoch_it_is_and_counts_examples(data, monkeypatch):
    shown = []
    honest = module.progress_bar
    monkeypatch.setattr(module, "progress_bar", lambda **options: shown.append(options) or honest(**options))
    run = a_run(data)
    run.history.records = [{"epoch": 1}]
    with run.watched(False):
        pass
    assert shown == [{"total": 200, "unit": "digit", "description": "epoch 2/4", "shown": False}]


@pytest.mark.parametrize("follows", [False, True])
def test_a_follower_shows_no_progress(data, monkeypatch, follows):
    shown = []
    honest = module.progress_bar
    monkeypatch.setattr(module, "progress_bar", lambda **options: shown.append(options["shown"]) or honest(**options))
    run = a_run(data)
    run.follows = follows
    with run.watched(True):
        pass
    assert shown == [not follows]


def test_the_order_is_drawn_once_for_each_epoch(data):
    run = a_run(data)
    run.draw_order()
    first = run.order
    np.testing.assert_array_equal(first, np.random.default_rng(0).permutation(200))
    run.draw_order()
    assert run.order is first
    run.begin_epoch()
    run.draw_order()
    assert (run.order != first).any()
    unshuffled = a_run(data, replace(SETTINGS, shuffle=False))
    unshuffled.draw_order()
    np.testing.assert_array_equal(unshuffled.order, np.arange(200))


def test_pixels_and_floats_do_not_go_together(data):
    (images, labels), (held_out, answers) = data
    floats = [(images / 255, labels), (held_out / 255, answers)]
    assert a_run(floats).validation
    with pytest.raises(InputError, match="must be alike"):
        a_run([floats[0], data[1]])
    undivided = Network([16, 8, 3])
    undivided.divisor = 1.0
    with pytest.raises(InputError, match="must be alike"):
        Run(undivided, data[0], floats[1], SETTINGS, 0)
    assert a_run([data[0], floats[1]]).examples.divisor == 255, "which makes pixels the shares that the floats are"


def test_what_is_refused_decides_no_divisor(data):
    (images, labels), (held_out, answers) = data
    network = Network([16, 8, 3])
    for settings, validation in [(SETTINGS, (held_out, answers)), (replace(SETTINGS, batch_size=201), None)]:
        with pytest.raises(InputError, match=r"must be alike|larger than the data"):
            Run(network, (images / 255, labels), validation, settings, 0)
        assert network.divisor is None


def test_it_is_finished_after_its_epochs_and_not_before(data):
    run = a_run(data)
    run.history.records = [{"epoch": epoch} for epoch in (1, 2, 3)]
    assert not run.finished
    for epoch in (4, 5):  # as many as it may have after resuming with fewer
        run.history.records.append({"epoch": epoch})
        assert run.finished


def test_a_pair_of_images_and_labels_may_have_weights_and_nothing_else(data):
    (images, labels), held_out = data
    for wrong in [(images,), (images, labels, np.ones(200), "more")]:
        with pytest.raises(InputError, match="go together, as one pair"):
            a_run([wrong, held_out])


def test_distortions_are_of_images(data):
    settings = replace(SETTINGS, distortion=Distortion(translation=1))
    assert a_run(data, settings).examples.shape == (4, 4)
    rows = [(images.reshape(-1, 16), labels) for images, labels in data]
    with pytest.raises(InputError, match=r"needs them as \(n, height, width\)"):
        a_run(rows, settings)


def test_floats_that_look_like_pixels_are_warned_of_unless_the_network_is_said_to_take_them(data):
    floats = [(images.astype(float), labels) for images, labels in data]
    with pytest.warns(UserWarning, match="hardly learns from floats above 1") as warned:
        fit(Network([16, 8, 3]), *floats, replace(SETTINGS, epochs=1, learning_rate=1e-9))
    assert warned[0].filename == __file__, "whoever calls fit is told, and no one inside"
    network = Network([16, 8, 3])
    network.divisor = 1.0
    assert Run(network, *floats, SETTINGS, 0).examples.divisor == 1


def test_answers_that_overflow_are_divergence(data):
    run = a_run(data)
    run.draw_order()
    run.network.params[...] = 1e30  # finite, unlike their products
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(Diverged, match="no longer finite"):
        run.end_epoch()
