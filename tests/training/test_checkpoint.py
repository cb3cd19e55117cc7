"""Nothing is lost: a run that was cut off ends with the same bits as one that was not."""

import os
import signal
from dataclasses import replace

import numpy as np
import pytest
from training import SETTINGS, corners, trained

from tendigits import Diverged, History, InputError, Network, fit
from tendigits._util.files import read_npz, write_npz
from tendigits.training.checkpoint import checkpointing
from tendigits.training.run import Run


@pytest.fixture(scope="module")
def data():
    return corners()


class Killed(Exception):
    pass


def kill_after(epochs):
    def callback(network: Network, history: History):
        if len(history) == epochs:
            raise Killed

    return callback


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_resuming_ends_with_the_same_bits(data, tmp_path, optimizer):
    settings = replace(SETTINGS, optimizer=optimizer, learning_rate=0.01)
    expected, expected_history = trained(data, settings)
    path = tmp_path / "c.npz"
    with pytest.raises(Killed):
        trained(data, settings, checkpoint=path, callbacks=[kill_after(2)])
    network, history = trained(data, settings, seed=99, checkpoint=path, resume=True)
    np.testing.assert_array_equal(network.params, expected.params)
    for name in ("train_loss", "validation_accuracy", "learning_rate"):
        assert history[name] == expected_history[name]


def interrupt_at_step(monkeypatch, n):
    """Press Ctrl-C in the middle of the n-th step."""
    from tendigits.nn.optimizers import Momentum

    first, plain = os.getpid(), Momentum.step

    def step(self, *arguments):
        if self.steps == n and os.getpid() == first:
            os.kill(first, signal.SIGINT)
        plain(self, *arguments)

    monkeypatch.setattr(Momentum, "step", step)


STEPS = [0, 3, 6, 7, 20]
ALONE, BY_HIDDEN_UNITS, BY_EXAMPLES = ([(n, workers) for n in STEPS] for workers in (1, 2, 3))
RARELY = [pytest.param(*case, marks=pytest.mark.slow) for case in [*BY_HIDDEN_UNITS[2:], *BY_EXAMPLES[1:]]]


@pytest.mark.parametrize(("n", "workers"), [*ALONE, *BY_HIDDEN_UNITS[:2], BY_EXAMPLES[0], *RARELY])
def test_ctrl_c_ends_the_batch_and_loses_nothing(data, tmp_path, monkeypatch, n, workers):
    settings = replace(SETTINGS, workers=workers)
    expected, expected_history = trained(data, settings)
    path = tmp_path / "c.npz"
    with monkeypatch.context() as patch:
        interrupt_at_step(patch, n)
        with pytest.raises(KeyboardInterrupt):
            trained(data, settings, checkpoint=path)
    network, history = trained(data, settings, checkpoint=path, resume=True)
    np.testing.assert_array_equal(network.params, expected.params)
    for figure in ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "learning_rate"):
        assert history[figure] == expected_history[figure]  # of the epoch that was cut in two as well


def test_early_stopping_resumes_with_its_best_weights(data, tmp_path):
    noise = np.random.default_rng(0).permutation(data[1][1])
    data, settings = (data[0], (data[1][0], noise)), replace(SETTINGS, epochs=50, patience=3)
    expected, history = trained(data, settings)
    path = tmp_path / "c.npz"
    with pytest.raises(Killed):
        trained(data, settings, checkpoint=path, callbacks=[kill_after(len(history) - 1)])
    np.testing.assert_array_equal(trained(data, settings, checkpoint=path, resume=True)[0].params, expected.params)


def test_resuming_a_finished_run_changes_nothing_and_more_epochs_extend_it(data, tmp_path):
    path = tmp_path / "c.npz"
    expected, _ = trained(data, checkpoint=path)
    again, _ = trained(data, checkpoint=path, resume=True)
    np.testing.assert_array_equal(again.params, expected.params)
    _, longer = trained(data, replace(SETTINGS, epochs=6), checkpoint=path, resume=True)
    assert longer["epoch"] == [1, 2, 3, 4, 5, 6]


def test_resuming_without_a_checkpoint_begins_at_the_beginning(data, tmp_path):
    network, _ = trained(data, checkpoint=tmp_path / "c.npz", resume=True)
    np.testing.assert_array_equal(network.params, trained(data)[0].params)


def test_a_checkpoint_of_another_run_is_refused(data, tmp_path):
    path = tmp_path / "c.npz"
    trained(data, checkpoint=path)
    with pytest.raises(InputError, match=r"another run: its layers"):
        fit(Network([16, 9, 3]), *data, SETTINGS, checkpoint=path, resume=True)
    with pytest.raises(InputError, match="another run: its dtype"):
        fit(Network([16, 8, 3], dtype=np.float64), *data, SETTINGS, checkpoint=path, resume=True)
    with pytest.raises(InputError, match="another run: its batch_size"):
        trained(data, replace(SETTINGS, batch_size=16), checkpoint=path, resume=True)
    with pytest.raises(InputError, match="another run: its data"):
        trained((data[1], data[0]), checkpoint=path, resume=True)


def inverted(images):
    """Every image but each hundredth."""
    return np.where((np.arange(len(images)) % 100 > 0)[:, None, None], 255 - images, images)


def test_a_checkpoint_of_other_data_is_refused(data, tmp_path):
    (images, labels), (held_out, truth) = data
    path = tmp_path / "c.npz"
    trained(data, checkpoint=path)
    others = [
        ((inverted(images), labels), data[1]),
        ((images, np.roll(labels, 1)), data[1]),
        (data[0], (255 - held_out, truth)),
        (data[0], (held_out, np.roll(truth, 1))),
    ]
    for other in others:
        with pytest.raises(InputError, match="another run: its data"):
            trained(other, checkpoint=path, resume=True)
    with pytest.raises(InputError, match="another run: its data"):
        trained(data, checkpoint=path, resume=True, weights=np.linspace(1, 2, 200))


def cut_off(data, path, **options):
    """Leave the checkpoint of a run that did not come to its end."""
    with pytest.raises(Killed):
        trained(data, checkpoint=path, callbacks=[kill_after(2)], **options)
    return path.read_bytes()


def test_an_unfinished_run_is_lost_only_on_request(data, tmp_path):
    path = tmp_path / "c.npz"
    before = cut_off(data, path)
    with pytest.raises(InputError, match=r"unfinished run: .*--resume.*--overwrite"):
        trained(data, checkpoint=path)
    assert path.read_bytes() == before
    network, _ = trained(data, checkpoint=path, overwrite=True)
    np.testing.assert_array_equal(network.params, trained(data)[0].params)
    trained(data, checkpoint=path)  # the checkpoint of a finished run is replaced


@pytest.mark.parametrize("options", [{}, {"overwrite": True}, {"resume": True}])
@pytest.mark.parametrize("content", [b"a thesis", b"", "model"])
def test_what_is_no_checkpoint_is_never_deleted(data, tmp_path, content, options):
    path = tmp_path / "thesis.txt"
    if content == "model":
        Network([16, 8, 3]).save(path)
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"thesis\.txt is no"):
        trained(data, checkpoint=path, **options)
    assert path.read_bytes() == before


def test_two_runs_do_not_share_a_checkpoint(data, tmp_path, monkeypatch):
    monkeypatch.setattr("tendigits._util.locks.WAIT", 0.001)
    path = tmp_path / "c.npz"
    network = Network([16, 8, 3], seed=1)

    def begin_another(*_):
        with pytest.raises(InputError, match="being written by another run"):
            trained(data, checkpoint=path, overwrite=True)

    fit(network, *data, replace(SETTINGS, epochs=1), checkpoint=path, callbacks=[begin_another])
    assert list(tmp_path.iterdir()) == [path]


WRONG = {
    "seen": [-1, 200, 1.5, "7", None, True, 2**70],
    "steps": [-1, 1.5, "7", None, 2**70],
    "seconds": [-1, float("nan"), "7", None],
    "generator": [None, {}, {"bit_generator": "PCG64"}, {"bit_generator": "MT19937"}, 7],
    "history": [None, [None], [{}], [{"epoch": 2}], "123456789", 7, {"epoch": 1}],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_state_that_is_none_is_refused_and_changes_nothing(data, tmp_path, name, value):
    path = tmp_path / "c.npz"
    cut_off(data, path)
    arrays, about = read_npz(path)
    about["state"][name] = value
    write_npz(path, arrays, about)
    network = Network([16, 8, 3], seed=1)
    before = network.params.copy()
    with pytest.raises(InputError, match="damaged checkpoint"):
        fit(network, *data, SETTINGS, checkpoint=path, resume=True)
    np.testing.assert_array_equal(network.params, before)


@pytest.mark.parametrize("part", ["run", "state"])
@pytest.mark.parametrize("value", [None, [], "text", 7])
def test_metadata_of_another_kind_are_refused(data, tmp_path, part, value):
    path = tmp_path / "c.npz"
    cut_off(data, path)
    arrays, about = read_npz(path)
    write_npz(path, arrays, about | {part: value})
    with pytest.raises(InputError, match="damaged checkpoint"):
        trained(data, checkpoint=path, resume=True)


def test_to_resume_needs_a_checkpoint(data):
    with pytest.raises(InputError, match="give checkpoint="):
        trained(data, resume=True)


def test_a_model_is_no_checkpoint(data, tmp_path):
    Network([16, 8, 3]).save(tmp_path / "c.npz")
    with pytest.raises(InputError, match="is not a checkpoint"):
        trained(data, checkpoint=tmp_path / "c.npz", resume=True)


def test_divergence_stops_and_leaves_the_last_good_checkpoint(data, tmp_path):
    path, healthy = tmp_path / "c.npz", []
    network = Network([16, 8, 3], seed=1)

    def spoil(network, history):
        healthy.append(network.params.copy())
        if len(history) == 2:
            network.params *= 1e30

    with pytest.raises(Diverged, match=r"epoch 3, .*learning rate 0\.1 .* batch size of 32"):
        fit(network, *data, SETTINGS, checkpoint=path, callbacks=[spoil])
    resumed = Network([16, 8, 3])
    with pytest.raises(Killed):
        fit(resumed, *data, replace(SETTINGS, epochs=5), checkpoint=path, resume=True, callbacks=[kill_after(3)])
    assert len(healthy) == 2


@pytest.fixture
def finished(data, tmp_path):
    """The checkpoint of a finished run: its path, its arrays, and what is said about them."""
    path = tmp_path / "c.npz"
    trained(data, checkpoint=path)
    return path, *read_npz(path)


def refused(data, path, arrays, about, words="damaged checkpoint"):
    write_npz(path, arrays, about)
    with pytest.raises(InputError, match=words):
        trained(data, checkpoint=path, resume=True)


@pytest.mark.parametrize("part", ["params", "optimizer.velocity"])
def test_a_damaged_checkpoint_is_refused(data, finished, part):
    path, arrays, about = finished
    good = arrays[part]
    refused(data, path, {name: array for name, array in arrays.items() if name != part}, about)
    damaged = [
        *(np.zeros(3), np.zeros(1), np.zeros(())),  # of which the last two could be broadcast
        *(np.append(good, good[:1]), good.astype(np.float64), np.full_like(good, np.nan)),
    ]
    for wrong in damaged:
        refused(data, path, arrays | {part: wrong}, about)


def test_an_order_that_is_none_is_refused(data, finished):
    path, arrays, about = finished
    orders = [np.zeros(200, int), np.arange(200) + 1, np.arange(100), np.arange(200.0), np.arange(200, dtype=np.uint16)]
    for order in orders:
        refused(data, path, arrays | {"order": order}, about)


@pytest.mark.parametrize(("n", "seen"), [(200, 200), (200, 201), (0, 32)])
def test_a_place_that_is_not_in_the_order_is_refused(data, finished, n, seen):
    path, arrays, about = finished
    about["state"]["seen"] = seen
    refused(data, path, arrays | {"order": np.arange(n)}, about)


@pytest.mark.parametrize(
    "change", [{"epoch": 1}, {"epoch": 3}, {"train_loss": None}, {"validation_loss": None}, {"learning_rate": -1.0}]
)
def test_a_record_that_is_none_is_refused_and_named(data, finished, change):
    path, arrays, about = finished
    about["state"]["history"][1] |= change
    refused(data, path, arrays, about, "record of epoch 2 is")


def test_a_new_run_that_dies_at_once_leaves_nothing_to_resume(data, finished):
    path, *_ = finished
    with checkpointing(path, Run(Network([16, 8, 3]), *data, SETTINGS, 0)):
        assert not path.exists()
