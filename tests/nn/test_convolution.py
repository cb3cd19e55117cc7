"""The layers of images: each formula against loops, each backward pass against numerical gradients."""

import numpy as np
import pytest
from gradients import bound, gradient, numerical_gradient, relative_error, small_problem

from tendigits import InputError, Network
from tendigits.nn.buffers import Buffers
from tendigits.nn.layers import BatchNorm, Conv2D, Dropout, Flatten, Linear, MaxPool2D, ReLU, Reshape
from tendigits.nn.layers import conv as conv_module
from tendigits.nn.loss import cross_entropy


@pytest.fixture
def rng():
    """Return a generator of the test's own, so that no test depends on the order of others."""
    return np.random.default_rng(3)


def convolved(x, layer):
    """What a convolution is, in loops."""
    k, p = layer.kernel, layer.padding
    x = np.pad(x, [(0, 0), (p, p), (p, p), (0, 0)])
    n, h, w, c = x.shape
    W = layer.W.reshape(k, k, c, -1)
    y = np.zeros((n, h - k + 1, w - k + 1, W.shape[-1]))
    for i in range(h - k + 1):
        for j in range(w - k + 1):
            y[:, i, j] = np.einsum("nabc,abcd->nd", x[:, i : i + k, j : j + k], W) + layer.b
    return y


@pytest.mark.parametrize("arguments", [(1, 2, 1), (1, 2, 3), (3, 2, 3, 1), (2, 4, 5, 2), (2, 1, 3, 2)])
def test_convolution_is_what_its_loops_say(arguments, rng):
    layer = bound(Conv2D(*arguments))
    x = rng.standard_normal((4, 7, 6, arguments[0]))
    y = layer.forward(x)
    assert y.shape == (4, *layer.out_shape(x.shape[1:]))
    np.testing.assert_allclose(y, convolved(x, layer), atol=1e-12)


def test_the_size_of_the_cache_changes_nothing(monkeypatch, rng):
    layer, x = bound(Conv2D(2, 3, 3, 1)), rng.standard_normal((5, 6, 6, 2))
    y, dy = layer.forward(x), rng.standard_normal((5, 6, 6, 3))
    layer.backward_params(x, dy)
    dW, dx = layer.dW.copy(), layer.backward_input(x, y, dy)
    monkeypatch.setattr(conv_module, "CACHE", 1)  # image by image
    np.testing.assert_allclose(layer.forward(x), y)
    layer.backward_params(x, dy)
    np.testing.assert_allclose(layer.dW, dW)
    np.testing.assert_allclose(layer.backward_input(x, y, dy), dx)


def test_a_part_of_the_images_fits_in_the_cache(monkeypatch, rng):
    layer, x = bound(Conv2D(2, 3, 3, 1)), rng.standard_normal((5, 6, 7, 2))
    y = layer.forward(x)
    needed = []
    monkeypatch.setattr(conv_module, "parts", lambda n, size: needed.append(size) or [slice(0, n)])
    layer.forward(x)
    layer.backward_input(x, y, y)
    (_, rows), *_ = conv_module.windows(x, 3, 1)
    assert needed == [rows.nbytes / 5, x.nbytes / 5, rows.nbytes / 5]


def test_as_many_images_as_fit_in_the_cache_and_at_least_one():
    half = conv_module.CACHE // 2
    assert conv_module.parts(5, half) == [slice(0, 2), slice(2, 4), slice(4, 5)]
    assert conv_module.parts(2, half + 1) == conv_module.parts(2, 9 * half) == [slice(0, 1), slice(1, 2)]
    assert 2**18 <= conv_module.CACHE <= 2**22


def test_no_images_give_no_images():
    assert bound(Conv2D(2, 3, 3)).forward(np.zeros((0, 6, 6, 2))).shape == (0, 4, 4, 3)


@pytest.mark.parametrize(
    "layer", [Conv2D(2, 3, 3), Conv2D(2, 3, 3, 1), Conv2D(2, 3, 5, 2), MaxPool2D(2), MaxPool2D(3), Flatten()]
)
def test_the_gradient_of_a_layers_input(layer, rng):
    bound(layer)
    x = rng.standard_normal((3, 6, 6, 2))
    dy = rng.standard_normal(layer.forward(x).shape)
    expected = numerical_gradient(lambda: float((layer.forward(x) * dy).sum()), x.reshape(-1)).reshape(x.shape)
    np.testing.assert_allclose(layer.backward_input(x, layer.forward(x), dy), expected, atol=1e-7)


SMALL_CNN = [
    *(Reshape(8, 8, 2), Conv2D(2, 3, 3, 1), MaxPool2D(2), ReLU(), Conv2D(3, 4, 3), BatchNorm(4), ReLU(), Flatten()),
    *(Linear(16, 5), ReLU(), Linear(5, 3)),
]


@pytest.mark.parametrize("with_buffers", [False, True])
def test_every_coordinate_of_the_gradient(with_buffers):
    network, x, labels = small_problem(SMALL_CNN)
    buffers = Buffers(network, len(x)) if with_buffers else None
    for _ in range(2):  # buffers that have been used give the same
        gradient(network, x, labels, buffers)
    ours = network.grads.copy()
    expected = numerical_gradient(lambda: cross_entropy(network.activations(x)[-1], labels), network.params)
    assert relative_error(ours, expected) < 1e-7


@pytest.mark.parametrize(
    "middle",
    [
        [MaxPool2D(2), Flatten(), Dropout(0.5)],
        [ReLU(), MaxPool2D(2), Flatten(), Dropout(0.5), ReLU()],
        [MaxPool2D(2), ReLU(), Dropout(0.5), Flatten()],
        [BatchNorm(2), ReLU(), MaxPool2D(2), Flatten(), ReLU()],
        [Dropout(0.5), Dropout(0.2), MaxPool2D(2), Flatten()],
    ],
)
def test_buffers_change_nothing_whatever_the_order_of_layers(middle):
    network, x, labels = small_problem([Reshape(6, 6), Conv2D(1, 2, 3), *middle, Linear(8, 3)])
    gradient(network, x, labels, rng=np.random.default_rng(1))
    expected = network.grads.copy()
    gradient(network, x, labels, Buffers(network, len(x)), rng=np.random.default_rng(1))
    np.testing.assert_allclose(network.grads, expected, rtol=1e-10, atol=1e-14)


def flipped(self, x, y, dy, out=None, honest=Conv2D.backward_input):
    return honest(self, x, y, dy[:, ::-1], out)


def all_of_equals(self, x, y, dy, out=None):
    return np.repeat(np.repeat(dy, self.pool, 1), self.pool, 2)


def no_statistics(self, x, y, dy, out=None):
    return dy * self.gamma


@pytest.mark.parametrize(
    ("layer", "mutant"), [(Conv2D, flipped), (MaxPool2D, all_of_equals), (BatchNorm, no_statistics)]
)
def test_a_broken_backward_fails_the_check(monkeypatch, layer, mutant):
    monkeypatch.setattr(layer, "backward_input", mutant)
    network, x, labels = small_problem(SMALL_CNN)
    gradient(network, x, labels)
    expected = numerical_gradient(lambda: cross_entropy(network.activations(x)[-1], labels), network.params)
    assert relative_error(network.grads, expected) > 1e-3


def test_of_equal_pixels_the_first_takes_the_whole_gradient():
    pool, x = MaxPool2D(2), np.zeros((1, 2, 2, 1))
    dx = pool.backward_input(x, pool.forward(x), np.full((1, 1, 1, 1), 5.0))
    np.testing.assert_array_equal(dx[0, :, :, 0], [[5, 0], [0, 0]])


def test_pooling_takes_the_largest_of_each_square(rng):
    x = rng.standard_normal((3, 4, 6, 2))
    np.testing.assert_array_equal(MaxPool2D(2).forward(x), x.reshape(3, 2, 2, 3, 2, 2).max(axis=(2, 4)))


def test_flatten_and_reshape_only_view(rng):
    rows = rng.random((3, 24))
    images = Reshape(4, 3, 2).forward(rows)
    assert images.shape == (3, 4, 3, 2)
    assert np.shares_memory(images, rows)
    np.testing.assert_array_equal(Flatten().forward(images), rows)


def test_batch_normalisation_in_training_and_afterwards(rng):
    layer = bound(BatchNorm(3))
    layer.initialize(rng)
    x = 5 + 2 * rng.standard_normal((200, 4, 4, 3))
    y = layer.forward_train(x, None)
    np.testing.assert_allclose(y.mean(axis=(0, 1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=(0, 1, 2)), 1, atol=1e-4)
    for _ in range(100):
        layer.forward_train(x, None)
    np.testing.assert_allclose(layer.forward(x), y, atol=1e-2)  # the running averages have arrived
    np.testing.assert_allclose(layer.forward(x[:1]), layer.forward(x)[:1])  # whatever the neighbours


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([Reshape(8, 8), Conv2D(2, 3, 3), Flatten(), Linear(3, 2)], "cannot take images of"),
        ([Reshape(2, 2), Conv2D(1, 3, 3), Flatten(), Linear(3, 2)], "cannot take images of"),
        ([Reshape(8, 2), Conv2D(1, 3, 3), Flatten(), Linear(3, 2)], "cannot take images of"),
        ([Linear(4, 3), Conv2D(1, 3, 3), Flatten(), Linear(3, 2)], "cannot take images of"),
        ([Reshape(7, 8), MaxPool2D(2), Flatten(), Linear(3, 2)], "cannot take images of"),
        ([Reshape(8, 7), MaxPool2D(2), Flatten(), Linear(3, 2)], "cannot take images of"),
        ([Linear(4, 8), MaxPool2D(2), Flatten(), Linear(3, 2)], "cannot take images of"),
        ([Reshape(8, 8), Flatten(), Linear(3, 2)], "takes \\(3,\\), not \\(64,\\)"),
        ([Linear(4, 3), BatchNorm(4), Linear(3, 2)], "cannot take"),
        ([Linear(4, 3), BatchNorm(2), Linear(3, 2)], "cannot take"),
        ([Reshape(8, 8, 2), Conv2D(1, 3, 3), Flatten(), Linear(3, 2)], "cannot take"),
        ([Reshape(8, 8, 2), Conv2D(3, 3, 3), Flatten(), Linear(3, 2)], "cannot take"),
        ([Reshape(2, 9), Conv2D(1, 3, 5), Flatten(), Linear(3, 2)], "cannot take"),
        ([Conv2D(1, 3, 3), Flatten(), Linear(3, 2)], "begin with Linear or Reshape"),
    ],
)
def test_layers_that_do_not_fit_are_named(layers, message):
    with pytest.raises(InputError, match=message):
        Network(layers)


@pytest.mark.parametrize(
    "make",
    [
        *(lambda: Conv2D(0, 1, 3), lambda: Conv2D(1, 1, 3, -1), lambda: Conv2D(1, 1, 3, 3), lambda: Conv2D(1, 1, 3, 4)),
        *(lambda: MaxPool2D(0), lambda: BatchNorm(-1)),
    ],
)
def test_sizes_are_checked(make):
    with pytest.raises(InputError, match=r"must be"):
        make()


def test_the_smallest_image_is_a_single_window():
    assert Conv2D(1, 2, 3).out_shape((3, 3, 1)) == (1, 1, 2)
    assert Conv2D(1, 2, 3, 1).out_shape((1, 1, 1)) == (1, 1, 2)
    assert MaxPool2D().out_shape((2, 2, 1)) == (1, 1, 1)


def test_pooling_keeps_height_and_width_apart():
    assert MaxPool2D(2).out_shape((4, 6, 3)) == (2, 3, 3)


def test_a_convolutional_network_is_saved_whole(tmp_path):
    network, x, _ = small_problem(SMALL_CNN)
    network.save(tmp_path / "cnn.npz")
    np.testing.assert_array_equal(Network.load(tmp_path / "cnn.npz").forward(x), network.forward(x))


def test_a_convolutional_network_learns_by_heart():
    network, x, labels = small_problem(SMALL_CNN, n=30)
    loss, _ = gradient(network, x, labels)
    for _ in range(200):
        gradient(network, x, labels)
        network.params -= 0.1 * network.grads
    assert gradient(network, x, labels)[0] < loss / 3


def test_the_running_averages_move_a_tenth_of_the_way_with_each_batch(rng):
    layer = bound(BatchNorm(3))
    layer.initialize(rng)
    x = 5 + 2 * rng.standard_normal((200, 3))
    layer.forward_train(x, None)
    np.testing.assert_allclose(layer.mean, 0.1 * x.mean(axis=0))
    np.testing.assert_allclose(layer.var, 0.9 + 0.1 * x.var(axis=0))
