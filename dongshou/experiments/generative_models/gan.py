"""A generative adversarial network in two dimensions: a normal distribution by contest (Goodfellow et al., 2014)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import torch
from torch import Tensor, nn
from torch.optim import Adam

from dongshou import models
from dongshou.data import Batches, Splits
from dongshou.experiments._shared.settings import BatchSize, Epochs, Hidden, NumExamples
from dongshou.experiments.generative_models._adversaries import DiscriminatorRate, GeneratorRate
from dongshou.scratch.optim.lr_scheduler import CosineAnnealingLR
from dongshou.tasks.generative.adversarial import Adversarial
from dongshou.tasks.generative.contests import Guessing
from dongshou.tasks.generative.judge import PointJudge
from dongshou.tasks.pictures.made import draw_points
from dongshou.training import Experiment, Goal, Published, Reported

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.training.pace import Schedule

SECTIONS = {"en": "20.1"}

A = torch.tensor([[1.0, 2.0], [-0.1, 0.5]])
B = torch.tensor([1.0, 2.0])
NUM_MEASURED = 10_000  # points that the generator's mean and covariance are taken from


@Published(
    "d2l-en 1.0.3",
    train_discriminator_loss=Reported(0.693, within=0.005, two_sided=True),
    train_generator_loss=Reported(0.693, within=0.01, two_sided=True),
)
def experiment(
    num_examples: NumExamples = 1000,
    batch_size: BatchSize = 8,
    discriminator_lr: DiscriminatorRate = 0.05,
    generator_lr: GeneratorRate = 0.005,
    epochs: Epochs = 20,
) -> Experiment:
    """The book's settings: points x = z A + b of normal z, a linear generator, a discriminator of three layers.

    Both losses end at ln 2 = 0.693, where the discriminator can only guess. `mean_error` and `covariance_error` say how
    far the mean and the covariance of what the generator makes are from b and A^T A, as shares of their norms.
    """
    model, discriminator = models.point_generator(), models.point_discriminator()
    for parameter in (*model.parameters(), *discriminator.parameters()):
        nn.init.normal_(parameter, 0, 0.02)
    task = Adversarial(discriminator, num_latents=2, judge=PointJudge())
    return contest(points(num_examples, batch_size), model, task, (discriminator_lr, generator_lr), epochs)


@Goal(
    "mean and covariance within a tenth",
    mean_error=Reported(0.0, within=0.1),
    covariance_error=Reported(0.0, within=0.1),
)
def converging(
    num_examples: NumExamples = 10_000,
    hidden: Hidden = (16, 16),
    penalty: Annotated[float, "factor of the penalty on the discriminator's slope at real examples"] = 0.3,
    batch_size: BatchSize = 64,
    discriminator_lr: DiscriminatorRate = 0.01,
    generator_lr: GeneratorRate = 0.01,
    epochs: Epochs = 8,
) -> Experiment:
    """The two come to rest: the discriminator's slope at real examples is penalised, both rates fall (Mescheder, 2018).

    With the book's settings they go on circling around what they are to find.
    """
    model, discriminator = models.point_generator(), models.point_discriminator(hidden=hidden)
    task = Adversarial(discriminator, num_latents=2, judge=PointJudge(), contest=Guessing(penalty))
    data = points(num_examples, batch_size)
    falling = partial(CosineAnnealingLR, T_max=epochs * -(-num_examples // batch_size))
    return contest(data, model, task, (discriminator_lr, generator_lr), epochs, (0.5, 0.999), falling)


def contest(
    data: Splits,
    model: nn.Module,
    task: Adversarial,
    rates: tuple[float, float],
    epochs: int,
    betas: tuple[float, float] = (0.9, 0.999),
    schedule: Schedule | None = None,
) -> Experiment:
    """Adam for both networks, scheduled by the step; the generator's errors and points as the epochs go by."""
    return Experiment(
        data=data,
        model=model,
        task=task,
        optimizer={
            "discriminator": Adam(task.discriminator.parameters(), lr=rates[0], betas=betas),
            "generator": Adam(model.parameters(), lr=rates[1], betas=betas),
        },
        epochs=epochs,
        schedule=schedule,
        schedule_every="step",
        measure_model=lambda model: task.watch(model) | errors(model),
        sample=beside(data),
    )


def points(num_examples: int, batch_size: int) -> Splits:
    """Points (n, 2), as many again to be measured on."""
    train, test = (torch.randn(num_examples, 2) @ A + B for _ in range(2))
    return Splits(
        train=Batches(train, batch_size=batch_size, shuffle=True),
        test=Batches(test, batch_size=num_examples),
        name="points of a normal distribution",
        shape=(2,),
    )


def errors(model: nn.Module) -> dict[str, float]:
    """How far mean and covariance of what the generator makes are from those that it is to learn."""
    made = of_fixed_noise(model, NUM_MEASURED)
    return {
        "mean_error": float((made.mean(0) - B).norm() / B.norm()),
        "covariance_error": float((made.mT.cov() - A.mT @ A).norm() / (A.mT @ A).norm()),
    }


def of_fixed_noise(model: nn.Module, num: int) -> Tensor:
    """What the generator makes of noise that is the same every time."""
    latents = torch.randn(num, 2, generator=torch.Generator().manual_seed(0))
    return model(latents.to(next(model.parameters()).device)).cpu()


def beside(data: Splits) -> Callable[[nn.Module], Figure]:
    """Draws the generator's points over real ones."""

    @torch.no_grad()
    def draw(model: nn.Module) -> Figure:
        test = data.test()
        assert test is not None
        real, *_ = next(iter(test))
        return draw_points(real.cpu(), of_fixed_noise(model, len(real)))

    return draw
