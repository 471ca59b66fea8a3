"""A generator against a discriminator, each learning from the other (Goodfellow et al., 2014)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from dongshou.models.summary.watch import evaluating
from dongshou.notes import note
from dongshou.tasks.answers import Answer, Points
from dongshou.tasks.asking import AskedWith, Question
from dongshou.tasks.generative.judge import Judge
from dongshou.tasks.generative.latents import latents_for
from dongshou.tasks.pictures.made import draw_points
from dongshou.tasks.quantity import Measured, Quantities, Quantity
from dongshou.tasks.task import descend

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing
    from dongshou.tasks.quantity import Accumulator

WON = 0.01  # a loss of the discriminator below this teaches the generator nothing
FOR_LONG = 200  # steps in a row


class Adversarial:
    """The model makes examples x' = G(z) of noise z ~ N(0, I); the discriminator D, which the task owns, gives a logit.

    discriminator   -(log D(x) + log(1 - D(x'))) / 2   ln 2 where it cannot tell the two apart
    generator       -log D(x'), which has a gradient where log(1 - D(x')) has none

    Batches are (x,), or (x, classes) where both networks are asked for a class. Two optimisers, `discriminator` and
    `generator`, step in this order.

    num_latents  of the noise (batch, num_latents)
    judge        what is measured of what the generator makes
    by_class     whether both networks take the class as well
    """

    asked_with: AskedWith = "noise"

    def __init__(self, discriminator: nn.Module, num_latents: int, judge: Judge, by_class: bool = False) -> None:
        self.discriminator = discriminator
        self.loss = nn.BCEWithLogitsLoss()
        self.num_latents = num_latents
        self.judge = judge
        self.headline = judge.headline
        self.by_class = by_class
        self.steps_won = torch.tensor(0)  # in a row, up to now; stays on the device

    def modules(self) -> dict[str, nn.Module]:
        return {"discriminator": self.discriminator, "loss": self.loss}

    def state_dict(self) -> dict[str, Tensor]:
        return {"steps_won": self.steps_won}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        self.steps_won = state["steps_won"]

    def accumulators(self) -> dict[str, Accumulator]:
        return self.judge.accumulators()

    def step(self, model: nn.Module, batch: tuple[Tensor, ...], optimizer: Mapping[str, Optimizer]) -> Quantities:
        real, *asked = self.parts(batch)
        made = model(noise(real, self.num_latents), *asked)
        discriminating = self.discriminating(real, made.detach(), asked)
        descend(discriminating, optimizer["discriminator"])
        with frozen(self.discriminator):  # its own gradients would be thrown away
            generating = self.generating(made, asked)
        descend(generating, optimizer["generator"])
        self.count(discriminating.detach())
        return self.quantities(discriminating, generating, len(real))

    def measure(self, model: nn.Module, batch: tuple[Tensor, ...]) -> Measured:
        real, *asked = self.parts(batch)
        made = model(noise(real, self.num_latents), *asked)
        losses = self.discriminating(real, made, asked), self.generating(made, asked)
        judged = self.judge.measure(real, made, asked[0] if asked else None)
        return {**self.quantities(*losses, len(real)), **judged}

    def discriminating(self, real: Tensor, made: Tensor, asked: list[Tensor]) -> Tensor:
        """What the discriminator minimises."""
        of_real, of_made = self.discriminator(real, *asked), self.discriminator(made, *asked)  # (batch, 1)
        wrong = self.loss(of_real, torch.ones_like(of_real)) + self.loss(of_made, torch.zeros_like(of_made))
        return wrong / 2

    def generating(self, made: Tensor, asked: list[Tensor]) -> Tensor:
        """What the generator minimises."""
        of_made = self.discriminator(made, *asked)  # (batch, 1)
        return self.loss(of_made, torch.ones_like(of_made))

    def parts(self, batch: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The examples, and the classes where they are asked for."""
        return batch[:2] if self.by_class else batch[:1]

    def quantities(self, discriminating: Tensor, generating: Tensor, num: int) -> Quantities:
        losses = {"discriminator_loss": discriminating, "generator_loss": generating}
        return {name: Quantity(loss.detach() * num, num) for name, loss in losses.items()}

    def count(self, loss: Tensor) -> None:
        """For how many steps in a row the discriminator has made no mistake."""
        so_far = self.steps_won.to(loss.device)
        self.steps_won = torch.where(loss < WON, so_far + 1, torch.zeros_like(so_far))

    def predict(self, model: nn.Module, inputs: Tensor) -> Tensor:
        """What the generator makes of noise (batch, num_latents)."""
        return model(inputs)

    @torch.no_grad()
    def answer(self, model: nn.Module, data: Splits, question: Question) -> Points:
        latents = latents_for(question, self.num_latents, next(model.parameters()).device)
        with evaluating(model):
            return Points(self.predict(model, latents).cpu())

    @torch.no_grad()
    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        test = data.test()
        assert test is not None, "what was made is shown beside what was not learnt from"
        real, *_ = next(iter(test))
        with evaluating(model):
            yield "points", draw_points(real.cpu(), self.predict(model, noise(real, self.num_latents)))

    def explain(
        self, model: nn.Module, data: Splits, question: Question, answer: Answer
    ) -> Iterator[tuple[str, Drawing]]:
        return iter(())

    def watch(self, model: nn.Module) -> dict[str, float]:
        """`steps_won`, said where they have become many: an experiment's `measure_model`."""
        steps = int(self.steps_won)
        if steps >= FOR_LONG:
            note(
                "The discriminator has won: its loss has stayed close to 0, and the generator learns nothing more."
                " Give the discriminator a smaller learning rate or fewer channels, or take wgan."
            )
        return {"steps_won": float(steps)}


def noise(like: Tensor, num_latents: int) -> Tensor:
    """z ~ N(0, I), (batch, num_latents), as many as there are examples, on their device."""
    return torch.randn(len(like), num_latents, device=like.device, dtype=like.dtype)


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """Within it the network passes gradients on without taking any for its own parameters."""
    taken = [parameter for parameter in network.parameters() if parameter.requires_grad]
    for parameter in taken:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in taken:
            parameter.requires_grad_(True)
