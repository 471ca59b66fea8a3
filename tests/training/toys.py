"""Small work for the tests of training and runs: seconds are for the experiments, these take milliseconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

from dongshou import models
from dongshou.data import Batches, Splits
from dongshou.tasks import Classification
from dongshou.training import Declared, Experiment, Series, Work

NUM_CLASSES = 3


def blobs(num_examples: int = 48, seed: int = 7) -> tuple[Tensor, Tensor]:
    """Three clouds of points: inputs (n, 4) and labels (n,), always the same ones."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(num_examples) % NUM_CLASSES
    centres = torch.tensor([[2.0, 0, 0, 1], [0, 2.0, 0, -1], [0, 0, 2.0, 0]])
    return centres[labels] + torch.randn(num_examples, 4, generator=generator), labels


def blob_splits(batch_size: int = 16, *, valid: bool = False) -> Splits:
    held_out = Batches(*blobs(24, seed=8), batch_size=24)
    return Splits(
        train=Batches(*blobs(), batch_size=batch_size, shuffle=True),
        valid=held_out if valid else None,
        test=None if valid else held_out,
        shape=(4,),
    )


def classifier(epochs: int = 3, lr: float = 0.1, dropout: float = 0.5, **more: Any) -> Experiment:
    """Everything that a checkpoint has to keep: shuffling, dropout, momentum, decay and a schedule."""
    model = models.mlp(4, (8,), NUM_CLASSES, dropout=(dropout,))
    settings: dict[str, Any] = {
        "data": blob_splits(),
        "task": Classification(),
        "optimizer": SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=1e-3),
        "schedule": lambda optimizer: StepLR(optimizer, step_size=2, gamma=0.5),
        "draw": False,
    }
    return Experiment(model=model, epochs=epochs, **settings | more)


def declared(make: Callable[[], Work], name: str = "toy", **settings: Any) -> Work:
    """Work that each run makes anew under its seed, as an experiment of the course is."""
    work = make()
    work.declared = Declared(name, settings, settings, make)
    return work


def toy(epochs: int = 3, **more: Any) -> Work:
    return declared(lambda: classifier(epochs, **more), epochs=epochs)


def series(epochs: int = 3, answers: str | None = None) -> Work:
    """Two fits one after another, the second with another learning rate."""
    parts = {
        "slow": lambda: classifier(epochs, lr=0.05),
        "fast": lambda: classifier(epochs, lr=0.2),
    }
    return declared(lambda: Series(parts, answers=answers), "toy-series", epochs=epochs)


def weights(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
