"""The work that every contender does: one epoch of the multilayer perceptron on Fashion-MNIST."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from dongshou.data.images import EVALUATION_BATCH, read_images
from dongshou.models.mlp import start_normal

EpochDone = Callable[[float], None]  # told the test accuracy after each epoch; waits until the next one is due
MANY_EPOCHS = 1_000_000  # a contender trains until it is stopped


@dataclass(frozen=True)
class Work:
    """A pass of plain SGD over the training set with cross-entropy, then the accuracy on the test set.

    limit  train and test on the first so many examples only
    """

    data: str = "fashion-mnist"
    num_inputs: int = 784
    num_hidden: int = 256
    num_classes: int = 10
    batch_size: int = 256
    evaluation_batch: int = EVALUATION_BATCH
    lr: float = 0.1
    std: float = 0.01  # of the initial weights; biases start at 0
    limit: int | None = None

    def __str__(self) -> str:
        layers = f"{self.num_inputs}-{self.num_hidden}-{self.num_classes}"
        return (
            f"One epoch of the perceptron {layers} on {self.data}, batches of {self.batch_size}, "
            f"plain SGD at {self.lr:g}, and its accuracy on the test set."
        )

    def pixels(self, split: Literal["train", "test"]) -> tuple[Tensor, Tensor]:
        """The uint8 images (n, 1, 28, 28) and their labels (n,)."""
        pixels, labels = read_images(self.data, split, 28)
        return pixels[: self.limit], labels[: self.limit]

    def examples(self, split: Literal["train", "test"]) -> tuple[Tensor, Tensor]:
        """The images as vectors of floats in [0, 1], (n, 784), and their labels (n,)."""
        pixels, labels = self.pixels(split)
        return pixels.flatten(1) / 255, labels

    def network(self) -> nn.Sequential:
        """The network in torch's own layers."""
        network = nn.Sequential(
            nn.Linear(self.num_inputs, self.num_hidden), nn.ReLU(), nn.Linear(self.num_hidden, self.num_classes)
        )
        start_normal(network, self.std)
        return network

    @torch.no_grad()
    def accuracy(self, network: nn.Module, inputs: Tensor, labels: Tensor) -> float:
        """The share of examples whose own class comes out on top."""
        batches = zip(inputs.split(self.evaluation_batch), labels.split(self.evaluation_batch), strict=True)
        hits = sum((network(x).argmax(1) == y).sum() for x, y in batches)
        return float(hits) / len(labels)
