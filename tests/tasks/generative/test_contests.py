"""The Wasserstein contest beside a second writing, its penalty beside slopes that are known; turns of the generator."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.optim import SGD

from dongshou.tasks.generative.adversarial import Adversarial
from dongshou.tasks.generative.contests import Guessing, Wasserstein, frozen, gradient_penalty
from dongshou.tasks.generative.judge import PointJudge


def test_the_penalty_is_of_the_slope_of_each_example():
    class Slope(nn.Module):
        """D(x) = a_i |x|^2 / 2, whose slope at x is |a_i x|."""

        def forward(self, x: torch.Tensor, a: torch.Tensor) -> torch.Tensor:
            return a[:, None] * x.flatten(1).square().sum(1, keepdim=True) / 2

    x = torch.randn(4, 1, 2, 3).double()
    a = torch.tensor([0.5, 1.0, 2.0, 4.0]).double()
    expected = ((a * x.flatten(1).norm(dim=1) - 1) ** 2).mean()
    torch.testing.assert_close(gradient_penalty(Slope(), x, x, [a]), expected)  # all points between are x
    linear = nn.Linear(3, 1)
    with torch.no_grad():
        penalty = gradient_penalty(linear, torch.randn(5, 3), torch.randn(5, 3), [])
        torch.testing.assert_close(penalty, (linear.weight.norm() - 1) ** 2)


def test_points_between_are_drawn_for_each_pair():
    seen: list[torch.Tensor] = []

    class Watches(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(x.detach())
            return x.sum(1, keepdim=True)

    gradient_penalty(Watches(), torch.zeros(500, 2), torch.tensor([[1.0, 10.0]]).expand(500, 2), [])
    shares = seen[0][:, 0]
    torch.testing.assert_close(seen[0][:, 1], 10 * shares)
    assert 0 <= shares.min() < 0.05 and 0.95 < shares.max() <= 1 and shares.unique().numel() > 400


def test_a_step_of_the_critic_and_whose_turn_it_is():
    torch.manual_seed(1)
    generator, critic = nn.Linear(3, 2), nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
    task = Adversarial(critic, 3, PointJudge(), Wasserstein(penalty=7.0), generator_every=2)
    G, D = copy.deepcopy((generator, critic))
    optimizer = {"discriminator": SGD(critic.parameters(), lr=0.05), "generator": SGD(generator.parameters(), lr=0.3)}
    real = torch.randn(5, 2)
    torch.manual_seed(2)
    first = task.step(generator, (real,), optimizer)
    assert "generator_loss" not in first and all(map(torch.equal, generator.parameters(), G.parameters()))

    torch.manual_seed(2)
    made = G(torch.randn(5, 3)).detach()
    share = torch.rand(5, 1)
    x = (share * real + (1 - share) * made).requires_grad_()
    (slope,) = torch.autograd.grad(D(x).sum(), x, create_graph=True)
    distance = D(real).mean() - D(made).mean()
    loss = 7.0 * (slope.norm(dim=1) - 1).square().mean() - distance
    for parameter, gradient in zip(D.parameters(), torch.autograd.grad(loss, [*D.parameters()]), strict=True):
        parameter.data -= 0.05 * gradient
    for one, other in zip(critic.parameters(), D.parameters(), strict=True):
        torch.testing.assert_close(one, other)
    assert float(first["critic_distance"].total) == pytest.approx(5 * distance.item(), rel=1e-5)

    second = task.step(generator, (real,), optimizer)
    assert "generator_loss" in second and not any(map(torch.equal, generator.parameters(), G.parameters()))
    assert task.watch(generator) == {}
    assert task.state_dict()["num_steps"] == 2


def test_what_is_frozen_passes_gradients_on_and_takes_none():
    network = nn.Linear(2, 1)
    network.bias.requires_grad_(False)
    x = torch.randn(3, 2, requires_grad=True)
    with frozen(network):
        loss = network(x).sum()
    loss.backward()
    assert x.grad is not None and network.weight.grad is None
    assert network.weight.requires_grad and not network.bias.requires_grad


def test_who_guesses_may_be_penalised_for_slopes_at_real_examples():
    """Of a linear discriminator the slope is its weight, everywhere."""
    linear, real, made = nn.Linear(3, 1), torch.randn(6, 3), torch.randn(6, 3)
    (plain, _), (loss, measured) = (Guessing(penalty).discriminating(linear, real, made, []) for penalty in (0.0, 0.4))
    torch.testing.assert_close(loss, plain + 0.2 * linear.weight.square().sum())
    torch.testing.assert_close(measured["discriminator_loss"], plain)
    (gradient,) = torch.autograd.grad(loss - plain, linear.weight)
    torch.testing.assert_close(gradient, 0.4 * linear.weight)
