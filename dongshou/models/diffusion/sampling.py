"""From noise to a picture: a step at a time as Ho et al. (2020) take it, or in few large ones (Song et al., 2021)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from dongshou.errors import UsageError
from dongshou.models.diffusion.guidance import Noise
from dongshou.models.diffusion.schedule import NoiseSchedule, at

Drawn = torch.Generator | None


class Chain(NamedTuple):
    """A place on the way: the pictures x_t (batch, ...) at step t, and what the network takes them for by now."""

    t: int
    x_t: Tensor
    x_0: Tensor


def ddpm_chain(schedule: NoiseSchedule, noise: Noise, x_T: Tensor, generator: Drawn = None) -> Iterator[Chain]:
    """Ancestral sampling: x_{t-1} ~ q(x_{t-1} | x_t, x_0), x_0 as the predicted noise says, for t = T, ..., 1.

    noise  predicts the noise in x_t at the steps t; x_T (batch, ...) is drawn from N(0, I)

    The variance is the posterior's, beta~_t of the paper. Pixels lie in -1..1, and what x_0 has beyond is cut off: an
    error of the first steps would grow by 1 / sqrt(alpha_bar_t). Ho et al., 2020, algorithm 2.
    """
    x_t = x_T
    for step in range(schedule.num_steps, 0, -1):
        t = torch.full((len(x_t),), step, device=x_t.device)  # (batch,)
        x_0 = schedule.denoised(x_t, t, noise(x_t, t)).clamp(-1, 1)
        mean, variance = schedule.posterior(x_0, x_t, t)
        x_t = mean + variance.sqrt() * drawn_like(x_t, generator)
        yield Chain(step - 1, x_t, x_0)


def ddim_chain(
    schedule: NoiseSchedule, noise: Noise, x_T: Tensor, num_steps: int = 50, eta: float = 0.0, generator: Drawn = None
) -> Iterator[Chain]:
    """Few steps, from each of some t to the next one s below it.

    sigma = eta sqrt((1 - alpha_bar_s) / (1 - alpha_bar_t)) sqrt(1 - alpha_bar_t / alpha_bar_s)
    x_s = sqrt(alpha_bar_s) x_0 + sqrt(1 - alpha_bar_s - sigma^2) noise + sigma z,  z ~ N(0, I)

    eta 0: nothing is drawn on the way, the first noise alone decides the picture. eta 1 with all T steps is
    `ddpm_chain`. x_0 is cut off at -1..1, and the noise is what then lies between it and x_t. Song et al., 2021,
    equations 12 and 16. Raises UsageError for more steps than there are.
    """
    x_t = x_T
    steps = ddim_steps(schedule.num_steps, num_steps)
    for step, next_step in zip(steps, [*steps[1:], 0], strict=True):
        t, s = (torch.full((len(x_t),), number, device=x_t.device) for number in (step, next_step))  # (batch,)
        x_0 = schedule.denoised(x_t, t, noise(x_t, t)).clamp(-1, 1)
        now, then = at(schedule.alpha_bar, t, x_t), at(schedule.alpha_bar, s, x_t)  # (batch, 1, ...)
        sigma = eta * ((1 - then) / (1 - now) * (1 - now / then)).sqrt()
        direction = (1 - then - sigma**2).clamp(min=0).sqrt() * schedule.noise_between(x_t, t, x_0)
        x_t = then.sqrt() * x_0 + direction
        if eta > 0:
            x_t = x_t + sigma * drawn_like(x_t, generator)
        yield Chain(next_step, x_t, x_0)


def ddim_steps(num_all: int, num_steps: int) -> list[int]:
    """So many of the steps 1, ..., T, evenly spread, the largest first; T is among them, and 1 where all are.

    >>> ddim_steps(10, 4)
    [10, 8, 5, 3]
    """
    if not 1 <= num_steps <= num_all:
        raise UsageError(f"DDIM takes from 1 to {num_all} steps, those of the noise schedule; got {num_steps}.")
    return [-(-num_all * number // num_steps) for number in range(num_steps, 0, -1)]


def drawn_like(x: Tensor, generator: Drawn) -> Tensor:
    """Numbers from N(0, 1), drawn on the CPU: the same on every device."""
    return torch.randn(x.shape, generator=generator, dtype=x.dtype).to(x.device)
