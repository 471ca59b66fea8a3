"""Every optimiser against torch's of that name, step by step."""

from __future__ import annotations

import copy
import inspect

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
    ("Adadelta", {}),
    ("Adadelta", dict(lr=0.5, rho=0.5, eps=1e-3, weight_decay=0.1, maximize=True)),
    ("Adafactor", {}),
    ("Adafactor", dict(lr=0.1, beta2_decay=-0.5, eps=(1e-3, 1e-2), d=1.5, weight_decay=0.1, maximize=True)),
    ("Adamax", {}),
    ("Adamax", dict(lr=0.1, betas=(0.5, 0.9), eps=1e-3, weight_decay=0.1, maximize=True)),
    ("ASGD", {}),
    ("ASGD", dict(lr=0.1, lambd=0.1, alpha=0.5, t0=3, weight_decay=0.1, maximize=True)),
    ("NAdam", {}),
    ("NAdam", dict(lr=0.1, betas=(0.5, 0.9), eps=1e-3, weight_decay=0.1, momentum_decay=0.1)),
    ("NAdam", dict(weight_decay=0.1, decoupled_weight_decay=True, maximize=True)),
    ("RAdam", {}),
    ("RAdam", dict(lr=0.1, betas=(0.5, 0.9), eps=1e-3, weight_decay=0.1)),
    ("RAdam", dict(weight_decay=0.1, decoupled_weight_decay=True, maximize=True)),
    ("Rprop", {}),
    ("Rprop", dict(lr=0.1, etas=(0.3, 1.5), step_sizes=(1e-2, 0.2), maximize=True)),
]
# one group and a closure, matrices alone, sparse gradients alone: these have tests of their own
ORDINARY = sorted(set(optim.__all__) - {"LBFGS", "Muon", "SparseAdam"})


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


def close(ours: nn.Module, theirs: nn.Module, tolerance: float = 1e-13) -> None:
    torch.testing.assert_close(list(ours.parameters()), list(theirs.parameters()), rtol=tolerance, atol=tolerance)


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
        # what these two remember in single numbers is float32 until a state_dict is loaded, and then double
        close(model, reference, 1e-6 if name in ("ASGD", "NAdam") else 1e-13)


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


@pytest.mark.parametrize("name", ORDINARY)
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


@pytest.mark.parametrize("name", ORDINARY)
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


@pytest.mark.parametrize("name", ORDINARY)
def test_a_schedule_drives_it(name):
    model, optimizer = build(name, dict(lr=1.0))
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    step(model, optimizer, 0)
    schedule.step()
    assert optimizer.param_groups[0]["lr"] == 0.5


@pytest.mark.filterwarnings("ignore:Sparse invariant checks")  # of torch's Adagrad
@pytest.mark.parametrize(
    ("name", "keywords"),
    [
        ("SGD", dict(lr=0.1)),
        ("Adagrad", dict(lr=0.1, lr_decay=0.1)),
        ("SparseAdam", dict(lr=0.1)),
        ("SparseAdam", dict(betas=(0.5, 0.9), eps=1e-3, maximize=True)),
    ],
)
def test_sparse_gradients(name, keywords):
    tables = []
    for library in (optim, torch.optim):
        torch.manual_seed(0)
        table = nn.Embedding(5, 2, sparse=True, dtype=torch.float64)
        optimizer = getattr(library, name)(table.parameters(), **keywords)
        for words in ([1, 1, 3], [0, 3], [1, 4, 4], [2]):
            optimizer.zero_grad()
            table(torch.tensor(words)).square().sum().backward()
            optimizer.step()
        tables.append(table)
    close(*tables)


@pytest.mark.parametrize("name", sorted({*ORDINARY, "Muon"} - {"SGD", "Adagrad"}))
def test_sparse_gradients_are_refused(name):
    table = nn.Embedding(5, 2, sparse=True)
    table(torch.tensor([1])).sum().backward()
    with pytest.raises(RuntimeError, match="sparse"):
        getattr(optim, name)(table.parameters()).step()


def test_dense_gradients_and_sparse_parameters_are_refused_by_sparse_adam():
    weight = torch.ones(2, requires_grad=True)
    weight.sum().backward()
    with pytest.raises(RuntimeError, match="dense"):
        optim.SparseAdam([weight]).step()
    with pytest.raises(ValueError, match="Sparse params"):
        optim.SparseAdam([torch.ones(2).to_sparse().requires_grad_()])
    with pytest.raises(RuntimeError, match="weight_decay"):
        table = nn.Embedding(5, 2, sparse=True)
        table(torch.tensor([1])).sum().backward()
        optim.Adagrad(table.parameters(), weight_decay=0.1).step()


# settings that torch.optim has got in the course of time, and that its states of before do not have
LATER = {"foreach", "maximize", "capturable", "differentiable", "fused", "decoupled_weight_decay"}
LATER_IN = {"SGD": {"nesterov"}, "Adam": {"amsgrad"}, "AdamW": {"amsgrad"}, "RMSprop": {"momentum", "centered"}}


def aged(state: dict, name: str) -> dict:
    """A state_dict as an older torch has saved it: without the later settings, counted in plain numbers."""
    later = {"foreach"} if name == "Adafactor" else LATER | LATER_IN.get(name, set())
    groups = [{key: value for key, value in group.items() if key not in later} for group in state["param_groups"]]
    numbers = ("step", "eta", "mu", "mu_product")
    states = {
        index: {key: value.item() if key in numbers else value.clone() for key, value in values.items()}
        for index, values in state["state"].items()
    }
    return {"state": states, "param_groups": groups}


@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("name", sorted(set(ORDINARY) - {"SGD"}))
def test_a_state_of_an_older_torch_is_loaded_as_torchs_loads_it(name, double, monkeypatch):
    if double:
        monkeypatch.setattr(torch, "get_default_dtype", lambda: torch.float64)
    maximize = {} if name == "Adafactor" else dict(maximize=True)  # a state that does not say so does not maximise
    before, optimizer = build(name, {}, torch.optim)
    for seed in range(3):
        step(before, optimizer, seed)
    state, found = aged(optimizer.state_dict(), name), []
    for library in (optim, torch.optim):
        model = copy.deepcopy(before)
        optimizer = getattr(library, name)(model.parameters(), lr=7.0, **maximize)
        optimizer.load_state_dict(copy.deepcopy(state))  # whose tensors a load takes over
        for seed in range(3, 6):
            step(model, optimizer, seed)
        found.append((model, optimizer.state_dict()))
    (ours, our_state), (theirs, their_state) = found
    close(ours, theirs, 1e-6 if name in ("ASGD", "NAdam") else 1e-13)
    assert our_state["param_groups"] == their_state["param_groups"]
    for index, values in their_state["state"].items():
        kept = our_state["state"][index]
        assert {key: value.dtype for key, value in kept.items()} == {key: value.dtype for key, value in values.items()}


def test_an_older_state_of_sgd_and_of_those_that_torch_leaves_without_a_setting():
    for name, keywords, missing in [
        ("SGD", dict(momentum=0.9), {"nesterov", "maximize", "foreach", "differentiable", "fused", "weight_decay"}),
        ("Adafactor", {}, {"maximize", "weight_decay"}),
        ("RMSprop", {}, {"weight_decay"}),
    ]:
        (model, first), (reference, expected) = build(name, keywords), build(name, keywords, torch.optim)
        state = first.state_dict()
        groups = [{key: value for key, value in group.items() if key not in missing} for group in state["param_groups"]]
        optimizer = getattr(optim, name)(model.parameters(), lr=7.0, weight_decay=0.5)
        optimizer.load_state_dict({"state": {}, "param_groups": groups})
        for seed in range(3):
            step(model, optimizer, seed)
            step(reference, expected, seed)
        close(model, reference)


def test_what_must_be_known_is_not_made_up():
    model, optimizer = build("Adam", {})
    state = optimizer.state_dict()
    del state["param_groups"][0]["betas"]
    optimizer.load_state_dict(state)
    with pytest.raises(KeyError, match="betas"):
        step(model, optimizer, 0)


@pytest.mark.parametrize("name", optim.__all__)
def test_a_copy_goes_on_like_the_original(name):
    model = nn.Embedding(5, 3, sparse=True) if name == "SparseAdam" else nn.Linear(4, 3, bias=False)
    optimizer = getattr(optim, name)(model.parameters(), lr=0.1)

    def run(model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        def closure() -> torch.Tensor:
            optimizer.zero_grad()
            output = model(torch.tensor([1, 2, 2]) if name == "SparseAdam" else torch.arange(8.0).view(2, 4) / 8)
            loss = output.square().sum()
            loss.backward()
            return loss

        optimizer.step(closure)

    run(model, optimizer)
    both = copy.deepcopy((model, optimizer))
    run(model, optimizer)
    run(*both)
    assert torch.equal(model.weight, both[0].weight)


@pytest.mark.parametrize("shape", [(), (1,)])
@pytest.mark.parametrize("name", [name for name in ORDINARY if name != "Rprop"])
def test_a_learning_rate_held_as_a_tensor_and_changed_in_place(name, shape):
    models = []
    for library, lr in ((optim, torch.full(shape, 0.05)), (torch.optim, 0.05)):
        model = problem()
        optimizer = getattr(library, name)(model.parameters(), lr=lr)
        for seed in range(6):
            step(model, optimizer, seed)
            if library is optim:
                lr.mul_(0.5)
            else:
                optimizer.param_groups[0]["lr"] *= 0.5
        models.append(model)
    close(*models, 1e-6)


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (33, 20)])
@pytest.mark.parametrize(
    "keywords", [{}, dict(nesterov=False, momentum=0.5), dict(lr=0.1, adjust_lr_fn="match_rms_adamw", weight_decay=0.0)]
)
def test_muon_is_torchs_for_five_hundred_steps(shape, keywords):
    weights = []
    for library in (optim, torch.optim):
        torch.manual_seed(0)
        weight, inputs = torch.randn(shape, requires_grad=True), torch.randn(16, shape[0])
        optimizer = library.Muon([weight], **keywords)
        for _ in range(500):
            optimizer.zero_grad()
            (inputs @ weight).tanh().square().mean().backward()
            optimizer.step()
        weights.append(weight.detach())
    assert torch.equal(*weights)


def test_muon_keeps_its_momentum_in_bfloat16():
    weight = torch.ones(2, 3, dtype=torch.bfloat16, requires_grad=True)
    optimizer = optim.Muon([weight], momentum=0.5, nesterov=False)
    weight.grad = torch.full_like(weight, 8)
    optimizer.step()
    assert (optimizer.state[weight]["momentum_buffer"] == 4).all()


def test_muon_makes_all_directions_equally_long():
    matrix = torch.randn(6, 4)
    values = torch.linalg.svdvals(optim.muon.orthogonalised(matrix, (3.4445, -4.775, 2.0315), 5, 1e-7).float())
    assert 0.5 < values.min() and values.max() < 1.5


@pytest.mark.parametrize("keywords", [dict(ns_steps=100), dict(ns_coefficients=(1.0, 2.0))])
def test_muon_refuses_what_torchs_refuses_at_the_first_step(keywords):
    for library in (optim, torch.optim):
        weight = torch.ones(2, 2, requires_grad=True)
        weight.sum().backward()
        with pytest.raises(ValueError):
            library.Muon([weight], **keywords).step()


def rosenbrock(x: torch.Tensor) -> torch.Tensor:
    return ((1 - x[:-1]) ** 2 + 100 * (x[1:] - x[:-1] ** 2) ** 2).sum()


@pytest.mark.parametrize("loss", [rosenbrock, lambda x: x.pow(4).sum(), lambda x: (x.exp() - 3 * x).sum()])
@pytest.mark.parametrize(
    "keywords",
    [
        dict(lr=1e-3),
        dict(line_search_fn="strong_wolfe"),
        dict(line_search_fn="strong_wolfe", max_iter=5, history_size=2),
        dict(line_search_fn="strong_wolfe", max_iter=1),
        dict(line_search_fn="strong_wolfe", max_eval=3, lr=10),
        dict(lr=1e-3, max_iter=1),
        dict(lr=1e-3, max_iter=1, max_eval=1),
        dict(tolerance_grad=1e9),
        dict(tolerance_change=1e9),
    ],
)
def test_lbfgs(loss, keywords):
    found = []
    for library in (optim, torch.optim):
        x = torch.tensor([-1.2, 1.0, 0.7], dtype=torch.float64, requires_grad=True)
        optimizer = library.LBFGS([x], **keywords)
        losses = []

        def closure(x=x, optimizer=optimizer, losses=losses):
            optimizer.zero_grad()
            losses.append(loss(x))
            losses[-1].backward()
            return losses[-1]

        for _ in range(4):
            optimizer.step(closure)
        state = optimizer.state_dict()["state"][0]
        found.append((x.detach(), torch.stack(losses).detach(), state["n_iter"], state["func_evals"]))
    torch.testing.assert_close(*found, rtol=1e-7, atol=1e-7)


def test_lbfgs_on_a_straight_line_goes_ten_times_as_far_every_time():
    found = []
    for library in (optim, torch.optim):
        x = torch.tensor([0.25, -0.5], dtype=torch.float64, requires_grad=True)
        optimizer = library.LBFGS([x], max_iter=1, max_eval=5, line_search_fn="strong_wolfe")

        def closure(x=x, optimizer=optimizer):
            optimizer.zero_grad()
            loss = 2 * x.sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        found.append(x.detach())
    torch.testing.assert_close(*found)


def test_lbfgs_finds_the_minimum():
    x = torch.tensor([-1.2, 1.0], requires_grad=True, dtype=torch.float64)
    unused = torch.ones(1, requires_grad=True, dtype=torch.float64)
    optimizer = optim.LBFGS([x, unused], max_iter=100, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = rosenbrock(x)
        loss.backward()
        return loss

    optimizer.step(closure)
    torch.testing.assert_close(x.detach(), torch.ones(2).double(), rtol=1e-3, atol=1e-3)
    assert unused.item() == 1


def test_lbfgs_knows_one_line_search_and_one_group():
    weight = torch.ones(1, requires_grad=True)
    with pytest.raises(RuntimeError, match="strong_wolfe"):
        optim.LBFGS([weight], line_search_fn="wolfe").step(lambda: (weight.square().sum().backward(), 1.0)[1])
    with pytest.raises(ValueError, match="parameter groups"):
        optim.LBFGS([dict(params=[weight]), dict(params=[torch.ones(1, requires_grad=True)])])


@pytest.mark.parametrize("name", optim.__all__)
def test_the_arguments_are_torchs(name):
    def arguments(library):
        parameters = inspect.signature(getattr(library, name).__init__).parameters.values()
        return [(parameter.name, parameter.kind, parameter.default) for parameter in parameters]

    assert arguments(optim) == arguments(torch.optim)


@pytest.mark.parametrize("name", sorted(set(ORDINARY) - {"Adafactor"}))
def test_how_torch_runs_a_step_has_no_effect(name):
    models = []
    for keywords in ({}, dict(foreach=True), dict(foreach=False)):
        model, optimizer = build(name, keywords)
        for seed in range(3):
            step(model, optimizer, seed)
        models.append(model)
    close(models[0], models[1])
    close(models[0], models[2])
    with pytest.raises(RuntimeError, match="differentiate"):
        build(name, dict(differentiable=True))


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "Adagrad"])
def test_settings_that_exclude_each_other(name):
    for keywords in (dict(fused=True, foreach=True), dict(fused=True, differentiable=True)):
        with pytest.raises(RuntimeError, match="fused"):
            build(name, keywords)


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
