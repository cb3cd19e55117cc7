"""PyTorch on pictures: the same amount of distortion, and the same convolutional network from the same start."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import affine_grid, cross_entropy, grid_sample, interpolate

from tendigits import Network

from ..problem import Problem
from .base import Contestant

GRID = 9  # points along each side of the displacement field, interpolated between


class Distort(Contestant):
    """affine_grid plus an interpolated displacement field, and grid_sample, for every batch."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        torch.set_num_threads(threads)

    def prepare(self, problem: Problem) -> None:
        """Make a tensor of the images."""
        self.images = torch.from_numpy(np.array(problem.images)).reshape(-1, 1, 28, 28)
        self.batches = [torch.from_numpy(index) for index in problem.batches()]

    def epoch(self) -> None:
        """Distort every image once."""
        torch.manual_seed(0)
        with torch.inference_mode():
            for index in self.batches:
                n = len(index)
                affine = torch.eye(2, 3) + 0.1 * (2 * torch.rand(n, 2, 3) - 1)
                grid = affine_grid(affine, (n, 1, 28, 28), align_corners=False)
                field = 0.07 * torch.randn(n, 2, GRID, GRID)
                grid += interpolate(field, (28, 28), mode="bicubic", align_corners=False).permute(0, 2, 3, 1)
                grid_sample(self.images[index].float(), grid, align_corners=False)


class Rows(nn.Module):
    """Flatten in the order height, width, channels, as tendigits does."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, c, h, w) to (n, h · w · c)."""
        return x.permute(0, 2, 3, 1).flatten(1)


class Convolve(Contestant):
    """nn.Sequential and optim.SGD, images scaled beforehand."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        torch.set_num_threads(threads)

    def prepare(self, problem: Problem) -> None:
        """Make tensors, model and optimizer."""
        from .pictures_tendigits import cnn_layers

        self.problem = problem
        self.x, self.y = torch.from_numpy(problem.rows).reshape(-1, 1, 28, 28), torch.from_numpy(problem.labels)
        self.order = torch.from_numpy(problem.order)
        self.model = twin(Network(cnn_layers(), seed=0))
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=problem.rate)

    def epoch(self) -> float:
        """Train for one epoch."""
        total = torch.zeros(())
        for index in self.order.split(self.problem.batch):
            loss = cross_entropy(self.model(self.x[index]), self.y[index])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += len(index) * loss.detach()
        return total.item() / self.problem.n


def twin(network: Network) -> nn.Sequential:
    """Make the same network, with the same parameters."""
    modules: list[nn.Module] = []
    for layer in network.layers:
        kind = layer.spec[0]
        if kind == "Conv2D":
            module = nn.Conv2d(layer.c_in, len(layer.b), layer.kernel)
            W = layer.W.reshape(layer.kernel, layer.kernel, layer.c_in, -1).transpose(3, 2, 0, 1)
            module.weight.data, module.bias.data = torch.tensor(W), torch.tensor(layer.b)
        elif kind == "Linear":
            module = nn.Linear(*layer.shapes["W"])
            module.weight.data, module.bias.data = torch.tensor(layer.W.T), torch.tensor(layer.b)
        else:
            module = {"MaxPool2D": lambda: nn.MaxPool2d(2), "ReLU": nn.ReLU, "Flatten": Rows}.get(kind, nn.Identity)()
        modules.append(module)
    return nn.Sequential(*modules)
