"""Schedules, hooks and scalers that hold an optimiser while it becomes ours; schedules that become ours."""

from __future__ import annotations

import gc
import warnings
from weakref import ref

import pytest
import torch
from torch.optim import lr_scheduler as torch_schedules

from dongshou import scratch
from dongshou.errors import DongshouError
from dongshou.scratch import optimizer_from_scratch, schedule_from_scratch
from dongshou.scratch.optim import lr_scheduler as our_schedules

SCHEDULES = {
    "step": lambda optimizer: torch_schedules.StepLR(optimizer, 3, 0.5),
    "one cycle": lambda optimizer: torch_schedules.OneCycleLR(optimizer, 0.3, 20),
    "cyclic": lambda optimizer: torch_schedules.CyclicLR(optimizer, 0.1, 0.5, 4, mode="triangular2"),
    "sequence": lambda optimizer: torch_schedules.SequentialLR(
        optimizer,
        [torch_schedules.LinearLR(optimizer, 0.1), torch_schedules.CosineAnnealingLR(optimizer, 9)],
        [5],
    ),
}


def train(weight: torch.Tensor, optimizer: torch.optim.Optimizer, schedule, steps: int = 4) -> list[float]:
    rates = []
    for _ in range(steps):
        optimizer.zero_grad()
        (weight - 3).square().sum().backward()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


@pytest.mark.parametrize("swap_schedule", [False, True])
@pytest.mark.parametrize("before", [0, 4])
@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("optimizer_class", [torch.optim.SGD, torch.optim.AdamW])
def test_a_schedule_built_before_goes_on_driving_the_optimizer(optimizer_class, name, before, swap_schedule):
    found = []
    for ours in (False, True):
        weight = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
        keywords = dict(momentum=0.5) if optimizer_class is torch.optim.SGD else {}
        optimizer = optimizer_class([weight], lr=0.2, **keywords)
        schedule = SCHEDULES[name](optimizer)
        rates = train(weight, optimizer, schedule, before)
        if ours:
            assert optimizer_from_scratch(optimizer) is optimizer is schedule.optimizer
            assert type(optimizer) is getattr(scratch.optim, optimizer_class.__name__)
            if swap_schedule:
                assert schedule_from_scratch(schedule) is schedule
                assert type(schedule) is getattr(our_schedules, type(schedule).__name__)
                assert all(
                    type(inner).__module__.startswith("dongshou") for inner in vars(schedule).get("_schedulers", [])
                )
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # none says that no step came before the schedule's
            rates += train(weight, optimizer, schedule, 12)
        found.append((rates, weight.detach()))
    (expected_rates, expected), (rates, weight) = found
    assert rates == pytest.approx(expected_rates, rel=1e-12)
    assert len(set(rates)) > 2
    torch.testing.assert_close(weight, expected, rtol=1e-12, atol=1e-12)


def test_a_schedule_that_steps_first_is_still_warned_of():
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    schedule = torch_schedules.StepLR(optimizer, 3)
    optimizer_from_scratch(optimizer)
    with pytest.warns(UserWarning, match="before `optimizer.step"):
        schedule.step()


def test_what_waits_for_a_metric_and_a_users_own_schedule():
    class Own(torch_schedules.StepLR):
        pass

    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    plateau = schedule_from_scratch(torch_schedules.ReduceLROnPlateau(optimizer, patience=0))
    assert type(plateau) is our_schedules.ReduceLROnPlateau
    for metric in (1.0, 2.0):
        plateau.step(metric)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.01)
    assert type(schedule_from_scratch(Own(optimizer, 3))) is Own


def test_hooks_of_the_optimizer_go_on():
    weight, called = torch.ones(2, requires_grad=True), []
    optimizer = torch.optim.Adam([weight])
    optimizer.register_step_pre_hook(lambda *_: called.append("pre"))
    optimizer.register_state_dict_post_hook(lambda *_: called.append("saved"))
    optimizer_from_scratch(optimizer)
    optimizer.step()
    optimizer.state_dict()
    assert called == ["pre", "saved"]


def test_a_gradient_scaler_divides_once():
    for fused in (False, True):
        weight = torch.ones(2, requires_grad=True)
        optimizer = optimizer_from_scratch(torch.optim.SGD([weight], lr=0.5, fused=fused))
        scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
        scaler.scale(weight.sum()).backward()
        scaler.step(optimizer)
        assert weight.tolist() == [0.5, 0.5]


def test_a_replaced_step_is_refused():
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    optimizer.step = lambda closure=None: None
    with pytest.raises(DongshouError, match="step has been replaced"):
        optimizer_from_scratch(optimizer)
    assert type(optimizer) is torch.optim.SGD


def test_an_optimizer_with_a_schedule_does_not_outlive_its_use():
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    torch_schedules.StepLR(optimizer, 3)
    gc.disable()
    try:
        weak = ref(optimizer_from_scratch(optimizer))
        del optimizer
        assert weak() is None
    finally:
        gc.enable()
