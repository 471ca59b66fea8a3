"""Who reads what was drawn: a small classifier of our own, trained on the real pictures."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Adam

from dongshou.data import Splits
from dongshou.tasks.generative.sampler import as_pixels

NUM_STEPS = 600  # of training: half a minute of a processor on pictures of 28x28
BATCH_SIZE = 64
AT_ONCE = 1000  # pictures that are read


class Reader(nn.Module):
    """Two convolutions and a hidden layer. Pictures of values 0..1, (batch, channels, height, width) -> logits."""

    def __init__(self, shape: tuple[int, ...], num_classes: int, num_features: int = 64) -> None:
        super().__init__()
        channels, height, width = shape
        self.features = nn.Sequential(
            nn.Conv2d(channels, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True),
            nn.Flatten(),
            nn.Linear(64 * -(-(height // 2) // 2) * -(-(width // 2) // 2), num_features), nn.ReLU(),
        )  # fmt: skip
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(num_features, num_classes))

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.features(images))

    @torch.no_grad()
    def read(self, images: Tensor) -> Tensor:
        """The class of each picture, (pictures,)."""
        return self.head(self.seen(images)).argmax(1)

    @torch.no_grad()
    def seen(self, images: Tensor) -> Tensor:
        """What it sees of each, (pictures, num_features)."""
        return torch.cat([self.features(some) for some in images.split(AT_ONCE)])


def trained_reader(data: Splits, num_steps: int = NUM_STEPS) -> Reader:
    """A reader that has learnt from the training pictures, always from the same start; torch's random state stays."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        images, labels = everything(data.train())
        reader = Reader(data.shape, len(data.classes)).to(images.device)
        optimizer = Adam(reader.parameters(), lr=2e-3)
        for _ in range(num_steps):
            rows = torch.randint(len(images), (BATCH_SIZE,)).to(images.device)
            loss = F.cross_entropy(reader(images[rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return reader.eval()


def everything(batches: object) -> tuple[Tensor, Tensor]:
    """All pictures of a split, of values 0..1, and their classes."""
    pairs = [(as_pixels(images), labels) for images, labels in batches]  # pyright: ignore[reportGeneralTypeIssues]
    return torch.cat([images for images, _ in pairs]), torch.cat([labels for _, labels in pairs])
