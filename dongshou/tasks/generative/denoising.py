"""Learning to see the noise in a picture, which is all that drawing one takes (Ho et al., 2020)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from dongshou.models.summary.watch import evaluating
from dongshou.tasks.answers import Answer, Picture
from dongshou.tasks.asking import AskedWith, Question
from dongshou.tasks.generative.latents import latents_for, walk
from dongshou.tasks.generative.sampler import Sampler, as_pixels
from dongshou.tasks.pictures.grown import draw_rows_of
from dongshou.tasks.quantity import Quantities, Quantity
from dongshou.tasks.task import descend
from dongshou.tasks.weight_average import WeightAverage

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing

MOST_SHOWN = 10  # conditions, a row each


def class_named(data: Splits, name: str) -> Tensor:
    """The number of a class, (1,)."""
    return torch.tensor([data.classes.index(name)])


@dataclass
class Denoising:
    """The mean squared error of the noise that the model sees in x_t, over pictures, steps and noise.

    loss = |noise - model(x_t, t, c)|^2, t uniform in 1..T, noise ~ N(0, I). Equation 14, the simple loss. Batches are
    pictures of values -1..1, (batch, channels, height, width), and conditions (batch, ...): classes, or the tokens of
    captions.

    sampler     how it draws
    shape       of a picture: channels, height, width
    average     of the model's weights, which is what is measured and what draws
    forgetting  share of the conditions that are left out, so that the model can be asked without one (Ho and
                Salimans, 2022)
    reads       makes a condition (1, ...) of a question
    shown       what the pictures of the task are asked with; without it the first classes
    """

    sampler: Sampler
    average: WeightAverage
    shape: tuple[int, ...]
    forgetting: float = 0.1
    reads: Callable[[Splits, str], Tensor] = class_named
    asked_with: AskedWith = "class"
    shown: Sequence[str] = ()
    headline: str = "loss"

    def modules(self) -> dict[str, nn.Module]:
        return {"average": self.average, "schedule": self.sampler.schedule}

    def step(self, model: nn.Module, batch: tuple[Tensor, Tensor], optimizer: Optimizer) -> Quantities:
        x_0, condition = batch
        forgotten = torch.rand(len(x_0), device=x_0.device) < self.forgetting  # (batch,)
        nothing = model.condition.nothing(condition)  # pyright: ignore[reportAttributeAccessIssue, reportCallIssue]
        condition = torch.where(forgotten.view(-1, *[1] * (condition.dim() - 1)), nothing, condition)
        t = torch.randint(1, self.sampler.schedule.num_steps + 1, (len(x_0),), device=x_0.device)
        loss = self.loss(model, x_0, condition, t, torch.randn_like(x_0))
        descend(loss, optimizer)
        self.average.update(model)
        return {"loss": Quantity(loss.detach() * len(x_0), len(x_0))}

    def measure(self, model: nn.Module, batch: tuple[Tensor, Tensor]) -> Quantities:
        """The average's, at steps spread evenly over all and with the same noise each time: epochs can be compared."""
        x_0, condition = batch
        generator = torch.Generator().manual_seed(len(x_0))
        spread = torch.linspace(1, self.sampler.schedule.num_steps, len(x_0)).round().long()
        t = spread[torch.randperm(len(x_0), generator=generator)].to(x_0.device)
        noise = torch.randn(x_0.shape, generator=generator).to(x_0.device)
        loss = self.loss(self.average, x_0, condition, t, noise)
        return {"loss": Quantity(loss * len(x_0), len(x_0))}

    def loss(self, model: nn.Module, x_0: Tensor, condition: Tensor, t: Tensor, noise: Tensor) -> Tensor:
        x_t = self.sampler.schedule.noised(x_0, t, noise)
        return (model(x_t, t, condition).float() - noise).square().mean()

    def predict(self, model: nn.Module, inputs: Tensor) -> Tensor:
        """A picture of values 0..1 for each condition (batch, ...)."""
        x_T = torch.randn(len(inputs), *self.shape).to(inputs.device)
        with evaluating(self.average):
            return self.sampler.draw(self.average.model, inputs, x_T)

    @torch.no_grad()
    def answer(self, model: nn.Module, data: Splits, question: Question) -> Picture:
        """Pictures of what was asked for, and how they grew."""
        device = next(model.parameters()).device
        condition = self.reads(data, question.asked).to(device)
        x_T = latents_for(question, math.prod(self.shape), device).unflatten(1, self.shape)
        with evaluating(self.average):
            grown = self.sampler.grow(self.average.model, repeated(condition, len(x_T)), x_T)
        return Picture(grown[-1].cpu(), grown.cpu())

    def explain(
        self, model: nn.Module, data: Splits, question: Question, answer: Answer
    ) -> Iterator[tuple[str, Drawing]]:
        return iter(())

    @torch.no_grad()
    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        """What it draws of each condition; noise that becomes pictures, and the reverse; the way between two noises."""
        with evaluating(self.average):
            yield "samples", self.samples(data)
            yield "chain", self.chains(data)
            yield "interpolation", self.walks(data)

    def samples(self, data: Splits, num: int = 8, sampler: Sampler | None = None, seed: int = 0) -> Figure:
        """A row of pictures for each condition."""
        names = self.names(data)
        conditions = self.conditions(data, names).repeat_interleave(num, 0)  # (names num, ...)
        x_T = self.noise(len(conditions), seed)
        images = (sampler or self.sampler).draw(self.average.model, conditions, x_T)
        return draw_rows_of(images.unflatten(0, (-1, num)), names, "Drawn")

    def chains(self, data: Splits, num: int = 8) -> Figure:
        """A real picture that becomes noise, and below it noise that becomes pictures."""
        schedule, names = self.sampler.schedule, self.names(data)[:4]
        x_0, *_ = next(iter(data.train()))
        t = torch.linspace(0, schedule.num_steps, num, device=x_0.device).round().long()
        noised = schedule.noised(x_0[:1].expand(num, *x_0.shape[1:]), t, self.noise(num, seed=1))
        conditions = self.conditions(data, names)
        grown = self.sampler.grow(self.average.model, conditions, self.noise(len(names), seed=2))
        shown = torch.linspace(0, len(grown) - 1, num).round().long()
        rows = [as_pixels(noised), *grown[shown].transpose(0, 1)]
        return draw_rows_of(rows, ["a picture becomes noise", *names], "Noise and pictures")

    def walks(self, data: Splits, num: int = 8) -> Figure:
        """From one noise to another on the way of `latents.walk`, where nothing is drawn on the way to the picture."""
        names = self.names(data)
        conditions = self.conditions(data, names).repeat_interleave(num, 0)
        ends = self.noise(2 * len(names), seed=3).flatten(1).unflatten(0, (2, -1))  # (2, names, numbers)
        x_T = walk(ends[0], ends[1], num).transpose(0, 1).flatten(0, 1).unflatten(1, self.shape)  # (names num, ...)
        images = replace(self.sampler, eta=0.0).draw(self.average.model, conditions, x_T)
        return draw_rows_of(images.unflatten(0, (-1, num)), names, "From one noise to another")

    def names(self, data: Splits) -> list[str]:
        return [*(self.shown or data.classes)][:MOST_SHOWN]

    def conditions(self, data: Splits, names: Sequence[str]) -> Tensor:
        """(names, ...)"""
        return torch.cat([self.reads(data, name) for name in names]).to(device_of(self.average))

    def noise(self, num: int, seed: int) -> Tensor:
        """The same each time, so that pictures of several epochs can be compared. (num, channels, height, width)"""
        drawn = torch.randn(num, *self.shape, generator=torch.Generator().manual_seed(seed))
        return drawn.to(device_of(self.average))


def repeated(condition: Tensor, num: int) -> Tensor:
    """(1, ...) -> (num, ...)"""
    return condition.expand(num, *condition.shape[1:])


def device_of(model: nn.Module) -> torch.device:
    return next(model.parameters()).device
