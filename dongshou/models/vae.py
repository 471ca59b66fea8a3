"""A variational autoencoder: a picture is a cloud of latents, each latent a picture (Kingma and Welling, 2014)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from dongshou.errors import UsageError
from dongshou.models.checks import check_counts


class Latents(NamedTuple):
    """A normal distribution for each example: mean and log of the variance, (batch, num_latents) each."""

    mean: Tensor
    log_variance: Tensor


class VAE(nn.Module):
    """Encoder q(z | x) = N(mean, diag(variance)) and decoder p(x | z), which gives a logit for each pixel.

    Pictures (batch, *shape) of values 0..1 -> logits (batch, *shape) and the latents that they were decoded from.
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module, num_latents: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.num_latents = num_latents

    def encode(self, images: Tensor) -> Latents:
        return Latents(*self.encoder(images).chunk(2, dim=1))

    def decode(self, latents: Tensor) -> Tensor:
        """(batch, num_latents) -> logits (batch, *shape)"""
        return self.decoder(latents)

    def forward(self, images: Tensor) -> tuple[Tensor, Latents]:
        latents = self.encode(images)
        return self.decode(reparametrized(latents)), latents


def reparametrized(latents: Latents) -> Tensor:
    """z = mean + exp(log_variance / 2) e with e ~ N(0, I): drawn so, z has a derivative by mean and variance."""
    return latents.mean + (latents.log_variance / 2).exp() * torch.randn_like(latents.mean)


def vae(shape: Sequence[int] = (1, 28, 28), num_latents: int = 2, hidden: Sequence[int] = (400, 400)) -> VAE:
    """Linear layers with ReLU, as many behind the latents as before them. (batch, *shape) -> logits and latents

    Raises UsageError for a shape without pixels or numbers below 1.
    """
    check_counts(num_latents=num_latents, **{f"hidden[{index}]": width for index, width in enumerate(hidden)})
    if not shape or min(shape) < 1:
        raise UsageError(f"A picture has a pixel at least; got the shape {tuple(shape)}.")
    num_pixels = int(torch.Size(shape).numel())
    encoder = nn.Sequential(nn.Flatten(), *layers([num_pixels, *hidden, 2 * num_latents]))
    decoder = nn.Sequential(*layers([num_latents, *reversed(hidden), num_pixels]), nn.Unflatten(1, tuple(shape)))
    return VAE(encoder, decoder, num_latents)


def layers(widths: Sequence[int]) -> list[nn.Module]:
    """Linear layers from each width to the next, ReLU behind all but the last."""
    made: list[nn.Module] = []
    for inputs, outputs in zip(widths, widths[1:], strict=False):
        made += [nn.Linear(inputs, outputs), nn.ReLU()]
    return made[:-1]
