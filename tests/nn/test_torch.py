"""The same network in PyTorch, with its own automatic differentiation, must agree."""

import numpy as np
import pytest
from gradients import gradient

from tendigits import Network
from tendigits.nn.layers import BatchNorm, Conv2D, Flatten, Linear, MaxPool2D, ReLU, Reshape
from tendigits.nn.optimizers import SGD, Adam, Momentum

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

SIZES = [784, 32, 16, 10]


def twin(network):
    """The network as torch.nn.Sequential, with the same weights."""
    modules = []
    for layer in network.layers:
        if layer.shapes:
            linear = torch.nn.Linear(*layer.shapes["W"], dtype=torch.float64)
            linear.weight.data, linear.bias.data = torch.tensor(layer.W.T), torch.tensor(layer.b)
            modules.append(linear)
        else:
            modules.append(torch.nn.ReLU())
    return torch.nn.Sequential(*modules)


def flat(model, of=lambda p: p):
    """PyTorch's parameters in our order: its weights are transposed."""
    return np.concatenate([of(p).detach().numpy().T.ravel() for p in model.parameters()])


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    network = Network(SIZES, seed=rng, dtype=np.float64)
    network.params += 0.01 * rng.standard_normal(network.params.shape)
    return network, rng.random((20, 784)), rng.integers(0, 10, 20)


def test_logits_loss_and_gradients(problem):
    network, x, labels = problem
    model = twin(network)
    logits = model(torch.tensor(x))
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(labels))
    loss.backward()
    np.testing.assert_allclose(network.forward(x), logits.detach().numpy(), rtol=1e-10)
    assert gradient(network, x, labels)[0] == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(network.grads, flat(model, lambda p: p.grad), rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda n: SGD(n), lambda p: torch.optim.SGD(p, lr=0.1)),
        (lambda n: Momentum(n), lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True)),
        (lambda n: Momentum(n, nesterov=False), lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
        (lambda n: Adam(n), lambda p: torch.optim.Adam(p, lr=0.1)),
    ],
)
def test_ten_optimizer_steps(problem, ours, theirs):
    network, x, labels = problem
    model = twin(network)
    our_optimizer, their_optimizer = ours(network), theirs(model.parameters())
    for _ in range(10):
        gradient(network, x, labels)
        our_optimizer.step(0.1)
        their_optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(torch.tensor(x)), torch.tensor(labels)).backward()
        their_optimizer.step()
    np.testing.assert_allclose(network.params, flat(model), rtol=1e-6, atol=1e-8)


def conv_twin(network):
    """A convolutional network as torch.nn.Sequential over (n, channels, height, width), with the same parameters."""
    modules = {
        "Reshape": lambda layer: torch.nn.Identity(),
        "ReLU": lambda layer: torch.nn.ReLU(),
        "MaxPool2D": lambda layer: torch.nn.MaxPool2d(layer.pool),
        "Flatten": lambda layer: Rows(),
        "Conv2D": conv_module,
        "BatchNorm": norm_module,
        "Linear": linear_module,
    }
    return torch.nn.Sequential(*(modules[layer.spec[0]](layer) for layer in network.layers)).double()


class Rows(torch.nn.Module):
    """Flatten in our order, height × width × channels."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


def conv_module(layer):
    module = torch.nn.Conv2d(layer.c_in, len(layer.b), layer.kernel, padding=layer.padding)
    W = layer.W.reshape(layer.kernel, layer.kernel, layer.c_in, -1)
    module.weight.data, module.bias.data = torch.tensor(W.transpose(3, 2, 0, 1)), torch.tensor(layer.b)
    return module


def norm_module(layer):
    module = torch.nn.BatchNorm2d(len(layer.gamma))
    module.weight.data, module.bias.data = torch.tensor(layer.gamma), torch.tensor(layer.beta)
    return module


def linear_module(layer):
    module = torch.nn.Linear(*layer.shapes["W"])
    module.weight.data, module.bias.data = torch.tensor(layer.W.T), torch.tensor(layer.b)
    return module


def our_grads(module, layer):
    """PyTorch's gradients, in the shapes of ours."""
    weight, bias = module.weight.grad.numpy(), module.bias.grad.numpy()
    if layer.spec[0] == "Conv2D":
        return weight.transpose(2, 3, 1, 0).reshape(layer.W.shape), bias
    return weight.T, bias


@pytest.mark.parametrize("norm", [False, True])
def test_a_convolutional_network(norm):
    rng = np.random.default_rng(0)
    layers = [Reshape(12, 12, 2), Conv2D(2, 4, 5, 2), MaxPool2D(2), *([BatchNorm(4)] if norm else []), ReLU()]
    layers += [Conv2D(4, 6, 3), ReLU(), Flatten(), Linear(96, 8), ReLU(), Linear(8, 3)]
    network = Network(layers, seed=rng, dtype=np.float64)
    x, labels = rng.random((9, 288)), rng.integers(0, 3, 9)
    model = conv_twin(network)
    logits = model(torch.tensor(x.reshape(9, 12, 12, 2).transpose(0, 3, 1, 2)))
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(labels))
    loss.backward()
    np.testing.assert_allclose(network.activations(x)[-1], logits.detach().numpy(), rtol=1e-9)
    assert gradient(network, x, labels)[0] == pytest.approx(loss.item(), rel=1e-12)
    for layer, module in zip(network.layers, model, strict=True):
        if layer.shapes:
            dW, db = (layer.dgamma, layer.dbeta) if layer.spec[0] == "BatchNorm" else (layer.dW, layer.db)
            weight, bias = our_grads(module, layer)
            np.testing.assert_allclose(dW, weight, rtol=1e-7, atol=1e-13)
            np.testing.assert_allclose(db, bias, rtol=1e-7, atol=1e-13)
