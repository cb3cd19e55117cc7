"""The one way from data to a tested network, and how good it is on the real MNIST."""

from dataclasses import replace

import numpy as np
import pytest

from tendigits import Dataset, InputError, Network, Settings, train_and_test
from tendigits.experiments import train_and_test as train_and_test_module

QUICK = Settings(epochs=2, batch_size=32)


@pytest.fixture
def letters():
    """Three classes that neither start at 0 nor are ten, on images that are not 28×28."""
    rng = np.random.default_rng(0)
    labels = rng.choice(np.array([2, 5, 9], np.uint8), 360)
    images = rng.integers(0, 60, (360, 6, 5), dtype=np.uint8)
    images[np.arange(360), labels % 5, 0] = 255
    return Dataset("letters", images[:300], labels[:300], images[300:], labels[300:], digest="d1e")


def test_any_classes_and_any_size(letters):
    result = train_and_test(letters, replace(QUICK, epochs=20), hidden=[16, 8])
    assert result.network.sizes == [30, 16, 8, 3]
    assert set(result.network.predict(letters.test_images)) == {2, 5, 9}
    assert result.evaluation.accuracy > 0.95


def test_the_model_knows_how_it_came_to_be(letters):
    info = train_and_test(letters, QUICK, seed=3, n_validation=40).network.info
    assert info["data"] == {"name": "letters", "digest": "d1e", "train": 260, "validation": 40, "test": 60}
    assert info["preprocessing"]["image_shape"] == [6, 5]
    assert info["training"]["seed"] == 3
    assert info["training"]["learning_rate"] == QUICK.rate
    assert info["training"]["epochs_run"] == 2
    assert set(info["versions"]) == {"tendigits", "numpy", "python"}


def test_the_model_says_what_it_does_with_pixels(letters):
    train, test = letters.train_images / np.float32(255), letters.test_images / np.float32(255)
    for data, words in (
        (letters, "0 to 255, divided by 255"),
        (replace(letters, train_images=train, test_images=test), "taken as they are"),
    ):
        assert train_and_test(data, QUICK, hidden=[8]).network.info["preprocessing"]["pixels"] == words


def test_numbers_may_be_numpys_and_the_checkpoint_a_text(letters, tmp_path):
    options = {"seed": np.int64(3), "members": np.int64(2), "dropout": np.float32(0.25), "dtype": np.float64}
    theirs = train_and_test(letters, QUICK, hidden=[4], **options, checkpoint=str(tmp_path / "c.npz")).network
    ours = train_and_test(letters, QUICK, hidden=[4], seed=3, members=2, dropout=0.25, dtype="float64").network
    theirs.save(tmp_path / "m.npz")
    np.testing.assert_array_equal(Network.load(tmp_path / "m.npz").params, ours.params)


@pytest.mark.parametrize("option", [{"seed": None}, {"seed": -1}, {"dtype": "float16"}, {"members": 0}])
def test_what_no_model_could_say_is_refused_before_training(letters, option):
    with pytest.raises(InputError, match=r"seed must be|float32 or float64|at least one member"):
        train_and_test(letters, QUICK, **option)


def test_training_never_sees_the_test_set(letters):
    spoiled = replace(letters, test_images=255 - letters.test_images)
    ours, theirs = (train_and_test(data, QUICK).network for data in (letters, spoiled))
    np.testing.assert_array_equal(ours.params, theirs.params)


@pytest.mark.parametrize("n", [0, -1, 300, 301])
def test_impossible_validation_sizes(letters, n):
    with pytest.raises(InputError, match=f"{n} validation images"):
        train_and_test(letters, QUICK, n_validation=n)


def test_test_labels_outside_the_classes(letters):
    with pytest.raises(InputError, match="7"):
        train_and_test(replace(letters, test_labels=np.full(60, 7, np.uint8)), QUICK)


# on the real MNIST


@pytest.mark.slow
def test_default_settings_reach_98_percent(real_mnist):
    result = train_and_test(real_mnist)
    assert result.network.info["data"]["train"] == 55_000
    assert result.evaluation.accuracy >= 0.98


@pytest.mark.slow
def test_plain_gradient_descent_passes_97_percent_in_ten_epochs(real_mnist):
    plain = Settings(epochs=10, optimizer="sgd", schedule="constant", weight_decay=0.0)
    assert train_and_test(real_mnist, plain).evaluation.accuracy > 0.97


def test_an_experiment_is_shown_by_its_result(digits):
    result = train_and_test(digits, Settings(epochs=2), hidden=(8,), progress=False)
    assert repr(result) == f"Experiment([784, 8, 10], 2 epochs: {result.evaluation})"


def test_the_members_of_an_ensemble_start_apart(letters, monkeypatch):
    starts, plain = [], train_and_test_module.fit
    monkeypatch.setattr(
        train_and_test_module,
        "fit",
        lambda network, *a, **k: starts.append(network.params.copy()) or plain(network, *a, **k),
    )
    train_and_test(letters, QUICK, hidden=[4], members=3)
    assert len(starts) == 3
    assert len({start.tobytes() for start in starts}) == 3
