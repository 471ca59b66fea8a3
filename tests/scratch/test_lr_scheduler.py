"""Every schedule against torch's of that name, and the two of the course against their formulas."""

from __future__ import annotations

import copy
import inspect
import math
import pickle
import warnings
from itertools import pairwise

import pytest
import torch
from torch.optim import lr_scheduler as torch_schedulers

from dongshou.scratch import optim
from dongshou.scratch.optim import lr_scheduler as schedulers

# torch warns of a chain within a sequence, in whose first epoch no step has been taken
pytestmark = pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step")
EPOCHS = 100
TORCHS, OURS = torch_schedulers, schedulers


class Halving:
    """A factor with a state of its own."""

    def __init__(self, period: int) -> None:
        self.period = period

    def __call__(self, epoch: int) -> float:
        return 0.5 ** (epoch // self.period)


def sequential(library, optimizer, inner=None):
    inner = inner or library
    parts = [
        inner.LinearLR(optimizer, 0.2, 1, 5),
        inner.CosineAnnealingLR(optimizer, 20),
        inner.ExponentialLR(optimizer, 0.97),
        inner.StepLR(optimizer, 4, 0.7),
        inner.LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch)),
    ]
    return library.SequentialLR(optimizer, parts, [5, 25, 40, 80])


def chained(library, optimizer, inner=None):
    inner = inner or library
    return library.ChainedScheduler(
        [inner.ConstantLR(optimizer, 0.3, 4), inner.ExponentialLR(optimizer, 0.9), inner.StepLR(optimizer, 30, 2.0)]
    )


def nested(library, optimizer, inner=None):
    inner = inner or library
    warm = inner.ChainedScheduler([inner.LinearLR(optimizer, 0.1, 1, 8), inner.ExponentialLR(optimizer, 0.95)])
    return library.SequentialLR(optimizer, [warm, inner.PolynomialLR(optimizer, 50, 2.0)], [20])


CHAINABLE = {
    "step": lambda library, optimizer: library.StepLR(optimizer, 7, 0.5),
    "multi-step": lambda library, optimizer: library.MultiStepLR(optimizer, [30, 10, 10, 20], 0.3),
    "constant": lambda library, optimizer: library.ConstantLR(optimizer, 0.25, 11),
    "constant-1": lambda library, optimizer: library.ConstantLR(optimizer),
    "exponential": lambda library, optimizer: library.ExponentialLR(optimizer, 0.9),
    "cosine": lambda library, optimizer: library.CosineAnnealingLR(optimizer, 60, 0.01),
    "cosine-and-up-again": lambda library, optimizer: library.CosineAnnealingLR(optimizer, 20),
    "warm-up": lambda library, optimizer: library.LinearLR(optimizer, 0.1, 0.9, 12),
    "down": lambda library, optimizer: library.LinearLR(optimizer, 1.0, 0.0, 70),
    "polynomial": lambda library, optimizer: library.PolynomialLR(optimizer, 40, 1.7),
    "polynomial-1": lambda library, optimizer: library.PolynomialLR(optimizer),
    "multiplicative": lambda library, optimizer: library.MultiplicativeLR(optimizer, lambda epoch: 1 - 1 / (2 + epoch)),
    "multiplicatives": lambda library, optimizer: library.MultiplicativeLR(optimizer, [Halving(40), lambda epoch: 0.9]),
}
FIXED = {
    "lambda": lambda library, optimizer: library.LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch)),
    "lambdas": lambda library, optimizer: library.LambdaLR(optimizer, [Halving(3), lambda epoch: epoch]),
    "restarts": lambda library, optimizer: library.CosineAnnealingWarmRestarts(optimizer, 13, eta_min=0.01),
    "restarts-longer": lambda library, optimizer: library.CosineAnnealingWarmRestarts(optimizer, 5, 3),
    "cyclic": lambda library, optimizer: library.CyclicLR(optimizer, 0.1, 0.7, 7, 4),
    "cyclic-lower": lambda library, optimizer: library.CyclicLR(
        optimizer, [0.1, 0.2], [0.7, 0.9], 9, mode="triangular2", base_momentum=[0.5, 0.6], max_momentum=[0.8, 0.9]
    ),
    "cyclic-power": lambda library, optimizer: library.CyclicLR(
        optimizer, 0.1, 0.7, 6, mode="exp_range", gamma=0.98, cycle_momentum=False
    ),
    "cyclic-function": lambda library, optimizer: library.CyclicLR(optimizer, 0.1, 0.7, 6, scale_fn=Halving(2)),
    "cyclic-function-of-steps": lambda library, optimizer: library.CyclicLR(
        optimizer, 0.1, 0.7, 6, scale_fn=lambda step: 1 / (1 + step), scale_mode="iterations"
    ),
    "one-cycle": lambda library, optimizer: library.OneCycleLR(optimizer, 0.8, total_steps=EPOCHS + 1),
    "one-cycle-straight": lambda library, optimizer: library.OneCycleLR(
        optimizer, [0.8, 0.3], epochs=21, steps_per_epoch=5, pct_start=0.17, anneal_strategy="linear", div_factor=7.0
    ),
    "one-cycle-in-three": lambda library, optimizer: library.OneCycleLR(
        optimizer, 0.8, EPOCHS, three_phase=True, final_div_factor=30, base_momentum=[0.7, 0.8]
    ),
    "one-cycle-bare": lambda library, optimizer: library.OneCycleLR(
        optimizer, 0.8, EPOCHS, pct_start=0.0, cycle_momentum=False
    ),
}
JOINED = {"sequential": sequential, "chained": chained, "nested": nested}
SCHEDULES = CHAINABLE | FIXED | JOINED


def make_optimizer(lr: float | torch.Tensor = 0.4, optimizer_class=optim.SGD, **keywords) -> torch.optim.Optimizer:
    groups = [dict(params=[torch.ones(1, requires_grad=True)])]
    if isinstance(lr, float):
        groups.append(dict(params=[torch.ones(1, requires_grad=True)], lr=2.0))
    else:
        groups.append(dict(params=[torch.ones(1, requires_grad=True)], lr=torch.tensor(2.0)))
    keywords = dict(momentum=0.9) if optimizer_class is optim.SGD else keywords
    return optimizer_class(groups, lr=lr, **keywords)


def build(library, name: str, lr: float | torch.Tensor = 0.4, **keywords):
    optimizer = make_optimizer(lr, **keywords)
    return optimizer, SCHEDULES[name](library, optimizer)


def state_of(optimizer) -> list[float]:
    momentum = [group["betas"][0] if "betas" in group else group["momentum"] for group in optimizer.param_groups]
    return [float(group["lr"]) for group in optimizer.param_groups] + momentum


def rates(optimizer, *schedules, epochs: int = EPOCHS, by_hand: dict[int, float] | None = None) -> list[list[float]]:
    seen = []
    for epoch in range(epochs):
        if by_hand and epoch in by_hand:
            optimizer.param_groups[0]["lr"] = by_hand[epoch]
        seen.append(state_of(optimizer))
        optimizer.step()
        for schedule in schedules:
            schedule.step()
        assert schedules[-1].get_last_lr() == [group["lr"] for group in optimizer.param_groups]
    return seen


def close(ours, theirs, rtol: float = 1e-11, atol: float = 1e-15) -> None:
    ours, theirs = (torch.tensor(each, dtype=torch.float64) for each in (ours, theirs))
    torch.testing.assert_close(ours, theirs, rtol=rtol, atol=atol)


def test_all_of_torchs_are_there():
    assert set(torch_schedulers.__all__) <= set(schedulers.__all__)


@pytest.mark.parametrize("name", torch_schedulers.__all__)
def test_the_arguments_are_torchs(name):
    def arguments(library):
        parameters = inspect.signature(getattr(library, name).__init__).parameters.values()
        return [(parameter.name, parameter.kind, parameter.default) for parameter in parameters]

    assert arguments(schedulers) == arguments(torch_schedulers)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_hundred_epochs_are_torchs(name):
    close(rates(*build(OURS, name)), rates(*build(TORCHS, name)))


@pytest.mark.parametrize("name", [name for name in FIXED if "cycl" in name and "bare" not in name])
def test_the_first_beta_of_adam_is_a_momentum(name):
    close(
        rates(*build(OURS, name, optimizer_class=optim.Adam)), rates(*build(TORCHS, name, optimizer_class=optim.Adam))
    )


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_rate_set_by_hand_is_treated_as_by_torch(name):
    by_hand = {3: 0.05, 31: 1.5, 62: 0.2}
    found = [rates(*build(library, name), by_hand=by_hand) for library in (OURS, TORCHS)]
    close(*found)
    if name in CHAINABLE and name not in ("constant", "down"):
        assert found[0][32][0] != rates(*build(OURS, name), epochs=40)[32][0]  # it lives on


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_learning_rate_held_as_a_tensor(name):
    optimizer, schedule = build(OURS, name, torch.tensor(0.4))
    held = [group["lr"] for group in optimizer.param_groups]
    ours, theirs = rates(optimizer, schedule), rates(*build(TORCHS, name, torch.tensor(0.4)))
    close(ours, theirs, rtol=1e-5, atol=1e-8)
    assert all(group["lr"] is lr for group, lr in zip(optimizer.param_groups, held, strict=True))  # changed in place
    last = schedule.get_last_lr()[0]
    last.fill_(-1.0)
    assert held[0] != -1


@pytest.mark.parametrize("names", [*pairwise(CHAINABLE), ("step", "lambda"), ("restarts", "exponential")])
def test_two_on_one_optimizer_and_torchs_beside_ours(names):
    expected = None
    for libraries in ((TORCHS, TORCHS), (OURS, OURS), (OURS, TORCHS), (TORCHS, OURS)):
        optimizer = make_optimizer()
        both = [SCHEDULES[name](library, optimizer) for name, library in zip(names, libraries, strict=True)]
        found = rates(optimizer, *both)
        expected = expected or found
        close(found, expected)


@pytest.mark.parametrize("name", JOINED)
def test_ours_within_torchs_and_torchs_within_ours(name):
    expected = rates(*build(TORCHS, name))
    for outer, inner in ((OURS, TORCHS), (TORCHS, OURS)):
        optimizer = make_optimizer()
        close(rates(optimizer, JOINED[name](outer, optimizer, inner)), expected)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize(("giver", "taker"), [(OURS, OURS), (TORCHS, OURS), (OURS, TORCHS)])
def test_a_state_dict_goes_over_and_the_course_goes_on(name, giver, taker):
    expected = rates(*build(TORCHS, name))
    optimizer, schedule = build(giver, name)
    rates(optimizer, schedule, epochs=33)
    state = schedule.state_dict()
    before = copy.deepcopy(state)
    given = copy.deepcopy(optimizer.state_dict())
    optimizer, schedule = build(taker, name)
    optimizer.load_state_dict(given)
    schedule.load_state_dict(dict(state) if taker is TORCHS else state)
    if taker is OURS:
        assert state.keys() == before.keys()  # a load takes nothing out of what it is given
    close(rates(optimizer, schedule, epochs=EPOCHS - 33), expected[33:])


@pytest.mark.parametrize("name", SCHEDULES)
def test_our_state_dict_has_torchs_keys(name):
    states = [build(library, name)[1].state_dict() for library in (OURS, TORCHS)]
    assert states[0].keys() ^ states[1].keys() <= {"_get_lr_called_within_step"}  # torch's guard for its own get_lr
    if "function" not in name:
        pickle.dumps(states[0])


def test_the_state_of_a_function_that_is_an_object_is_kept():
    for name in ("lambdas", "multiplicatives", "cyclic-function"):
        _, schedule = build(OURS, name)
        state = copy.deepcopy(schedule.state_dict())
        kept = state["_scale_fn_custom"] if name == "cyclic-function" else state["lr_lambdas"][0]
        kept["period"] = 5
        schedule.load_state_dict(state)
        function = schedule._scale_fn_custom if name == "cyclic-function" else schedule.lr_lambdas[0]
        assert function.period == 5


@pytest.mark.parametrize("name", sorted(CHAINABLE | FIXED))
def test_a_schedule_resumes_at_an_epoch_as_torchs_does(name):
    found = []
    for library in (OURS, TORCHS):
        with pytest.MonkeyPatch.context() as patch:
            optimizer, schedule = build(library, name)
            rates(optimizer, schedule, epochs=20)
            kind = type(schedule)
            patch.setattr(kind, "__init__", resumed(kind.__init__, 20))
            found.append(rates(optimizer, SCHEDULES[name](library, optimizer), epochs=30))
    close(*found)


def resumed(begin, epoch: int):
    """A schedule's __init__ with last_epoch given beside whatever is given."""
    return lambda self, *arguments, **keywords: begin(self, *arguments, last_epoch=epoch, **keywords)


@pytest.mark.filterwarnings("ignore:The epoch parameter")
@pytest.mark.parametrize("name", sorted(CHAINABLE | FIXED))
def test_a_step_to_an_epoch(name):
    found = []
    for library in (OURS, TORCHS):
        optimizer, schedule = build(library, name)
        seen = []
        for epoch in (40, 3, 12, 99):
            optimizer.step()
            schedule.step(epoch)
            seen.append(state_of(optimizer))
        found.append(seen)
    close(*found)


def test_restarts_take_part_of_an_epoch():
    for mult in (1, 2, 3):
        found = []
        for library in (OURS, TORCHS):
            optimizer = make_optimizer()
            schedule = library.CosineAnnealingWarmRestarts(optimizer, 4, mult, 0.01)
            seen = []
            for tenth in range(0, 300, 7):
                schedule.step(tenth / 10)
                seen.append(state_of(optimizer))
            schedule.step()
            found.append([*seen, state_of(optimizer)])
        close(*found)
    with pytest.raises(ValueError, match="negative"):
        schedule.step(-1)


PLATEAUS = [
    {},
    dict(patience=2, factor=0.5, cooldown=3),
    dict(mode="max", patience=1, factor=0.7, threshold=0.05, min_lr=[0.1, 0.3]),
    dict(threshold_mode="abs", threshold=0.05, patience=0, min_lr=0.02),
    dict(mode="max", threshold_mode="abs", threshold=0.02, patience=3, cooldown=1, eps=0.3),
]


def plateau_rates(optimizer, schedule, metrics) -> list[list[float]]:
    seen = []
    for metric in metrics:
        optimizer.step()
        schedule.step(metric)
        seen.append([*state_of(optimizer), schedule.num_bad_epochs, schedule.cooldown_counter, *schedule.get_last_lr()])
    return seen


def metrics_of_a_training() -> list[float]:
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(EPOCHS, generator=generator) * 0.1
    sinking = torch.linspace(0, 3, EPOCHS).neg().exp() + noise
    return [*sinking.tolist(), math.nan, math.inf, -math.inf, -1.0, 2.0]


@pytest.mark.parametrize("keywords", PLATEAUS)
@pytest.mark.parametrize("tensor", [False, True])
def test_reduce_on_plateau(keywords, tensor):
    found = []
    for library in (OURS, TORCHS):
        optimizer = make_optimizer(torch.tensor(0.4) if tensor else 0.4)
        metrics = metrics_of_a_training()
        schedule = library.ReduceLROnPlateau(optimizer, **keywords)
        found.append(plateau_rates(optimizer, schedule, map(torch.tensor, metrics) if tensor else metrics))
    close(*found, rtol=1e-6 if tensor else 1e-12)
    assert len({row[0] for row in found[0]}) > 1  # it has come down


@pytest.mark.parametrize("keywords", PLATEAUS)
@pytest.mark.parametrize(("giver", "taker"), [(OURS, OURS), (TORCHS, OURS), (OURS, TORCHS)])
def test_a_state_dict_of_a_plateau(keywords, giver, taker):
    metrics = metrics_of_a_training()
    optimizer = make_optimizer()
    expected = plateau_rates(optimizer, TORCHS.ReduceLROnPlateau(optimizer, **keywords), metrics)
    optimizer = make_optimizer()
    schedule = giver.ReduceLROnPlateau(optimizer, **keywords)
    plateau_rates(optimizer, schedule, metrics[:40])
    state = copy.deepcopy(schedule.state_dict())
    schedule = taker.ReduceLROnPlateau(optimizer)
    assert schedule.state_dict().keys() == state.keys()
    schedule.load_state_dict(state)
    close(plateau_rates(optimizer, schedule, metrics[40:]), expected[40:])


def test_a_plateau_is_known_by_its_class_and_takes_in_a_new_group():
    optimizer = make_optimizer()
    schedules = [OURS.ReduceLROnPlateau(optimizer, patience=0, min_lr=floor) for floor in (0.1, [0.1, 0.1])]
    assert isinstance(schedules[0], TORCHS.ReduceLROnPlateau)
    optimizer.add_param_group(dict(params=[torch.ones(1, requires_grad=True)], lr=5.0))
    schedules[0].step(1.0)
    schedules[0].step(2.0)
    assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([0.1, 0.2, 0.5])
    schedules[1].step(1.0)
    with pytest.raises(RuntimeError, match="2 min_lrs for 3 parameter groups"):
        schedules[1].step(2.0)


BAD = {
    "lambdas": lambda library, it: library.LambdaLR(it, [lambda epoch: 1.0]),
    "lambdas-multiplied": lambda library, it: library.MultiplicativeLR(it, [lambda epoch: 1.0]),
    "no-function": lambda library, it: library.MultiplicativeLR(it, 0.5),
    "constant": lambda library, it: library.ConstantLR(it, 1.5),
    "constant-negative": lambda library, it: library.ConstantLR(it, -0.1),
    "start": lambda library, it: library.LinearLR(it, 0.0),
    "start-high": lambda library, it: library.LinearLR(it, 1.1),
    "end": lambda library, it: library.LinearLR(it, 0.5, 1.5),
    "end-negative": lambda library, it: library.LinearLR(it, 0.5, -0.5),
    "T_0": lambda library, it: library.CosineAnnealingWarmRestarts(it, 0),
    "T_0-float": lambda library, it: library.CosineAnnealingWarmRestarts(it, 2.5),
    "T_mult": lambda library, it: library.CosineAnnealingWarmRestarts(it, 2, 0),
    "eta_min": lambda library, it: library.CosineAnnealingWarmRestarts(it, 2, 1, "0"),
    "cyclic-mode": lambda library, it: library.CyclicLR(it, 0.1, 0.2, mode="square"),
    "cyclic-lengths": lambda library, it: library.CyclicLR(it, [0.1], 0.2),
    "cyclic-top": lambda library, it: library.CyclicLR(it, 0.1, [0.2]),
    "cyclic-momentum": lambda library, it: library.CyclicLR(optim.Adagrad(it.param_groups[0]["params"]), 0.1, 0.2),
    "cyclic-momentums": lambda library, it: library.CyclicLR(it, 0.1, 0.2, base_momentum=[0.1]),
    "no-steps": lambda library, it: library.OneCycleLR(it, 0.1),
    "half": lambda library, it: library.OneCycleLR(it, 0.1, epochs=3),
    "zero-steps": lambda library, it: library.OneCycleLR(it, 0.1, 0),
    "steps-float": lambda library, it: library.OneCycleLR(it, 0.1, 3.5),
    "epochs": lambda library, it: library.OneCycleLR(it, 0.1, epochs=0, steps_per_epoch=3),
    "steps-per-epoch": lambda library, it: library.OneCycleLR(it, 0.1, epochs=3, steps_per_epoch=-1),
    "pct": lambda library, it: library.OneCycleLR(it, 0.1, 10, pct_start=1.5),
    "pct-int": lambda library, it: library.OneCycleLR(it, 0.1, 10, pct_start=1),
    "anneal": lambda library, it: library.OneCycleLR(it, 0.1, 10, anneal_strategy="sin"),
    "one-cycle-lengths": lambda library, it: library.OneCycleLR(it, [0.1], 10),
    "one-cycle-momentum": lambda library, it: library.OneCycleLR(optim.Adagrad(it.param_groups[0]["params"]), 0.1, 9),
    "plateau-factor": lambda library, it: library.ReduceLROnPlateau(it, factor=1.0),
    "plateau-mode": lambda library, it: library.ReduceLROnPlateau(it, mode="down"),
    "plateau-threshold": lambda library, it: library.ReduceLROnPlateau(it, threshold_mode="ratio"),
    "plateau-floors": lambda library, it: library.ReduceLROnPlateau(it, min_lr=[0.1]),
    "none-in-sequence": lambda library, it: library.SequentialLR(it, [], []),
    "none-chained": lambda library, it: library.ChainedScheduler([]),
    "milestones": lambda library, it: library.SequentialLR(it, [library.StepLR(it, 1)], [3]),
    "no-scheduler": lambda library, it: library.SequentialLR(it, [object()], []),
    "no-scheduler-chained": lambda library, it: library.ChainedScheduler([object()], it),
    "foreign": lambda library, it: library.SequentialLR(it, [library.StepLR(make_optimizer(), 1)], []),
    "foreign-chained": lambda library, it: library.ChainedScheduler(
        [library.StepLR(it, 1), library.StepLR(make_optimizer(), 1)]
    ),
    "plateau-in-sequence": lambda library, it: library.SequentialLR(it, [schedulers.ReduceLROnPlateau(it)], []),
    "plateau-chained": lambda library, it: library.ChainedScheduler([torch_schedulers.ReduceLROnPlateau(it)]),
    **{
        f"no-optimiser-{name}": lambda library, it, name=name, rest=rest: getattr(library, name)(it.state_dict(), *rest)
        for name, rest in {
            "StepLR": [3],
            "CyclicLR": [0.1, 0.2],
            "OneCycleLR": [0.1, 9],
            "ReduceLROnPlateau": [],
        }.items()
    },
    "no-initial-rate": lambda library, it: library.StepLR(it, 3, last_epoch=4),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_settings_are_refused_as_torch_does(name):
    kinds = []
    for library in (OURS, TORCHS):
        with pytest.raises((ValueError, TypeError, KeyError)) as refused:
            BAD[name](library, make_optimizer())
        kinds.append(refused.type)
    assert kinds[0] is kinds[1]


def test_one_cycle_ends():
    optimizer = make_optimizer()
    schedule = schedulers.OneCycleLR(optimizer, 0.5, 3)
    rates(optimizer, schedule, epochs=3)
    with pytest.raises(ValueError, match="made for 3 steps; this is step 4"):
        schedule.step()


def test_one_cycle_whose_way_up_is_a_single_step():
    optimizer = make_optimizer()
    schedule = schedulers.OneCycleLR(optimizer, 0.5, 10, pct_start=0.1)  # torch divides 0 by 0 here
    assert rates(optimizer, schedule, epochs=10)[0][0] == 0.5


def test_a_rate_asked_for_between_steps_is_warned_of():
    for name in ("step", "cosine", "multiplicative"):
        _, schedule = build(OURS, name)
        with pytest.warns(UserWarning, match="get_last_lr"):
            schedule.get_lr()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            schedule.get_last_lr()


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
