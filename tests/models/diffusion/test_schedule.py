"""The forward process beside its definition, and how it is undone."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from dongshou.errors import UsageError
from dongshou.models.diffusion import NoiseSchedule, cosine_schedule, linear_schedule

SCHEDULES = [linear_schedule(1000), linear_schedule(60), cosine_schedule(25)]


def test_betas_as_diffusers_has_them():
    """diffusers 0.42.1: DDPMScheduler(num_train_timesteps=1000).alphas_cumprod, and squaredcos_cap_v2 with 20 steps."""
    alpha_bar = linear_schedule(1000).alpha_bar[[0, 1, 100, 500, 1000]]
    assert alpha_bar.tolist() == pytest.approx([1, 0.9999, 0.89702, 0.078587, 4.0358e-5], rel=1e-4)
    betas = [0.007993, 0.020075, 0.032254, 0.044681, 0.05752, 0.070957, 0.08521, 0.100547, 0.117304, 0.135922, 0.156997]
    betas += [0.181359, 0.210212, 0.245372, 0.289725, 0.348137, 0.429434, 0.551024, 0.748476, 0.999]
    assert cosine_schedule(20).beta.tolist() == pytest.approx([0, *betas], abs=1e-6)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_all_steps_at_once_are_the_steps_one_by_one(schedule: NoiseSchedule):
    """x_t = sqrt(1 - beta_t) x_{t-1} + sqrt(beta_t) noise: its mean and variance, step by step in a loop."""
    mean, variance = 1.0, 0.0  # of x_t, given x_0 = 1
    x_0 = torch.ones(1, 2)
    for t in range(1, schedule.num_steps + 1):
        beta = float(schedule.beta[t])
        mean, variance = math.sqrt(1 - beta) * mean, (1 - beta) * variance + beta
        step = torch.tensor([t])
        x_t = schedule.noised(x_0, step, torch.tensor([[0.0, 1.0]]))[0]  # without noise, and with one of 1
        assert float(x_t[0]) == pytest.approx(mean, rel=1e-4, abs=1e-6)
        assert float(x_t[1] - x_t[0]) == pytest.approx(math.sqrt(variance), rel=1e-4)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_posterior_by_the_rule_of_bayes(schedule: NoiseSchedule):
    """q(x_{t-1} | x_t, x_0) is q(x_t | x_{t-1}) q(x_{t-1} | x_0) over a normalising number: precisions add up."""
    for t in (2, 3, schedule.num_steps // 2, schedule.num_steps):
        beta = float(schedule.beta[t])
        before = math.prod(1 - float(one) for one in schedule.beta[1:t])
        x_0, x_t = torch.tensor([[0.7, -0.2]]), torch.tensor([[-1.1, 0.4]])
        mean, variance = schedule.posterior(x_0, x_t, torch.tensor([t]))
        precision = (1 - beta) / beta + 1 / (1 - before)
        expected = (math.sqrt(1 - beta) / beta * x_t + math.sqrt(before) / (1 - before) * x_0) / precision
        torch.testing.assert_close(mean, expected, rtol=2e-3, atol=1e-4)
        assert variance.shape == (1, 1) and float(variance) == pytest.approx(1 / precision, rel=2e-3)
    mean, variance = schedule.posterior(x_0, x_t, torch.tensor([1]))
    torch.testing.assert_close(mean, x_0, rtol=1e-3, atol=0)
    assert not variance.any(), "the last step draws nothing"


def test_each_picture_has_a_step_of_its_own():
    schedule, x_0, noise = linear_schedule(50), torch.rand(3, 2, 4, 5), torch.randn(3, 2, 4, 5)
    t = torch.tensor([1, 20, 50])
    x_t = schedule.noised(x_0, t, noise)
    for row, step in enumerate(t.tolist()):
        share = float(schedule.alpha_bar[step])
        expected = math.sqrt(share) * x_0[row] + math.sqrt(1 - share) * noise[row]
        torch.testing.assert_close(x_t[row], expected)
    torch.testing.assert_close(schedule.denoised(x_t, t, noise), x_0, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(schedule.noise_between(x_t, t, x_0), noise, rtol=1e-3, atol=1e-3)


def test_a_schedule_has_no_weights_and_moves_along():
    schedule = cosine_schedule(10)
    assert not schedule.state_dict() and not [*schedule.parameters()] and schedule.num_steps == 10
    assert schedule.to("meta").alpha_bar.device.type == "meta"


@pytest.mark.parametrize("beta", [torch.zeros(3), torch.tensor([0.1, 1.0]), torch.ones(0), torch.full((2, 2), 0.1)])
def test_betas_lie_between_0_and_1(beta: Tensor):
    with pytest.raises(UsageError, match="a beta between 0 and 1"):
        NoiseSchedule(beta)


def test_a_schedule_has_steps():
    with pytest.raises(UsageError, match="num_steps must be at least 1; got num_steps=0"):
        cosine_schedule(0)
    with pytest.raises(UsageError, match="a beta between 0 and 1"):
        linear_schedule(20)
