"""Every schedule against torch's of that name, and the two of the course against their formulas."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch.optim import lr_scheduler as torch_schedulers

from dongshou.scratch import optim
from dongshou.scratch.optim import lr_scheduler as schedulers

EPOCHS = 50


class Halving:
    """A factor with a state of its own."""

    def __init__(self, period: int) -> None:
        self.period = period

    def __call__(self, epoch: int) -> float:
        return 0.5 ** (epoch // self.period)


SCHEDULES = {
    "step": lambda library, optimizer: library.StepLR(optimizer, 7, 0.5),
    "multi-step": lambda library, optimizer: library.MultiStepLR(optimizer, [30, 10, 10, 20], 0.3),
    "exponential": lambda library, optimizer: library.ExponentialLR(optimizer, 0.9),
    "cosine": lambda library, optimizer: library.CosineAnnealingLR(optimizer, 60, 0.01),
    "cosine-and-up-again": lambda library, optimizer: library.CosineAnnealingLR(optimizer, 20),
    "warm-up": lambda library, optimizer: library.LinearLR(optimizer, 0.1, 0.9, 12),
    "lambda": lambda library, optimizer: library.LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch)),
    "lambdas": lambda library, optimizer: library.LambdaLR(optimizer, [Halving(3), lambda epoch: epoch]),
    "sequential": lambda library, optimizer: library.SequentialLR(
        optimizer,
        [
            library.LinearLR(optimizer, 0.2, 1, 5),
            library.CosineAnnealingLR(optimizer, 20),
            library.StepLR(optimizer, 4),
        ],
        [5, 25],
    ),
}


def build(library, name: str, lr=0.4):
    groups = [
        dict(params=[torch.ones(1, requires_grad=True)]),
        dict(params=[torch.ones(1, requires_grad=True)], lr=2.0),
    ]
    optimizer = optim.SGD(groups, lr=lr)
    return optimizer, SCHEDULES[name](library, optimizer)


def rates(optimizer, schedule, epochs: int = EPOCHS) -> list[list[float]]:
    seen = []
    for _ in range(epochs):
        seen.append([float(group["lr"]) for group in optimizer.param_groups])
        assert schedule.get_last_lr() == [group["lr"] for group in optimizer.param_groups]
        optimizer.step()
        schedule.step()
    return seen


def close(ours, theirs) -> None:
    # torch multiplies from epoch to epoch, and loses digits where the rate comes near to 0
    torch.testing.assert_close(torch.tensor(ours), torch.tensor(theirs), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("name", SCHEDULES)
def test_fifty_epochs_are_torchs(name):
    close(rates(*build(schedulers, name)), rates(*build(torch_schedulers, name)))


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_learning_rate_held_as_a_tensor(name):
    close(rates(*build(schedulers, name, torch.tensor(0.4)), 20), rates(*build(torch_schedulers, name), 20))


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("giver", [schedulers, torch_schedulers])
def test_a_state_dict_goes_over_and_the_course_goes_on(name, giver):
    optimizer, schedule = build(giver, name)
    expected = rates(*build(torch_schedulers, name))
    rates(optimizer, schedule, 8)
    state = copy.deepcopy(optimizer.state_dict()), copy.deepcopy(schedule.state_dict())
    optimizer, schedule = build(schedulers, name)
    optimizer.load_state_dict(state[0])
    schedule.load_state_dict(state[1])
    close(rates(optimizer, schedule, EPOCHS - 8), expected[8:])


@pytest.mark.parametrize("name", sorted(set(SCHEDULES) - {"sequential", "lambdas"}))
def test_our_state_dict_has_torchs_keys(name):
    states = [build(library, name)[1].state_dict() for library in (schedulers, torch_schedulers)]
    assert set(states[0]) == set(states[1])


def test_a_schedule_resumes_at_an_epoch():
    expected = rates(*build(schedulers, "step"))
    optimizer, _ = build(schedulers, "step")
    resumed = schedulers.StepLR(optimizer, 7, 0.5, last_epoch=19)
    close(rates(optimizer, resumed, 10), expected[20:30])


def test_bad_settings():
    optimizer, _ = build(schedulers, "step")
    other, schedule = build(schedulers, "step")
    for library in (schedulers, torch_schedulers):
        for wrong in (
            lambda library=library: library.LambdaLR(optimizer, [lambda epoch: 1.0]),
            lambda library=library: library.LinearLR(optimizer, 0.0),
            lambda library=library: library.LinearLR(optimizer, 0.5, 1.5),
            lambda library=library: library.SequentialLR(optimizer, [], []),
            lambda library=library: library.SequentialLR(optimizer, [library.StepLR(optimizer, 1)], [3]),
            lambda library=library: library.SequentialLR(optimizer, [schedule], []),
        ):
            with pytest.raises(ValueError):
                wrong()


def test_square_root():
    assert [schedulers.square_root(epoch) for epoch in (0, 3, 8)] == pytest.approx([1, 1 / 2, 1 / 3])


def test_cosine_with_warmup():
    factor = schedulers.cosine_with_warmup(5, 25, start=0.1, end=0.2)
    assert factor(0) == 0.1
    assert factor(4) == pytest.approx(0.1 + 0.9 * 4 / 5)
    assert factor(5) == 1
    assert factor(15) == pytest.approx(0.6)
    assert factor(25) == factor(99) == pytest.approx(0.2)
    assert schedulers.cosine_with_warmup(0, 10)(3) == pytest.approx((1 + math.cos(0.3 * math.pi)) / 2)
    with pytest.raises(ValueError, match="warmup_epochs < epochs"):
        schedulers.cosine_with_warmup(5, 5)
