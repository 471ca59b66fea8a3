"""Every optimiser against torch's of that name, step by step."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from dongshou.scratch import optim

SETTINGS = [
    ("SGD", {}),
    ("SGD", dict(lr=0.1, momentum=0.9)),
    ("SGD", dict(lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.1)),
    ("SGD", dict(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)),
    ("SGD", dict(lr=0.1, momentum=0.5, maximize=True)),
    ("Adam", {}),
    ("Adam", dict(lr=0.1, betas=(0.5, 0.9), eps=1e-3, weight_decay=0.1)),
    ("Adam", dict(lr=0.1, amsgrad=True, maximize=True)),
    ("Adam", dict(lr=0.1, weight_decay=0.1, decoupled_weight_decay=True)),
    ("AdamW", {}),
    ("AdamW", dict(lr=0.1, weight_decay=0.3, amsgrad=True)),
    ("Adagrad", {}),
    ("Adagrad", dict(lr=0.1, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.5, eps=1e-3)),
    ("Adagrad", dict(lr=0.1, maximize=True)),
    ("RMSprop", {}),
    ("RMSprop", dict(lr=0.1, alpha=0.5, eps=1e-3, weight_decay=0.1, momentum=0.9)),
    ("RMSprop", dict(lr=0.1, centered=True, maximize=True)),
    ("RMSprop", dict(lr=0.1, centered=True, momentum=0.5)),
]


def problem() -> nn.Module:
    """A small regression with one parameter that never gets a gradient."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 1)).double()
    model.register_parameter("unused", nn.Parameter(torch.ones(2).double()))
    return model


def step(model: nn.Module, optimizer: torch.optim.Optimizer, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(8, 4, dtype=torch.float64, generator=generator)
    optimizer.zero_grad()
    (model(x) - x.sum(1, keepdim=True)).square().mean().backward()
    optimizer.step()


def build(name: str, keywords: dict, library=optim):
    model = problem()
    return model, getattr(library, name)(model.parameters(), **keywords)


def close(ours: nn.Module, theirs: nn.Module) -> None:
    torch.testing.assert_close(list(ours.parameters()), list(theirs.parameters()), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize(("name", "keywords"), SETTINGS)
def test_every_step_is_torchs(name, keywords):
    (ours, our_optimizer), (theirs, their_optimizer) = (
        build(name, keywords),
        build(name, keywords, torch.optim),
    )
    for seed in range(20):
        step(ours, our_optimizer, seed)
        step(theirs, their_optimizer, seed)
        close(ours, theirs)
    states, expected = our_optimizer.state_dict()["state"], their_optimizer.state_dict()["state"]
    assert {index: set(state) for index, state in states.items()} == {
        index: set(state) for index, state in expected.items()
    }
    assert (
        our_optimizer.state_dict()["param_groups"][0].items() <= their_optimizer.state_dict()["param_groups"][0].items()
    )


@pytest.mark.parametrize(("name", "keywords"), SETTINGS)
@pytest.mark.parametrize("towards_torch", [True, False])
def test_a_state_dict_goes_over_and_the_course_goes_on(name, keywords, towards_torch):
    giver, taker = (optim, torch.optim) if towards_torch else (torch.optim, optim)
    (model, first), (reference, reference_optimizer) = (
        build(name, keywords, giver),
        build(name, keywords, torch.optim),
    )
    for seed in range(3):
        step(model, first, seed)
        step(reference, reference_optimizer, seed)
    second = getattr(taker, name)(model.parameters(), lr=7.0)
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    for seed in range(3, 6):
        step(model, second, seed)
        step(reference, reference_optimizer, seed)
        close(model, reference)


@pytest.mark.parametrize(
    ("name", "keywords"),
    [
        (name, {setting: -1.0})
        for name, settings in {
            "SGD": ["lr", "momentum", "weight_decay"],
            "Adam": ["lr", "eps", "weight_decay"],
            "AdamW": ["lr", "eps", "weight_decay"],
            "Adagrad": ["lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"],
            "RMSprop": ["lr", "alpha", "eps", "weight_decay", "momentum"],
        }.items()
        for setting in settings
    ]
    + [
        ("SGD", dict(nesterov=True)),
        ("SGD", dict(nesterov=True, momentum=0.9, dampening=0.1)),
        ("Adam", dict(betas=(1.0, 0.9))),
        ("AdamW", dict(betas=(0.9, -0.1))),
    ],
)
def test_refuses_what_torchs_refuses_in_the_same_words(name, keywords):
    parameters = [torch.ones(1, requires_grad=True)]
    with pytest.raises(ValueError) as expected:
        getattr(torch.optim, name)(parameters, **keywords)
    with pytest.raises(ValueError) as refused:
        getattr(optim, name)(parameters, **keywords)
    assert str(refused.value) == str(expected.value)


@pytest.mark.parametrize("name", optim.__all__)
def test_groups_have_their_own_settings(name):
    models = []
    for library in (optim, torch.optim):
        model = problem()
        groups = [dict(params=[model[0].weight], lr=0.5), dict(params=[model[0].bias], weight_decay=0.2)]
        optimizer = getattr(library, name)(groups, lr=0.01)
        optimizer.add_param_group(dict(params=model[2].parameters(), lr=0.1))
        for seed in range(5):
            step(model, optimizer, seed)
        models.append(model)
    close(*models)


@pytest.mark.parametrize("name", optim.__all__)
def test_a_closure_is_evaluated_with_gradients_and_its_loss_returned(name):
    weight = torch.ones(3, requires_grad=True)
    optimizer = getattr(optim, name)([weight])

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = weight.square().sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 3
    assert optimizer.step(closure).item() < 3
    assert weight.requires_grad


@pytest.mark.parametrize("name", optim.__all__)
def test_a_schedule_drives_it(name):
    model, optimizer = build(name, dict(lr=1.0))
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    step(model, optimizer, 0)
    schedule.step()
    assert optimizer.param_groups[0]["lr"] == 0.5


def test_sparse_gradients():
    models = []
    for library in (optim, torch.optim):
        torch.manual_seed(0)
        table = nn.Embedding(5, 2, sparse=True)
        optimizer = library.SGD(table.parameters(), lr=0.1)
        table(torch.tensor([1, 1, 3])).sum().backward()
        optimizer.step()
        models.append(table)
    close(*models)
    for name in ("Adam", "AdamW", "Adagrad", "RMSprop"):
        table = nn.Embedding(5, 2, sparse=True)
        table(torch.tensor([1])).sum().backward()
        with pytest.raises(RuntimeError, match="sparse"):
            getattr(optim, name)(table.parameters()).step()


def test_adam_refuses_complex_parameters():
    weight = torch.ones(2, dtype=torch.complex64, requires_grad=True)
    weight.abs().sum().backward()
    with pytest.raises(RuntimeError, match="complex"):
        optim.Adam([weight]).step()


def test_adamw_decays_outside_whatever_state_it_loads():
    model, adam = build("Adam", {})
    adamw = optim.AdamW(model.parameters())
    adamw.load_state_dict(adam.state_dict())
    assert adamw.param_groups[0]["decoupled_weight_decay"]
