"""PyTorch on the CPU: eager, and with the whole training step compiled."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy, linear

from ..problem import Problem
from .base import Contestant


class Eager(Contestant):
    """nn.Sequential and optim.SGD over float32 rows scaled beforehand.

    Rows are gathered by index_select, which is faster here than indexing; fused and foreach SGD gained nothing over
    the default for four small tensors. The loss is summed without leaving PyTorch, and read once an epoch.
    """

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        torch.set_num_threads(threads)

    def prepare(self, problem: Problem) -> None:
        """Make tensors, model and optimizer."""
        self.problem = problem
        self.x, self.y = torch.from_numpy(problem.rows), torch.from_numpy(problem.labels)
        self.order = torch.from_numpy(problem.order)
        self.model = make_model(problem.start)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=problem.rate)

    def epoch(self) -> float:
        """Train for one epoch."""
        total = torch.zeros(())
        for index in self.order.split(self.problem.batch):
            total += len(index) * self.step(self.x.index_select(0, index), self.y.index_select(0, index))
        return total.item() / self.problem.n

    def step(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Move the parameters once; return the loss."""
        loss = cross_entropy(self.model(x), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def params(self) -> list[np.ndarray]:
        """Return copies; PyTorch keeps weights transposed."""
        return [p.detach().numpy().T.copy() for p in self.model.parameters()]

    def classes(self, images: np.ndarray) -> np.ndarray:
        """Scale pixels where there are any, and take the largest logit, a thousand rows at a time: quicker than all."""
        with torch.inference_mode():
            return torch.cat([self._classes(chunk) for chunk in torch.from_numpy(images).split(1000)]).numpy()

    def _classes(self, rows: torch.Tensor) -> torch.Tensor:
        x = rows if rows.is_floating_point() else rows.float().mul_(1 / 255)
        return self.model(x).argmax(1)

    def single(self, row: np.ndarray) -> np.ndarray:
        """The model in inference mode; to and from NumPy costs no copy."""
        with torch.inference_mode():
            return self.model(torch.from_numpy(row)).numpy()


class Compiled(Eager):
    """The whole step as one compiled function: functional gradients, and the update in place.

    The last, smaller batch runs uncompiled, which saves a second compilation.
    """

    def prepare(self, problem: Problem) -> None:
        """Make tensors, and a fresh compiled function."""
        super().prepare(problem)
        torch._dynamo.reset()
        self.rate = problem.rate
        self.plain = [torch.from_numpy(np.array(p.T, order="C")) for p in problem.start]
        self.compiled = torch.compile(self._step, dynamic=False)

    def step(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Move the parameters once; return the loss."""
        step = self.compiled if len(x) == self.problem.batch else self._step
        return step(self.plain, x, y)

    def _step(self, params: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        grads, loss = torch.func.grad_and_value(functional_loss)(params, x, y)
        for p, g in zip(params, grads, strict=True):
            p.sub_(g, alpha=self.rate)
        return loss

    def params(self) -> list[np.ndarray]:
        """Return copies, transposed."""
        return [p.numpy().T.copy() for p in self.plain]


def make_model(start: list[np.ndarray]) -> torch.nn.Sequential:
    """Make the network with these parameters."""
    n_in, hidden = start[0].shape
    model = torch.nn.Sequential(
        torch.nn.Linear(n_in, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, start[2].shape[1])
    )
    with torch.no_grad():
        for p, value in zip(model.parameters(), start, strict=True):
            p.copy_(torch.from_numpy(value.T))
    return model


def functional_loss(params: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The mean loss as a function of the parameters."""
    W1, b1, W2, b2 = params
    return cross_entropy(linear(linear(x, W1, b1).relu(), W2, b2), y)
