"""Ancestral sampling and DDIM beside plain loops, diffusers, and what has to come out."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from dongshou.errors import UsageError
from dongshou.models.diffusion import (
    NoiseSchedule,
    cosine_schedule,
    ddim_chain,
    ddim_steps,
    ddpm_chain,
    guided,
    linear_schedule,
)

START = torch.tensor([[0.7, -1.3, 0.2]])


def toy(x: Tensor, t: Tensor) -> Tensor:
    """Some function in the place of a network."""
    return 0.3 * x + 0.1 * torch.cos(3 * x) + 0.01 * t[:, None]


def drawn_by_step(monkeypatch: pytest.MonkeyPatch, steps: list[int]) -> None:
    """The noise of each step from a seed of its own, so that another program can have the same."""
    left = iter(steps)

    def drawn(x: Tensor, generator: object) -> Tensor:
        return torch.randn(x.shape, generator=torch.Generator().manual_seed(next(left)))

    monkeypatch.setattr("dongshou.models.diffusion.sampling.drawn_like", drawn)


def test_ancestral_sampling_as_diffusers_has_it(monkeypatch: pytest.MonkeyPatch):
    """diffusers 0.42.1: DDPMScheduler(20, beta_schedule="squaredcos_cap_v2", clip_sample=True), toy as the network."""
    drawn_by_step(monkeypatch, [*range(20, 0, -1)])
    *_, end = ddpm_chain(cosine_schedule(20), toy, START)
    assert end.t == 0 and end.x_t[0].tolist() == pytest.approx([-0.9762, -0.4874, -0.1041], abs=2e-4)


@pytest.mark.parametrize(("eta", "expected"), [(0.0, [1.0, -1.0, -0.6227]), (0.5, [-0.1074, -1.0, 0.7659])])
def test_few_steps_as_diffusers_has_them(eta: float, expected: list[float], monkeypatch: pytest.MonkeyPatch):
    """diffusers 0.42.1: DDIMScheduler(20, ..., timestep_spacing="trailing"), 5 steps, use_clipped_model_output=True."""
    drawn_by_step(monkeypatch, [20, 16, 12, 8, 4])
    *_, end = ddim_chain(cosine_schedule(20), toy, START, num_steps=5, eta=eta)
    assert end.x_t[0].tolist() == pytest.approx(expected, abs=2e-4)


def test_few_steps_in_a_loop():
    """Number by number, from the formulas of the paper, with three pictures of different values."""
    schedule, start = linear_schedule(100), torch.tensor([[0.3], [-0.8], [1.6]])
    for number in range(3):
        x = float(start[number])
        for t, s in ((100, 75), (75, 50), (50, 25), (25, 0)):
            now, then = float(schedule.alpha_bar[t]), float(schedule.alpha_bar[s])
            noise = 0.3 * x + 0.1 * math.cos(3 * x) + 0.01 * t
            x_0 = min(1.0, max(-1.0, (x - math.sqrt(1 - now) * noise) / math.sqrt(now)))
            noise = (x - math.sqrt(now) * x_0) / math.sqrt(1 - now)
            x = math.sqrt(then) * x_0 + math.sqrt(1 - then) * noise
        *_, end = ddim_chain(schedule, toy, start, num_steps=4)
        assert float(end.x_t[number]) == pytest.approx(x, abs=1e-4)


@pytest.mark.parametrize("schedule", [linear_schedule(100), cosine_schedule(30)])
def test_all_steps_with_all_of_the_noise_are_ancestral_sampling(schedule: NoiseSchedule):
    start = torch.randn(4, 1, 3, 3, generator=torch.Generator().manual_seed(1))

    def net(x: Tensor, t: Tensor) -> Tensor:
        return toy(x.flatten(1), t).view_as(x)

    one = ddpm_chain(schedule, net, start, torch.Generator().manual_seed(2))
    other = ddim_chain(schedule, net, start, schedule.num_steps, 1.0, torch.Generator().manual_seed(2))
    for ours, theirs in zip(one, other, strict=True):
        assert ours.t == theirs.t
        torch.testing.assert_close(ours.x_t, theirs.x_t, rtol=1e-3, atol=1e-3)
        torch.testing.assert_close(ours.x_0, theirs.x_0, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("num_steps", [1, 3, 30])
def test_who_knows_the_noise_finds_the_picture(num_steps: int):
    schedule = cosine_schedule(30)
    x_0 = torch.rand(2, 1, 4, 4, generator=torch.Generator().manual_seed(3)) * 2 - 1

    def knows(x_t: Tensor, t: Tensor) -> Tensor:
        return schedule.noise_between(x_t, t, x_0)

    start = torch.randn(2, 1, 4, 4)
    *_, few = ddim_chain(schedule, knows, start, num_steps)
    *_, all_of_them = ddpm_chain(schedule, knows, start)
    torch.testing.assert_close(few.x_t, x_0, rtol=1e-3, atol=2e-3)
    torch.testing.assert_close(all_of_them.x_t, x_0, rtol=1e-3, atol=2e-3)


def test_numbers_of_a_known_distribution():
    """Of data N(m, s^2) the best prediction of the noise is known: the samples have to have that mean and spread."""
    schedule, mean, spread = cosine_schedule(400), 0.25, 0.15

    def best(x_t: Tensor, t: Tensor) -> Tensor:
        alpha_bar = schedule.alpha_bar[t][:, None]
        variance = alpha_bar * spread**2 + 1 - alpha_bar  # of x_t
        return (1 - alpha_bar).sqrt() * (x_t - alpha_bar.sqrt() * mean) / variance

    start = torch.randn(10_000, 1, generator=torch.Generator().manual_seed(4))
    *_, end = ddpm_chain(schedule, best, start, torch.Generator().manual_seed(5))
    *_, few = ddim_chain(schedule, best, start, 50)
    for samples, error in ((end.x_t, 0.05), (few.x_t, 0.12)):  # each step is the better the smaller it is
        assert float(samples.mean()) == pytest.approx(mean, abs=0.01)
        assert float(samples.std()) == pytest.approx(spread, rel=error)


def test_the_steps_of_ddim():
    assert ddim_steps(10, 4) == [10, 8, 5, 3] and ddim_steps(4, 4) == [4, 3, 2, 1] and ddim_steps(9, 1) == [9]
    for wrong in (0, 11):
        with pytest.raises(UsageError, match=f"from 1 to 10 steps, those of the noise schedule; got {wrong}"):
            ddim_steps(10, wrong)


class Says(nn.Module):
    """Predicts the condition itself; nothing is -1."""

    def forward(self, x_t: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        return x_t + 10 * t[:, None] + condition[:, None]

    def __init__(self) -> None:
        super().__init__()
        self.condition = self

    def nothing(self, condition: Tensor) -> Tensor:
        return torch.full_like(condition, -1.0)


@pytest.mark.parametrize("guidance", [-1.0, 0.0, 0.75, 3.5])
def test_guidance_is_the_line_through_both_predictions(guidance: float):
    x_t, t, condition = torch.randn(3, 2), torch.tensor([1, 2, 3]), torch.tensor([0.0, 4.0, 7.0])
    found = guided(Says(), condition, guidance)(x_t, t)
    given, free = (x_t + 10 * t[:, None] + value for value in (condition[:, None], -1.0))
    torch.testing.assert_close(found, free + (1 + guidance) * (given - free))
