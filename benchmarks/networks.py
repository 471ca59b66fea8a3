"""The networks that are trained, each with the data and the settings that belong to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from dongshou import models


@dataclass(frozen=True)
class Network:
    """A network in torch's own layers, and what it is trained on.

    make     builds it, from images (batch, channels, height, width) to logits (batch, 10)
    title    in the words of a table
    data     an image set
    similar  how far the best accuracy of two contenders may be apart when they do the same work; 1: it says little
    limit    how many examples an epoch has on a processor, where all of them would take too long
    """

    make: Callable[[], nn.Module]
    title: str
    data: str = "fashion-mnist"
    batch_size: int = 256
    lr: float = 0.1
    similar: float = 0.03
    limit: int | None = None


NETWORKS = {
    "mlp": Network(lambda: models.mlp(784, (256,), 10, std=0.01), "Perceptron 784-256-10"),
    "lenet": Network(lambda: models.initialize(models.lenet(1, 10)), "LeNet", lr=0.9, similar=1.0, limit=25_600),
    "mnist_residual": Network(
        lambda: models.mnist_residual(1, 10), "mnist_residual", lr=0.05, similar=0.1, limit=12_800
    ),
    "resnet18": Network(
        lambda: models.resnet18(3, 10, stem="cifar"),
        "ResNet-18 at 32x32",
        data="cifar10",
        batch_size=64,
        lr=0.05,
        similar=1.0,  # on so few examples accuracy says little
        limit=256,
    ),
}
