"""How a diffusion model draws: in how many steps, and how closely it follows what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from dongshou.models.diffusion import Chain, NoiseSchedule, ddim_chain, guided
from dongshou.models.diffusion.sampling import Drawn

AT_ONCE = 250  # pictures: twice as many go through the network where they are guided
FRAMES = 24  # of an animation


@dataclass(frozen=True)
class Sampler:
    """DDIM along a schedule.

    num_steps  of sampling, at most those of the schedule
    guidance   how far what was asked for is exaggerated: see `models.diffusion.guided`
    eta        share of the noise that is drawn again at each step: 0 none, 1 as much as Ho et al. (2020) draw
    """

    schedule: NoiseSchedule
    num_steps: int = 50
    guidance: float = 1.0
    eta: float = 0.0

    def guiding(self, guidance: float) -> Sampler:
        """The same with another guidance."""
        return replace(self, guidance=guidance)

    def chain(self, model: nn.Module, condition: Tensor, x_T: Tensor, generator: Drawn = None) -> Iterator[Chain]:
        """The way from noise x_T (batch, channels, height, width) to pictures of the condition (batch, ...)."""
        noise = guided(model, condition, self.guidance)
        return ddim_chain(self.schedule, noise, x_T, self.num_steps, self.eta, generator)

    @torch.no_grad()
    def draw(self, model: nn.Module, condition: Tensor, x_T: Tensor, generator: Drawn = None) -> Tensor:
        """The pictures at its end, of values 0..1."""
        drawn = []
        for some, noise in zip(condition.split(AT_ONCE), x_T.split(AT_ONCE), strict=True):
            *_, end = self.chain(model, some, noise, generator)
            drawn.append(as_pixels(end.x_t))
        return torch.cat(drawn)

    @torch.no_grad()
    def grow(self, model: nn.Module, condition: Tensor, x_T: Tensor, generator: Drawn = None) -> Tensor:
        """The pictures as they grow, (frames, batch, channels, height, width) of values 0..1: noise first."""
        ways = [x_T, *(place.x_t for place in self.chain(model, condition, x_T, generator))]
        shown = torch.linspace(0, len(ways) - 1, min(FRAMES, len(ways))).round().long().tolist()
        return torch.stack([as_pixels(ways[number]) for number in shown])


def as_pixels(x: Tensor) -> Tensor:
    """-1..1 -> 0..1; what is beyond is cut off."""
    return ((x + 1) / 2).clamp(0, 1)
