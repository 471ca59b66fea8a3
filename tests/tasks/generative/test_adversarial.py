"""The losses of a GAN and their gradients beside a second writing; who learns when; a discriminator that has won."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn
from torch.optim import SGD

from dongshou.errors import UsageError
from dongshou.notes import DataNote
from dongshou.tasks.asking import Question
from dongshou.tasks.generative.adversarial import FOR_LONG, Adversarial
from dongshou.tasks.generative.judge import PointJudge
from dongshou.tasks.generative.latents import latents_for, walk


def networks() -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(1)
    return nn.Linear(3, 2), nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))


def test_a_step_is_that_of_the_formulas():
    generator, discriminator = networks()
    task = Adversarial(discriminator, 3, PointJudge())
    G, D = copy.deepcopy((generator, discriminator))
    optimizer = {
        "discriminator": SGD(discriminator.parameters(), lr=0.3),
        "generator": SGD(generator.parameters(), lr=0.7),
    }
    real = torch.randn(5, 2)
    torch.manual_seed(2)
    quantities = task.step(generator, (real,), optimizer)

    torch.manual_seed(2)
    z = torch.randn(5, 3)
    loss = -(torch.sigmoid(D(real)).log().mean() + (1 - torch.sigmoid(D(G(z).detach()))).log().mean()) / 2
    for parameter, gradient in zip(D.parameters(), torch.autograd.grad(loss, [*D.parameters()]), strict=True):
        parameter.data -= 0.3 * gradient
    fooling = -torch.sigmoid(D(G(z))).log().mean()  # of the discriminator as it is now
    for parameter, gradient in zip(G.parameters(), torch.autograd.grad(fooling, [*G.parameters()]), strict=True):
        parameter.data -= 0.7 * gradient

    for ours, theirs in ((generator, G), (discriminator, D)):
        for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            torch.testing.assert_close(one, other)
    assert float(quantities["discriminator_loss"].total) == pytest.approx(5 * loss.item(), rel=1e-5)
    assert float(quantities["generator_loss"].total) == pytest.approx(5 * fooling.item(), rel=1e-5)
    assert all(parameter.requires_grad for parameter in discriminator.parameters())


def test_who_can_only_guess_has_a_loss_of_ln_2():
    generator, discriminator = networks()
    nn.init.zeros_(discriminator[2].weight), nn.init.zeros_(discriminator[2].bias)
    measured = Adversarial(discriminator, 3, PointJudge()).measure(generator, (torch.randn(7, 2),))
    for name in ("discriminator_loss", "generator_loss"):
        assert float(measured[name].total / measured[name].weight) == pytest.approx(math.log(2))


def test_a_discriminator_that_has_won_is_said_and_one_that_once_did_is_not():
    _, discriminator = networks()
    task = Adversarial(discriminator, 3, PointJudge())
    for _ in range(FOR_LONG - 1):
        task.count(torch.tensor(0.001))
    assert task.watch(discriminator) == {"steps_won": FOR_LONG - 1}
    resumed = Adversarial(discriminator, 3, PointJudge())
    resumed.load_state_dict(task.state_dict())
    resumed.count(torch.tensor(0.001))
    with pytest.warns(DataNote, match="The discriminator has won"):
        assert resumed.watch(discriminator) == {"steps_won": FOR_LONG}
    resumed.count(torch.tensor(0.5))
    assert resumed.watch(discriminator) == {"steps_won": 0}


def test_noise_of_a_seed_is_the_same_and_of_none_is_not():
    cpu = torch.device("cpu")
    one, same = (latents_for(Question(num=4, seed=3), 6, cpu) for _ in range(2))
    assert one.shape == (4, 6) and torch.equal(one, same)
    assert not torch.equal(latents_for(Question(num=4), 6, cpu), latents_for(Question(num=4), 6, cpu))
    for num in (0, -1, 10_001):
        with pytest.raises(UsageError, match=f"from 1 to 10,000; got {num}"):
            latents_for(Question(num=num), 6, cpu)


def test_a_walk_stays_on_its_sphere_and_keeps_its_pace():
    first, last = torch.randn(2, 5, 40).double().unbind()
    way = walk(first / first.norm(dim=1, keepdim=True), last / last.norm(dim=1, keepdim=True), 7)
    torch.testing.assert_close(way.norm(dim=-1), torch.ones(7, 5).double())
    strides = (way[1:] - way[:-1]).norm(dim=-1)
    torch.testing.assert_close(strides, strides[:1].expand(6, 5))
    torch.testing.assert_close(walk(first, last, 3)[[0, 2]], torch.stack([first, last]))
    torch.testing.assert_close(walk(first, first, 3), first.expand(3, 5, 40))
