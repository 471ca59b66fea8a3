"""How much noise there is at each step: from none at t = 0 to nothing else at t = T."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from dongshou.errors import UsageError
from dongshou.models.checks import check_counts


class NoiseSchedule(nn.Module):
    """The forward process: q(x_t | x_{t-1}) = N(sqrt(1 - beta_t) x_{t-1}, beta_t I), t = 1, ..., T.

    alpha_t = 1 - beta_t;  alpha_bar_t = alpha_1 alpha_2 ... alpha_t, the share of the picture's variance that is left.

    beta, alpha, alpha_bar  (T + 1,), indexed by t as in the paper: at t = 0 there is no noise, alpha_bar_0 = 1.
    Steps t are (batch,), pictures (batch, ...). Ho et al., 2020, section 2.

    Raises UsageError for a beta that is not between 0 and 1.
    """

    beta: Tensor
    alpha: Tensor
    alpha_bar: Tensor

    def __init__(self, beta: Tensor) -> None:
        super().__init__()
        if beta.dim() != 1 or not len(beta) or not bool(((beta > 0) & (beta < 1)).all()):
            raise UsageError("The noise of each step is a beta between 0 and 1, in a vector with one for each step.")
        beta = torch.cat([torch.zeros(1, dtype=torch.float64), beta.double()])
        alpha = 1 - beta
        for name, values in (("beta", beta), ("alpha", alpha), ("alpha_bar", alpha.cumprod(0))):
            self.register_buffer(name, values.float(), persistent=False)

    @property
    def num_steps(self) -> int:
        """T"""
        return len(self.beta) - 1

    def noised(self, x_0: Tensor, t: Tensor, noise: Tensor) -> Tensor:
        """x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) noise: all t steps at once. Equation 4."""
        alpha_bar = at(self.alpha_bar, t, x_0)  # (batch, 1, ...)
        return alpha_bar.sqrt() * x_0 + (1 - alpha_bar).sqrt() * noise

    def denoised(self, x_t: Tensor, t: Tensor, noise: Tensor) -> Tensor:
        """x_0 = (x_t - sqrt(1 - alpha_bar_t) noise) / sqrt(alpha_bar_t): `noised` solved for the picture."""
        alpha_bar = at(self.alpha_bar, t, x_t)
        return (x_t - (1 - alpha_bar).sqrt() * noise) / alpha_bar.sqrt()

    def noise_between(self, x_t: Tensor, t: Tensor, x_0: Tensor) -> Tensor:
        """noise = (x_t - sqrt(alpha_bar_t) x_0) / sqrt(1 - alpha_bar_t): `noised` solved for the noise."""
        alpha_bar = at(self.alpha_bar, t, x_t)
        return (x_t - alpha_bar.sqrt() * x_0) / (1 - alpha_bar).sqrt()

    def posterior(self, x_0: Tensor, x_t: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance of q(x_{t-1} | x_t, x_0). Equations 6 and 7.

        mean = sqrt(alpha_bar_{t-1}) beta_t / (1 - alpha_bar_t) x_0
             + sqrt(alpha_t) (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t) x_t
        variance = (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t) beta_t, (batch, 1, ...): 0 at t = 1
        """
        beta, alpha = at(self.beta, t, x_t), at(self.alpha, t, x_t)
        alpha_bar, before = at(self.alpha_bar, t, x_t), at(self.alpha_bar, t - 1, x_t)
        mean = (before.sqrt() * beta * x_0 + alpha.sqrt() * (1 - before) * x_t) / (1 - alpha_bar)
        return mean, (1 - before) / (1 - alpha_bar) * beta


def at(values: Tensor, t: Tensor, like: Tensor) -> Tensor:
    """values[t], (batch,) -> (batch, 1, ...) to stand against a batch of pictures."""
    return values[t].view(-1, *[1] * (like.dim() - 1))


def linear_schedule(num_steps: int = 1000, first: float = 1e-4, last: float = 0.02) -> NoiseSchedule:
    """beta from `first` to `last` in equal steps; Ho et al., 2020, section 4, with T = 1000.

    With fewer steps each takes so much more: both ends are multiplied by 1000 / T, which leaves alpha_bar_T nearly 0.
    Raises UsageError for no step, or so few that a beta reaches 1.
    """
    check_counts(num_steps=num_steps)
    scale = 1000 / num_steps
    return NoiseSchedule(torch.linspace(scale * first, scale * last, num_steps, dtype=torch.float64))


def cosine_schedule(num_steps: int = 1000, offset: float = 0.008, most: float = 0.999) -> NoiseSchedule:
    """alpha_bar_t = f(t) / f(0), f(t) = cos^2(pi/2 (t/T + s) / (1 + s)): noise comes slowly at both ends.

    beta_t = min(1 - alpha_bar_t / alpha_bar_{t-1}, most); s is the offset. For small pictures the linear schedule ends
    in many steps of pure noise. Nichol and Dhariwal, 2021, section 3.2. Raises UsageError for no step.
    """
    check_counts(num_steps=num_steps)
    t = torch.arange(num_steps + 1, dtype=torch.float64)
    f = (math.pi / 2 * (t / num_steps + offset) / (1 + offset)).cos().square()  # (T + 1,)
    return NoiseSchedule((1 - f[1:] / f[:-1]).clamp(max=most))
