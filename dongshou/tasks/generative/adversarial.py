"""A generator against a discriminator, each learning from the other (Goodfellow et al., 2014)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from dongshou.models.summary.watch import evaluating
from dongshou.notes import note
from dongshou.tasks.answers import Answer, Picture, Points
from dongshou.tasks.asking import AskedWith, Question
from dongshou.tasks.generative.contests import Contest, Guessing, frozen
from dongshou.tasks.generative.judge import Judge
from dongshou.tasks.generative.latents import latents_for, walk
from dongshou.tasks.pictures.made import draw_made, draw_points
from dongshou.tasks.quantity import Measured, Quantities, Quantity
from dongshou.tasks.task import descend

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing
    from dongshou.tasks.quantity import Accumulator

WON = 0.01  # a loss of the discriminator below this teaches the generator nothing
FOR_LONG = 200  # steps in a row
COLUMNS, ROWS, MOST_CLASSES = 8, 4, 10  # of a sheet of pictures


class Adversarial:
    """The model makes examples x' = G(z) of noise z ~ N(0, I); the task owns the discriminator D that it learns from.

    Batches are (x,), or (x, classes) where both networks are asked for a class. Two optimisers, `discriminator` and
    `generator`, step in this order.

    num_latents      of the noise (batch, num_latents)
    judge            what is measured of what the generator makes
    contest          what the two minimise
    by_class         whether both networks take the class as well
    generator_every  steps of the discriminator for each of the generator
    """

    asked_with: AskedWith = "noise"

    def __init__(
        self,
        discriminator: nn.Module,
        num_latents: int,
        judge: Judge,
        contest: Contest | None = None,
        by_class: bool = False,
        generator_every: int = 1,
    ) -> None:
        self.discriminator = discriminator
        self.num_latents = num_latents
        self.judge = judge
        self.headline = judge.headline
        self.contest = contest or Guessing()
        self.by_class = by_class
        self.generator_every = generator_every
        self.num_steps = 0
        self.steps_won = torch.tensor(0)  # in a row, up to now; stays on the device

    def modules(self) -> dict[str, nn.Module]:
        return {"discriminator": self.discriminator, **self.contest.modules()}

    def state_dict(self) -> dict[str, Any]:
        return {"num_steps": self.num_steps, "steps_won": self.steps_won}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.num_steps, self.steps_won = state["num_steps"], state["steps_won"]

    def accumulators(self) -> dict[str, Accumulator]:
        return self.judge.accumulators()

    def step(self, model: nn.Module, batch: tuple[Tensor, ...], optimizer: Mapping[str, Optimizer]) -> Quantities:
        real, *asked = self.parts(batch)
        self.num_steps += 1
        is_turn = self.num_steps % self.generator_every == 0
        with nullcontext() if is_turn else torch.no_grad():
            made = model(noise(real, self.num_latents), *asked)
        loss, losses = self.contest.discriminating(self.discriminator, real, made.detach(), asked)
        descend(loss, optimizer["discriminator"])
        if is_turn:
            with frozen(self.discriminator):  # its own gradients would be thrown away
                losses["generator_loss"] = self.contest.generating(self.discriminator, made, asked)
            descend(losses["generator_loss"], optimizer["generator"])
        self.count(losses["discriminator_loss"].detach())
        return quantities(losses, len(real))

    def measure(self, model: nn.Module, batch: tuple[Tensor, ...]) -> Measured:
        real, *asked = self.parts(batch)
        made = model(noise(real, self.num_latents), *asked)
        _, losses = self.contest.discriminating(self.discriminator, real, made, asked)
        losses["generator_loss"] = self.contest.generating(self.discriminator, made, asked)
        judged = self.judge.measure(real, made, asked[0] if asked else None)
        return {**quantities(losses, len(real)), **judged}

    def parts(self, batch: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The examples, and the classes where they are asked for."""
        return batch[:2] if self.by_class else batch[:1]

    def count(self, loss: Tensor) -> None:
        """For how many steps in a row the discriminator has made no mistake."""
        if self.contest.can_win:
            so_far = self.steps_won.to(loss.device)
            self.steps_won = torch.where(loss < WON, so_far + 1, torch.zeros_like(so_far))

    def asks(self, data: Splits) -> AskedWith:
        return "class" if self.by_class else "noise"

    def predict(self, model: nn.Module, inputs: Tensor) -> Tensor:
        """What the generator makes of noise (batch, num_latents): pictures of values 0..1."""
        return as_shown(model(inputs))

    @torch.no_grad()
    def answer(self, model: nn.Module, data: Splits, question: Question) -> Points | Picture:
        made = self.made_for(model, data, question, self.latents(model, question))
        return Points(made) if made.dim() == 2 else Picture(made)

    @torch.no_grad()
    def explain(
        self, model: nn.Module, data: Splits, question: Question, answer: Answer
    ) -> Iterator[tuple[str, Drawing]]:
        """The way from each picture to the next, through the noise that lies between."""
        if isinstance(answer, Picture) and question.num > 1:
            yield "interpolation", self.interpolation(model, data, question)

    def interpolation(self, model: nn.Module, data: Splits, question: Question) -> Figure:
        latents = self.latents(model, question)[: ROWS + 1]
        way = walk(latents[:-1], latents[1:], COLUMNS)  # (columns, rows, num_latents)
        made = self.made_for(model, data, question, way.flatten(0, 1)).unflatten(0, way.shape[:2])
        return draw_made([*made.transpose(0, 1)], "From each picture to the next")

    @torch.no_grad()
    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        if len(data.shape) == 1:
            test = data.test()
            assert test is not None, "what was made is shown beside what was not learnt from"
            real, *_ = next(iter(test))
            with evaluating(model):
                yield "points", draw_points(real.cpu(), self.predict(model, noise(real, self.num_latents)))
        else:
            yield "pictures", self.draw(model, data)
            asked = data.classes[0] if self.by_class else None
            yield "interpolation", self.interpolation(model, data, Question(asked, num=ROWS + 1, seed=0))

    @torch.no_grad()
    def draw(self, model: nn.Module, data: Splits) -> Figure:
        """Pictures of noise that is the same every time; with classes, a row for each."""
        if not self.by_class:
            question = Question(num=8 * COLUMNS, seed=0)
            made = self.made_for(model, data, question, self.latents(model, question))
            return draw_made([*made.split(COLUMNS)], "Made of noise")
        classes = data.classes[:MOST_CLASSES]
        questions = [Question(name, num=COLUMNS, seed=index) for index, name in enumerate(classes)]
        rows = [self.made_for(model, data, one, self.latents(model, one)) for one in questions]
        return draw_made(rows, "Made as asked for", classes)

    def latents(self, model: nn.Module, question: Question) -> Tensor:
        return latents_for(question, self.num_latents, next(model.parameters()).device)

    def made_for(self, model: nn.Module, data: Splits, question: Question, latents: Tensor) -> Tensor:
        """What the generator makes of noise (n, num_latents), all of them of the class that was asked for."""
        asked = []
        if self.by_class:
            number = data.classes.index(question.asked)
            asked = [torch.full((len(latents),), number, device=latents.device)]
        with evaluating(model):
            return as_shown(model(latents, *asked)).cpu()

    def watch(self, model: nn.Module) -> dict[str, float]:
        """`steps_won`, and a note where they have become many: an experiment's `measure_model`."""
        if not self.contest.can_win:
            return {}
        steps = int(self.steps_won)
        if steps >= FOR_LONG:
            note(
                "The discriminator has won: its loss has stayed close to 0, and the generator learns nothing more."
                " Give the discriminator a smaller learning rate or fewer channels, or take wgan."
            )
        return {"steps_won": float(steps)}


def quantities(losses: Mapping[str, Tensor], num: int) -> Quantities:
    return {name: Quantity(loss.detach() * num, num) for name, loss in losses.items()}


def as_shown(made: Tensor) -> Tensor:
    """Pictures of values -1..1 as values 0..1; points as they are."""
    return made if made.dim() == 2 else (made + 1) / 2


def noise(like: Tensor, num_latents: int) -> Tensor:
    """z ~ N(0, I), (batch, num_latents), as many as there are examples, on their device."""
    return torch.randn(len(like), num_latents, device=like.device, dtype=like.dtype)
