"""Restyling: a network learns to draw the content of one picture in the style of another, in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from dongshou.models.adain import AdaIN
from dongshou.models.summary.watch import evaluating
from dongshou.tasks import answers
from dongshou.tasks.asking import AskedWith, Question, given
from dongshou.tasks.quantity import Quantities, Quantity
from dongshou.tasks.style import content_loss, statistics_loss
from dongshou.tasks.task import descend

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing
    from dongshou.tasks.answers import Answer

Batch = tuple[Tensor, Tensor]  # contents and styles (batch, 3, height, width)


@dataclass
class Restyling:
    """loss = mean (f(g(t)) - t)^2 + w sum over layers of the distance of means and deviations (equations 11 to 13).

    style_weight  w
    style         that a question is answered in, as the network takes it (1, 3, height, width)
    pixels        makes values 0..1 of what the network draws
    """

    style_weight: float
    style: Tensor
    mean: Tensor
    std: Tensor
    headline: str = "loss"
    asked_with: AskedWith = "image"

    def step(self, model: nn.Module, batch: Batch, optimizer: Optimizer) -> Quantities:
        content, style = self.losses(model, batch)
        descend(content + self.style_weight * style, optimizer)
        return self.quantities(content, style, len(batch[0]))

    def measure(self, model: nn.Module, batch: Batch) -> Quantities:
        return self.quantities(*self.losses(model, batch), len(batch[0]))

    def losses(self, model: nn.Module, batch: Batch) -> tuple[Tensor, Tensor]:
        """That of the content and that of the style, not yet weighted."""
        assert isinstance(model, AdaIN), "restyling is what AdaIN does"
        restyled = model(*batch)
        seen = model.encoder(restyled.picture)
        return content_loss(seen[-1:], [restyled.features]), statistics_loss(seen, restyled.styles)

    def quantities(self, content: Tensor, style: Tensor, num: int) -> Quantities:
        parts = {"loss": content + self.style_weight * style, "content_loss": content, "style_loss": style}
        return {name: Quantity(value.detach() * num, num) for name, value in parts.items()}

    def predict(self, model: nn.Module, inputs: Tensor) -> Tensor:
        """The pictures in the style that was set: values 0..1 (batch, 3, height, width)."""
        drawn = model(inputs, self.style.to(inputs.device)).picture.float()
        return (drawn * self.std.to(drawn.device) + self.mean.to(drawn.device)).clamp(0, 1)

    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        return iter(())

    @torch.no_grad()
    def answer(self, model: nn.Module, data: Splits, question: Question) -> answers.Picture:
        """The photo in the style."""
        asked = given(self.asked_with, data, question, model)
        with evaluating(model):
            return answers.Picture(self.predict(model, asked.inputs).cpu())

    def explain(
        self, model: nn.Module, data: Splits, question: Question, answer: Answer
    ) -> Iterator[tuple[str, Drawing]]:
        return iter(())
