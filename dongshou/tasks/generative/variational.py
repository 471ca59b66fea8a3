"""Variational autoencoding: a lower bound on the log likelihood of each picture, raised (Kingma and Welling, 2014)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim import Optimizer

from dongshou.models.summary.watch import evaluating
from dongshou.models.vae import Latents
from dongshou.tasks.answers import Answer, Picture
from dongshou.tasks.asking import AskedWith, Question
from dongshou.tasks.generative.judge import PictureJudge
from dongshou.tasks.generative.latents import latents_for, walk
from dongshou.tasks.pictures.latent_map import draw_latent_map, draw_manifold
from dongshou.tasks.pictures.made import draw_made
from dongshou.tasks.quantity import Measured, Quantities, Quantity
from dongshou.tasks.task import descend

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing
    from dongshou.tasks.quantity import Accumulator

COLUMNS, ROWS = 8, 4  # of a sheet of pictures


class VariationalAutoencoding:
    """log p(x) >= E_q log p(x | z) - KL(q(z | x) || N(0, I)), in nats a picture, with one z drawn for each.

    bound           the right side, which is raised
    reconstruction  -log p(x | z), sum over the pixels of -(x log y + (1 - x) log(1 - y)) with y = sigmoid(logit): a
                    pixel of 0..1 is a share of black and white
    divergence      KL, sum over the latents of (mean^2 + variance - log variance - 1) / 2

    Batches are pictures (batch, channels, height, width) of values 0..1, alone or with what they are. The model is a
    `dongshou.models.VAE`.
    """

    headline = "bound"
    asked_with: AskedWith = "noise"

    def __init__(self, judge: PictureJudge) -> None:
        self.judge = judge

    def accumulators(self) -> dict[str, Accumulator]:
        return self.judge.accumulators()

    def step(self, model: Any, batch: tuple[Tensor, ...], optimizer: Optimizer) -> Quantities:
        logits, latents = model(batch[0])
        reconstruction, divergence = terms(logits, batch[0], latents)
        descend((reconstruction + divergence).mean(), optimizer)
        return quantities(reconstruction, divergence)

    def measure(self, model: Any, batch: tuple[Tensor, ...]) -> Measured:
        real = batch[0]
        logits, latents = model(real)
        made = self.predict(model, torch.randn_like(latents.mean))
        return {**quantities(*terms(logits, real, latents)), **self.judge.measure(real, made, None)}

    def predict(self, model: Any, inputs: Tensor) -> Tensor:
        """The pictures of latents (batch, num_latents), values 0..1."""
        return torch.sigmoid(model.decode(inputs).float())

    @torch.no_grad()
    def answer(self, model: Any, data: Splits, question: Question) -> Picture:
        with evaluating(model):
            return Picture(self.predict(model, self.latents(model, question)).cpu())

    @torch.no_grad()
    def explain(self, model: Any, data: Splits, question: Question, answer: Answer) -> Iterator[tuple[str, Drawing]]:
        """The way from each picture to the next, through the latents that lie between."""
        if question.num > 1:
            latents = self.latents(model, question)[: ROWS + 1]
            yield "interpolation", self.between(model, latents[:-1], latents[1:], "From each picture to the next")

    @torch.no_grad()
    def figures(self, model: Any, data: Splits) -> Iterator[tuple[str, Figure]]:
        test = data.test()
        assert test is not None, "pictures are taken apart that were not learnt from"
        real, *labels = next(iter(test))
        with evaluating(model):
            yield "reconstruction", self.draw_reconstruction(model, real[: ROWS * COLUMNS // 2])
            yield "pictures", self.draw(model)
            means = model.encode(real).mean
            first, last = means[:ROWS], means[ROWS : 2 * ROWS]
            if len(last) == ROWS:
                yield "interpolation", self.between(model, first, last, "From one picture of the test set to another")
            if model.num_latents == 2:
                yield "latent_map", draw_latent_map(means.cpu(), labels[0].cpu() if labels else None, data.classes)
                yield "manifold", draw_manifold(lambda latents: self.predict(model, latents.to(means.device)).cpu())

    @torch.no_grad()
    def draw(self, model: Any) -> Figure:
        """Pictures of latents that are the same every time."""
        with evaluating(model):
            made = self.predict(model, self.latents(model, Question(num=COLUMNS**2, seed=0)))
        return draw_made([*made.split(COLUMNS)], "Made of noise")

    def draw_reconstruction(self, model: Any, real: Tensor) -> Figure:
        """Each row of pictures above what became of it."""
        back = self.predict(model, model.encode(real).mean)
        rows = [row for pair in zip(real.split(COLUMNS), back.split(COLUMNS), strict=True) for row in pair]
        return draw_made(rows, "Encoded and decoded", ["real", "decoded"] * (len(rows) // 2))

    def between(self, model: Any, first: Tensor, last: Tensor, title: str) -> Figure:
        """A row of pictures from each of the first latents (rows, num_latents) to the last."""
        way = walk(first, last, COLUMNS)  # (columns, rows, num_latents)
        with evaluating(model):
            made = self.predict(model, way.flatten(0, 1)).unflatten(0, way.shape[:2])
        return draw_made([*made.transpose(0, 1)], title)

    def latents(self, model: Any, question: Question) -> Tensor:
        return latents_for(question, model.num_latents, next(model.parameters()).device)


def terms(logits: Tensor, images: Tensor, latents: Latents) -> tuple[Tensor, Tensor]:
    """Reconstruction and divergence of each picture in nats, (batch,) each."""
    lost = binary_cross_entropy_with_logits(logits.float(), images.float(), reduction="none").flatten(1).sum(1)
    mean, log_variance = (part.float() for part in latents)
    divergence = (mean.square() + log_variance.exp() - log_variance - 1).sum(1) / 2
    return lost, divergence


def quantities(reconstruction: Tensor, divergence: Tensor) -> Quantities:
    num, lost, far = len(reconstruction), reconstruction.detach().sum(), divergence.detach().sum()
    return {
        "bound": Quantity(-(lost + far), num, higher_is_better=True),
        "reconstruction": Quantity(lost, num),
        "divergence": Quantity(far, num),
    }
