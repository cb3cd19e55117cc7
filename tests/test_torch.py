"""The same network in PyTorch, with its own automatic differentiation, must agree."""

import numpy as np
import pytest

from tendigits import Network
from tendigits.optim import SGD, Adam, Momentum

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
    assert network.gradient(x, labels)[0] == pytest.approx(loss.item(), rel=1e-12)
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
        network.gradient(x, labels)
        our_optimizer.step(0.1)
        their_optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(torch.tensor(x)), torch.tensor(labels)).backward()
        their_optimizer.step()
    np.testing.assert_allclose(network.params, flat(model), rtol=1e-6, atol=1e-8)
