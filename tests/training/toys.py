"""Small work for the tests of training and runs: seconds are for the experiments, these take milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import StepLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from dongshou import models
from dongshou.data import Batches, Splits
from dongshou.tasks import Classification, Quantities, Quantity, descend
from dongshou.training import Declared, Experiment, Series, Work

NUM_CLASSES = 3


def blobs(num_examples: int = 48, seed: int = 7) -> tuple[Tensor, Tensor]:
    """Three clouds of points: inputs (n, 4) and labels (n,), always the same ones."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(num_examples) % NUM_CLASSES
    centers = torch.tensor([[2.0, 0, 0, 1], [0, 2.0, 0, -1], [0, 0, 2.0, 0]])
    return centers[labels] + torch.randn(num_examples, 4, generator=generator), labels


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


class Adversarial:
    """The smallest GAN: the model makes points of noise, a discriminator of its own tells them from the real ones."""

    headline = "discriminator_loss"

    def __init__(self) -> None:
        self.discriminator = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.2), nn.ReLU(), nn.Linear(8, 1))
        self.loss = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([0.9]))
        self.num_steps = 0

    def modules(self) -> dict[str, nn.Module]:
        return {"discriminator": self.discriminator, "loss": self.loss}

    def state_dict(self) -> dict[str, Any]:
        return {"num_steps": self.num_steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.num_steps = state["num_steps"]

    def step(self, model: nn.Module, batch: tuple[Tensor, Tensor], optimizer: Any) -> Quantities:
        real, _ = batch
        fake = model(torch.randn_like(real))
        of_real, of_fake = self._losses(real, fake.detach())
        descend(of_real + of_fake, optimizer["discriminator"])
        self.num_steps += 1
        quantities = self._measured(of_real + of_fake, len(real))
        if self.num_steps % 2 == 0:  # the generator learns at every other step
            fooled, _ = self._losses(fake, fake.detach())
            descend(fooled, optimizer["generator"])
        return quantities

    def measure(self, model: nn.Module, batch: tuple[Tensor, Tensor]) -> Quantities:
        real, _ = batch
        return self._measured(sum(self._losses(real, model(torch.randn_like(real)))), len(real))

    def figures(self, model: nn.Module, data: Splits) -> Iterator[Any]:
        return iter(())

    def _losses(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        yes, no = self.discriminator(real), self.discriminator(fake)
        return self.loss(yes, torch.ones_like(yes)), self.loss(no, torch.zeros_like(no))

    def _measured(self, loss: Any, num_examples: int) -> Quantities:
        return {"discriminator_loss": Quantity(loss.detach() * num_examples, num_examples)}


def gan(epochs: int = 3, **more: Any) -> Experiment:
    """Two networks, two optimisers, one of them with a schedule; looked at within the epochs too."""
    task, model = Adversarial(), nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 4))
    optimizer = {
        "generator": Adam(model.parameters(), lr=0.01),
        "discriminator": SGD(task.discriminator.parameters(), lr=0.05, momentum=0.9),
    }
    schedule = {"discriminator": lambda optimizer: StepLR(optimizer, step_size=1, gamma=0.5)}
    settings: dict[str, Any] = {"schedule": schedule, "clip": 0.5, "look_every": 2, "draw": False}
    return Experiment(blob_splits(), model, task, optimizer, epochs, **settings | more)  # pyright: ignore


class Averaged(Classification):
    """Measures an exponential moving average of the weights, which it takes after each step."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.8), use_buffers=True)

    def step(self, model: nn.Module, batch: Any, optimizer: Any) -> Quantities:
        quantities = super().step(model, batch, optimizer)
        self.average.update_parameters(model)
        return quantities

    def measure(self, model: nn.Module, batch: Any) -> Quantities:
        return super().measure(self.average, batch)


def averaged(epochs: int = 3, **more: Any) -> Experiment:
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, NUM_CLASSES))
    settings: dict[str, Any] = {"look_every": 2, "draw": False} | more
    return Experiment(blob_splits(), model, Averaged(model), SGD(model.parameters(), lr=0.1), epochs, **settings)


def weights(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
