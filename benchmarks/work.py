"""The work that every contender does: epochs of one network on one set of images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from benchmarks.networks import NETWORKS
from dongshou.data.images.load import USUAL_SIZE, image_set, read_images
from dongshou.data.images.pixels import EVALUATION_BATCH

EpochDone = Callable[[float], None]  # told the test accuracy after each epoch; waits until the next one is due
MANY_EPOCHS = 1_000_000  # a contender trains until it is stopped
Device = Literal["cpu", "cuda"]


@dataclass(frozen=True)
class Work:
    """A pass of plain SGD over the training set with cross-entropy, then the accuracy on the test set.

    limit   train and test on the first so many examples only
    epochs  that are due in all, which is what `--fast` goes by when it judges whether compiling pays
    """

    network: str = "mlp"
    data: str = "fashion-mnist"
    batch_size: int = 256
    evaluation_batch: int = EVALUATION_BATCH
    lr: float = 0.1
    num_classes: int = 10
    similar: float = 0.03
    limit: int | None = None
    device: Device = "cpu"
    epochs: int = MANY_EPOCHS

    @classmethod
    def of(cls, network: str, limit: int | None = None, device: Device = "cpu", epochs: int = MANY_EPOCHS) -> Work:
        """With the data and the settings of that network; as many examples as a processor has time for."""
        its = NETWORKS[network]
        usual = its.limit if device == "cpu" else None
        return cls(
            network=network,
            data=its.data,
            batch_size=its.batch_size,
            lr=its.lr,
            similar=its.similar,
            limit=limit or usual,
            device=device,
            epochs=epochs,
        )

    def __str__(self) -> str:
        examples = "" if self.limit is None else f" the first {self.limit} examples of"
        return (
            f"One epoch of {NETWORKS[self.network].title} on{examples} {self.data}, batches of {self.batch_size}, "
            f"plain SGD at {self.lr:g}, and its accuracy on the test set."
        )

    @property
    def size(self) -> int:
        """Height and width of an image."""
        return max(USUAL_SIZE, image_set(self.data).SHAPE[-1])

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of an image: (channels, height, width)."""
        return image_set(self.data).SHAPE[0], self.size, self.size

    def pixels(self, split: Literal["train", "test"]) -> tuple[Tensor, Tensor]:
        """The uint8 images (n, channels, height, width) and their labels (n,)."""
        pixels, labels = read_images(self.data, split, self.size)
        return pixels[: self.limit], labels[: self.limit]

    def examples(self, split: Literal["train", "test"]) -> tuple[Tensor, Tensor]:
        """The images as floats in [0, 1], (n, channels, height, width), and their labels (n,)."""
        pixels, labels = self.pixels(split)
        return pixels / 255, labels

    def model(self) -> nn.Module:
        """The network in torch's own layers, on the device."""
        return NETWORKS[self.network].make().to(self.device)

    @torch.no_grad()
    def accuracy(self, model: nn.Module, inputs: Tensor, labels: Tensor) -> float:
        """The share of examples whose own class comes out on top."""
        model.eval()
        batches = zip(inputs.split(self.evaluation_batch), labels.split(self.evaluation_batch), strict=True)
        hits = sum((model(x).argmax(1) == y).sum() for x, y in batches)
        model.train()
        return float(hits) / len(labels)
