"""PyTorch from a cold start to a saved model that reads 98 % of MNIST's test images.

    python train_torch.py FOLDER SEED [COMPONENTS]

In the fewest epochs found, with no validation on the way. Eager, since compiling takes longer than the training; the
images are scaled once, and the learning rate is set by hand, which is quicker than a scheduler object. With COMPONENTS
it trains on so many principal components of the images, and folds the network back.
"""

import sys
from math import ceil
from pathlib import Path

import numpy as np
import torch
from components import components, fold
from torch import nn
from torch.nn.functional import cross_entropy

EPOCHS, BATCH, RATE, MOMENTUM, WEIGHT_DECAY, WARM_UP = 5, 200, 0.45, 0.9, 1e-4, 0.2


def load(folder: Path, part: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Images as float rows, labels as integers."""
    images, labels = (torch.from_numpy(np.load(folder / f"{part}_{what}.npy")) for what in ("images", "labels"))
    return images.float().mul_(1 / 255), labels.long()


def rate(progress: float) -> float:
    """Up in a straight line, and down to zero in another."""
    return RATE * min(0.04 + progress / WARM_UP, (1 - progress) / (1 - WARM_UP))


def train(x: torch.Tensor, y: torch.Tensor) -> nn.Sequential:
    """SGD with Nesterov momentum."""
    model = nn.Sequential(nn.Linear(x.shape[1], 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = torch.optim.SGD(
        model.parameters(), lr=RATE, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY, nesterov=True
    )
    step, steps = 0, EPOCHS * ceil(len(x) / BATCH)
    for _ in range(EPOCHS):
        for index in torch.randperm(len(x)).split(BATCH):
            optimizer.param_groups[0]["lr"] = rate(step / steps)
            optimizer.zero_grad()
            cross_entropy(model(x.index_select(0, index)), y.index_select(0, index)).backward()
            optimizer.step()
            step += 1
    return model


def train_on_components(x: torch.Tensor, y: torch.Tensor, k: int) -> nn.Sequential:
    """The same over k principal components, folded into a network over pixels."""
    mean, P = components(x.numpy(), k)
    model = train((x - torch.from_numpy(mean)) @ torch.from_numpy(P), y)
    first, whole = model[0], nn.Linear(x.shape[1], 128)
    W, b = fold(mean, P, first.weight.detach().numpy().T, first.bias.detach().numpy())
    whole.weight.data, whole.bias.data = torch.from_numpy(W.T.copy()), torch.from_numpy(b)
    return nn.Sequential(whole, *model[1:])


def main(folder: Path, seed: int, k: int = 0) -> None:
    """Train, save, test."""
    torch.manual_seed(seed)
    x, y = load(folder, "train")
    model = train_on_components(x, y, k) if k else train(x, y)
    torch.save(model.state_dict(), folder / "model.pt")
    x, y = load(folder, "test")
    with torch.inference_mode():
        accuracy = (model(x).argmax(1) == y).float().mean().item()
    print(f"Test accuracy: {accuracy:.2%}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
