"""The network: flat views, both memory policies, prediction, model files."""

import copy
import json
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tendigits import InputError, Network
from tendigits._util.files import read_npz, write_npz
from tendigits.nn.layers import Conv2D, Dropout, Flatten, Linear, ReLU, Reshape
from tendigits.nn.loss import softmax


@pytest.fixture
def network():
    return Network([784, 16, 10], seed=0)


def test_101770_parameters():
    assert Network([784, 128, 10]).params.size == 101_770


def test_parameters_and_gradients_are_views_of_two_flat_vectors(network):
    for layer in network.layers:
        for name in layer.shapes:
            assert np.shares_memory(getattr(layer, name), network.params)
            assert np.shares_memory(getattr(layer, f"d{name}"), network.grads)
    network.params[...] = 7
    assert (network.layers[0].W == 7).all()
    assert (network.layers[2].b == 7).all()


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    first, same, other = (Network([5, 4, 3], seed=seed).params for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_sizes_are_shorthand_for_layers():
    assert Network([784, 128, 10]).spec == [["Linear", 784, 128], ["ReLU"], ["Linear", 128, 10]]
    assert Network([Linear(3, 2), ReLU(), Linear(2, 4)]).sizes == [3, 2, 4]


@pytest.mark.parametrize("layers", [[], [784], [784, 0, 10], [784, -1], ["a", 3], [2.5, 3], [ReLU()]])
def test_impossible_layers_are_refused(layers):
    with pytest.raises(InputError):
        Network(layers)


@pytest.mark.parametrize("first", [[], [Linear(9, 9)]])
def test_a_network_ends_with_a_row_of_logits(first):
    with pytest.raises(InputError, match=r"a row of logits, one for each class, not \(1, 1, 2\)"):
        Network([*first, Reshape(3, 3), Conv2D(1, 2, 3)])


def test_a_network_begins_and_ends_with_layers_that_know_their_widths():
    for layers in ([ReLU(), Linear(2, 2)], [Linear(2, 2), ReLU()], [ReLU()]):
        with pytest.raises(InputError, match="A network must begin with Linear or Reshape"):
            Network(layers)


def test_the_seed_is_0_unless_another_is_named():
    np.testing.assert_array_equal(Network([3, 2]).params, Network([3, 2], seed=0).params)
    with pytest.raises(TypeError):
        Network([3, 2], 0)


def test_layers_must_fit_each_other():
    with pytest.raises(InputError, match="do not fit"):
        Network([Linear(3, 4), Linear(5, 2)])


def test_predictions_of_images_rows_floats_and_bytes_agree(network):
    images = np.random.default_rng(0).integers(0, 256, (1234, 28, 28), dtype=np.uint8)
    expected = network.logits(images)
    assert expected.shape == (1234, 10)
    np.testing.assert_array_equal(network.logits(images.reshape(-1, 784)), expected)
    floats = images.reshape(-1, 784) / 255
    np.testing.assert_allclose(network.logits(floats), expected, atol=1e-5)
    np.testing.assert_array_equal(network.predict(images), expected.argmax(axis=1))
    np.testing.assert_allclose(network.predict_proba(images).sum(axis=1), 1, rtol=1e-5)


def test_doubtful_probabilities_are_those_of_float64():
    """With large weights float32 is off by more than 1e-6; where one class is all but sure, that does not matter."""
    network = Network([784, 64, 10], seed=0)
    network.params *= 4
    x = np.random.default_rng(0).random((500, 784), np.float32)
    exact = softmax(network.logits(x, np.float64))
    assert np.abs(softmax(network.logits(x)) - exact).max() > 1e-6
    np.testing.assert_allclose(network.predict_proba(x), exact, atol=1e-6)


def test_many_threads_may_ask_one_network(network):
    images = np.random.default_rng(0).integers(0, 256, (50, 40, 784), dtype=np.uint8)
    expected = [network.logits(part) for part in images]
    with ThreadPoolExecutor(8) as pool:
        for ours, theirs in zip(pool.map(network.logits, images), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((2, 783), np.uint8), r"\(n, 784\)"),
        (np.zeros(783, np.uint8), r"\(n, 784\)"),
        (np.zeros((28, 27), np.uint8), r"\(n, 784\)"),
        (np.zeros((0, 784), np.uint8), "no images"),
        (np.zeros((2, 784), np.int64), "uint8 pixels .* or floats"),
        (np.full((2, 784), "7"), "uint8 pixels .* or floats"),
        (np.full((2, 784), np.nan), "NaN or infinity"),
        (np.full((2, 784), np.inf), "NaN or infinity"),
    ],
)
def test_bad_images_are_named(network, images, message):
    with pytest.raises(InputError, match=message):
        network.predict(images)


# on disk


def test_a_saved_network_comes_back_whole(network, tmp_path):
    network.classes, network.info = np.arange(10) * 2, {"data": {"name": "mnist"}}
    network.save(tmp_path / "model.npz")
    loaded = Network.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(loaded.params, network.params)
    np.testing.assert_array_equal(loaded.classes, network.classes)
    assert (loaded.spec, loaded.info, loaded.dtype) == (network.spec, network.info, network.dtype)
    assert np.shares_memory(loaded.layers[0].W, loaded.params)


def test_a_model_file_can_be_read_with_numpy_alone(network, tmp_path):
    network.save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as file:
        assert json.loads(str(file["metadata"]))["layers"][0] == ["Linear", 784, 16]
        assert file["params"].shape == network.params.shape


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))])
def test_copies_keep_their_views(network, duplicate):
    twin = duplicate(network)
    np.testing.assert_array_equal(twin.params, network.params)
    assert np.shares_memory(twin.layers[2].b, twin.params)
    assert not np.shares_memory(twin.params, network.params)


def rewritten(path, **changes):
    """The model at `path`, with parts of it replaced."""
    arrays, about = read_npz(path)
    arrays |= {name: value for name, value in changes.items() if name == "params"}
    write_npz(path, arrays, about | {name: value for name, value in changes.items() if name != "params"})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "something else"}, "is not a model"),
        ({"layers": [["Linear", 784, 17], ["ReLU"], ["Linear", 17, 10]]}, "13,525 finite floats"),
        ({"layers": [["Linear", 784, 16], ["ReLU"], ["Linear", 17, 10]]}, "do not fit"),
        ({"layers": [["Linear", 10**9, 10**9]]}, "finite floats"),
        ({"layers": [["Magic", 784, 10]]}, "is not a layer"),
        ({"layers": [["Linear", 784]]}, "no valid model"),
        ({"layers": [["Linear", -784, 10]]}, "is not a layer"),
        ({"layers": []}, "two or more layer sizes"),
        ({"layers": 3}, "no valid model"),
        ({"classes": [1, 2, 3]}, "3 classes for 10 outputs"),
        ({"classes": [1] * 10}, "10 outputs"),
        ({"classes": None}, "no valid model"),
        ({"info": None}, "no valid model"),
        ({"params": np.zeros((2, 3), np.float32)}, "finite floats"),
        ({"params": np.full(12730, np.nan, np.float32)}, "finite floats"),
        ({"params": np.zeros(12730, np.int64)}, "finite floats"),
    ],
)
def test_a_model_that_does_not_hold_together_is_refused(network, tmp_path, changes, message):
    network.save(tmp_path / "model.npz")
    rewritten(tmp_path / "model.npz", **changes)
    with pytest.raises(InputError, match=message) as caught:
        Network.load(tmp_path / "model.npz")
    assert "\n" not in str(caught.value)


def test_one_image_is_as_good_as_several(network):
    image = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    expected = network.predict_proba(image[np.newaxis])
    for one in (image, image.ravel(), [image]):
        np.testing.assert_array_equal(network.predict_proba(one), expected)


def test_a_prediction_leaves_its_input_as_it_was(network):
    x = np.random.default_rng(0).standard_normal((5, 784)).astype(np.float32)
    before = x.copy()
    network.predict_proba(x)
    np.testing.assert_array_equal(x, before)


def test_an_input_that_is_only_reshaped_is_left_as_it_was():
    network, x = Network([Reshape(2, 2), ReLU(), Flatten(), Linear(4, 2)]), -np.ones((3, 4), np.float32)
    network.forward(x)
    assert (x == -1).all()


def test_backward_takes_each_layer_with_its_own_input_and_output():
    network = Network([2, 3, 2], dtype=np.float64)
    ys = network.activations(np.array([[1.0, -2.0]]))
    dlogits = np.array([[1.0, -1.0]])
    network.backward(ys, dlogits)
    first, _, last = network.layers
    dy = (dlogits @ last.W.T) * (ys[2] > 0)
    np.testing.assert_allclose(last.dW, ys[2].T @ dlogits)
    np.testing.assert_allclose(first.dW, ys[0].T @ dy)
    np.testing.assert_allclose(first.db, dy[0])


def test_no_two_networks_share_parameters():
    layers = [Linear(6, 5), ReLU(), Linear(5, 4)]
    first = Network(layers, seed=0)
    assert layers[0].W is first.layers[0].W, "the first network takes the layers as they are"
    before = first.params.copy()
    second = Network(layers, seed=1)
    np.testing.assert_array_equal(first.params, before)
    np.testing.assert_array_equal(first.forward(np.eye(6)), Network([6, 5, 4], seed=0).forward(np.eye(6)))
    np.testing.assert_array_equal(second.params, Network([6, 5, 4], seed=1).params)


def test_a_layer_that_stands_twice_is_two(tmp_path):
    square, drop = Linear(4, 4), Dropout(0.5)
    network = Network([square, drop, square, drop, Linear(4, 3)])
    assert len({id(layer) for layer in network.layers}) == 5
    network.save(tmp_path / "model.npz")
    x = np.random.default_rng(0).random((3, 4), np.float32)
    np.testing.assert_array_equal(Network.load(tmp_path / "model.npz").forward(x), network.forward(x))
