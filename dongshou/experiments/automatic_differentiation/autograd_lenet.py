"""LeNet on an autograd of our own: convolution is a product of matrices over windows (LeCun et al., 1998)."""

from __future__ import annotations

import numpy as np
from torch import nn as torch_nn

from dongshou.autograd import Tensor, avg_pool2d, nn, tanh
from dongshou.experiments._shared.settings import BatchSize, Epochs, LearningRate
from dongshou.experiments.automatic_differentiation._beside_torch import EQUAL, Networks, train_beside_torch
from dongshou.training import Procedure

SECTIONS = {"zh": "2.5, 4.7", "en": "2.5, 5.3"}


PIXELS = 28


@EQUAL
def experiment(batch_size: BatchSize = 64, lr: LearningRate = 0.3, epochs: Epochs = 10) -> Procedure:
    """LeNet-5 with tanh and average pooling, on the digits at 28x28; both losses of every step are recorded."""
    return Procedure(
        lambda session: train_beside_torch(networks, PIXELS, batch_size, lr, epochs, session),
        data="digits",
    )


def networks(generator: np.random.Generator) -> Networks:
    """Ours and torch's: (batch, 1, 28, 28) -> (batch, 10)."""
    ours = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2, generator=generator),  # (batch, 6, 28, 28)
        tanh,
        pool,  # (batch, 6, 14, 14)
        nn.Conv2d(6, 16, 5, generator=generator),  # (batch, 16, 10, 10)
        tanh,
        pool,  # (batch, 16, 5, 5)
        nn.flatten,
        nn.Linear(400, 120, generator=generator),
        tanh,
        nn.Linear(120, 84, generator=generator),
        tanh,
        nn.Linear(84, 10, generator=generator),
    )
    theirs = torch_nn.Sequential(
        torch_nn.Conv2d(1, 6, 5, padding=2),
        torch_nn.Tanh(),
        torch_nn.AvgPool2d(2),
        torch_nn.Conv2d(6, 16, 5),
        torch_nn.Tanh(),
        torch_nn.AvgPool2d(2),
        torch_nn.Flatten(),
        torch_nn.Linear(400, 120),
        torch_nn.Tanh(),
        torch_nn.Linear(120, 84),
        torch_nn.Tanh(),
        torch_nn.Linear(84, 10),
    )
    return ours, theirs


def pool(x: Tensor) -> Tensor:
    return avg_pool2d(x, 2)
