"""Training on principal components: the same network, on the way there and back."""

from dataclasses import replace

import numpy as np
import pytest
from gradients import gradient

from tendigits import InputError, Network, Settings, fit
from tendigits.data.distortions import Distortion
from tendigits.data.minibatch import checked
from tendigits.nn.layers import Conv2D, Flatten, Linear, Reshape
from tendigits.training import components
from tendigits.training.components import Components, principal_components

SETTINGS = Settings(epochs=3, batch_size=64, components=20)


@pytest.fixture(scope="module")
def data(digits):
    """Training and validation images, with their labels."""
    return (digits.train_images, digits.train_labels), (digits.test_images, digits.test_labels)


@pytest.fixture
def examples(data):
    return checked(*data[0], None, 784, 10, np.dtype(np.float64))


def made(examples, k=20):
    return Components(examples, k, np.dtype(np.float64))


def test_directions_are_orthonormal_and_those_of_the_singular_value_decomposition(examples):
    x = examples.rows / 255
    mean, P = principal_components(x, 20)
    np.testing.assert_allclose(mean, x.mean(axis=0))
    np.testing.assert_allclose(P.T @ P, np.eye(20), atol=1e-12)
    theirs = np.linalg.svd(x - mean, full_matrices=False)[2][:20].T
    np.testing.assert_allclose(abs((P * theirs).sum(axis=0)), 1, atol=1e-8)


def test_of_many_images_every_third_gives_the_directions(examples, monkeypatch):
    monkeypatch.setattr(components, "SAMPLE", len(examples) // 3)
    theirs = principal_components(examples.rows[::3] / 255, 20)[1]
    np.testing.assert_allclose(made(examples).directions, theirs, atol=1e-10)
    assert made(examples).project(examples).shape == (20,)


@pytest.mark.parametrize("sizes", [[784, 10], [784, 16, 10], [784, 16, 12, 10]])
def test_folding_keeps_every_logit(examples, sizes):
    components, network = made(examples), Network(sizes, dtype=np.float64)
    reduced = components.reduce(network)
    reduced.params += np.random.default_rng(0).normal(0, 0.1, reduced.params.shape)
    components.fold(reduced, network)
    z = components.project(examples).rows
    np.testing.assert_allclose(network.logits(examples.rows), reduced.logits(z), atol=1e-10)


def test_folding_is_exact_in_float32_too(data):
    network = Network([784, 128, 10])
    examples = checked(*data[0], None, 784, 10, network.dtype)
    components = Components(examples, 64, network.dtype)
    reduced = components.reduce(network)
    components.fold(reduced, network)
    theirs = reduced.logits(components.project(examples).rows)
    np.testing.assert_allclose(network.logits(examples.rows), theirs, atol=1e-5)


def test_with_all_components_the_network_computes_what_it_did(examples):
    network = Network([784, 16, 10], dtype=np.float64)
    before = network.logits(examples.rows)
    components = made(examples, 784)
    components.fold(components.reduce(network), network)
    np.testing.assert_allclose(network.logits(examples.rows), before, atol=1e-9)


def test_the_gradient_is_that_of_the_whole_network_along_the_components(examples):
    """For x = m + z Pᵀ: dW' = Pᵀ dW less the mean's share, which b' takes up, and every other gradient is the same."""
    components, network = made(examples), Network([784, 16, 10], dtype=np.float64)
    reduced = components.reduce(network)
    components.fold(reduced, network)
    rows, labels = examples.rows[:50] / 255, examples.labels[:50]
    gradient(network, rows, labels)
    gradient(reduced, components.project(examples).rows[:50], labels)
    whole, ours = network.layers[0], reduced.layers[0]
    centred = whole.dW - np.outer(components.mean, whole.db)
    np.testing.assert_allclose(ours.dW, components.directions.T @ centred, atol=1e-12)
    np.testing.assert_allclose(ours.db, whole.db, atol=1e-12)
    np.testing.assert_allclose(reduced.layers[2].dW, network.layers[2].dW, atol=1e-12)


@pytest.mark.parametrize(("optimizer", "rate"), [("sgd", None), ("momentum", None), ("adam", 0.01)])
@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_it_learns_with_any_optimizer_and_ends_as_an_ordinary_network(data, optimizer, rate, workers):
    network = Network([784, 16, 10])
    settings = replace(SETTINGS, epochs=8, optimizer=optimizer, learning_rate=rate, workers=workers)
    history = fit(network, *data, settings)
    right = (network.predict(data[1][0]) == data[1][1]).mean()
    assert right > 0.8
    assert right == pytest.approx(history.last["validation_accuracy"], abs=0.006)


def test_callbacks_see_the_network_over_whole_images(data):
    seen = []
    network = Network([784, 16, 10])
    fit(network, *data, SETTINGS, callbacks=[lambda net, _: seen.append((net is network, net.params.copy()))])
    assert [same for same, _ in seen] == [True] * 3
    assert not np.array_equal(seen[0][1], seen[1][1])


def test_early_stopping_keeps_the_best_epoch_of_the_whole_network(data):
    network, kept = Network([784, 16, 10]), []
    settings = replace(SETTINGS, epochs=12, patience=2, learning_rate=0.9)
    history = fit(network, *data, settings, callbacks=[lambda net, _: kept.append(net.params.copy())])
    np.testing.assert_array_equal(network.params, kept[history.best["epoch"] - 1])


def test_a_run_resumes_to_the_same_bits(data, tmp_path):
    networks = [Network([784, 16, 10]) for _ in range(2)]
    fit(networks[0], *data, SETTINGS)
    path = tmp_path / "run.checkpoint.npz"
    stop = [lambda net, history: len(history) == 1]
    fit(networks[1], *data, SETTINGS, checkpoint=path, callbacks=stop)
    fit(networks[1], *data, SETTINGS, checkpoint=path, resume=True)
    np.testing.assert_array_equal(*(network.params for network in networks))


def test_images_need_not_be_square_nor_bytes(data):
    (images, labels), _ = data
    rows = images.reshape(-1, 784) / 255
    ours, theirs = Network([784, 8, 10]), Network([784, 8, 10])
    fit(ours, (rows.astype(np.float32), labels), settings=SETTINGS)
    fit(theirs, (images, labels), settings=SETTINGS)
    np.testing.assert_allclose(ours.params, theirs.params, atol=1e-3)


@pytest.mark.parametrize(
    ("layers", "settings", "message"),
    [
        ([784, 10], {"components": 785}, "have no 785 components"),
        ([784, 10], {"components": 0}, "must be at least 1"),
        ([784, 10], {"components": 2.5}, "a whole number"),
        ([784, 10], {"components": 9, "distortion": Distortion(rotation=5)}, "not both"),
        ([Reshape(28, 28), Conv2D(1, 2, 5), Flatten(), Linear(1152, 10)], {"components": 9}, "begin with Linear"),
    ],
)
def test_refused(data, layers, settings, message):
    with pytest.raises(InputError, match=message):
        fit(Network(layers), data[0], settings=Settings(epochs=1, **settings))
