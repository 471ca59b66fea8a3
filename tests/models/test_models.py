"""Every model of the course, a row each: forward, gradients, memory of one batch, the same from scratch."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch
from torch import Tensor, nn
from torch.optim import Adam

import dongshou
from dongshou import models
from dongshou.errors import UsageError


class Case(NamedTuple):
    """How to make a model, what it takes and gives; targets are classes or numbers like the outputs."""

    make: Callable[[], nn.Module]
    input: tuple[int, ...]
    output: tuple[int, ...]
    is_classifier: bool = True


CASES = {
    "linear_regression": Case(lambda: models.linear_regression(3), (6, 3), (6, 1), is_classifier=False),
    "softmax_regression": Case(lambda: models.softmax_regression(64, 5), (6, 1, 8, 8), (6, 5)),
    "mlp": Case(lambda: models.mlp(64, (16, 8), 5), (6, 1, 8, 8), (6, 5)),
    "mlp, dropout": Case(lambda: models.mlp(64, (32,), 5, dropout=(0.1,)), (6, 64), (6, 5)),
    "mlp, tanh": Case(lambda: models.mlp(64, (16,), 5, activation="tanh", std=0.1), (6, 64), (6, 5)),
    "mlp, sigmoid": Case(lambda: models.mlp(64, (16,), 5, activation="sigmoid"), (6, 64), (6, 5)),
}

parametrized = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def batch(case: Case) -> tuple[Tensor, Tensor]:
    inputs = torch.randn(case.input)
    targets = torch.randint(case.output[-1], case.output[:1]) if case.is_classifier else torch.randn(case.output)
    return inputs, targets


def loss_of(case: Case, outputs: Tensor, targets: Tensor) -> Tensor:
    loss = nn.functional.cross_entropy if case.is_classifier else nn.functional.mse_loss
    return loss(outputs, targets)


def test_every_model_has_its_row():
    assert {name.partition(",")[0] for name in CASES} == {*models.__all__}


@parametrized
def test_the_shape_of_the_outputs(case: Case):
    inputs, _ = batch(case)
    model = case.make()
    for mode in (True, False):
        assert model.train(mode)(inputs).shape == case.output


@parametrized
def test_every_parameter_gets_a_gradient(case: Case):
    model, (inputs, targets) = case.make(), batch(case)
    loss_of(case, model(inputs), targets).backward()
    without = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []


@parametrized
def test_one_batch_is_learnt_by_heart(case: Case):
    model, (inputs, targets) = case.make(), batch(case)
    if not case.is_classifier:
        targets = inputs.sum(1, keepdim=True)
    optimizer = Adam(model.parameters(), lr=0.02)
    for _ in range(300):
        optimizer.zero_grad()
        loss = loss_of(case, model(inputs), targets)
        loss.backward()
        optimizer.step()
    assert float(loss_of(case, model.eval()(inputs), targets).detach()) < 0.05


@parametrized
def test_the_same_from_scratch(case: Case):
    inputs, targets = batch(case)
    theirs = case.make().eval()
    ours = dongshou.from_scratch(copy.deepcopy(theirs), strict=True)
    outputs = ours(inputs)
    torch.testing.assert_close(outputs, theirs(inputs))
    loss_of(case, outputs, targets).backward()
    loss_of(case, theirs(inputs), targets).backward()
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)
    assert type(dongshou.to_torch(ours)) is type(theirs)


@parametrized
def test_the_same_seed_gives_the_same_start(case: Case):
    def start() -> list[Tensor]:
        torch.manual_seed(3)
        return list(case.make().parameters())

    assert all(torch.equal(one, other) for one, other in zip(start(), start(), strict=True))


def test_the_start_of_an_mlp():
    model = models.mlp(1000, (500,), 10, std=0.01)
    hidden = model[1]
    assert isinstance(hidden, nn.Linear)
    assert float(hidden.weight.detach().std()) == pytest.approx(0.01, rel=0.02)
    assert not hidden.bias.any()


@pytest.mark.parametrize(
    ("hidden", "dropout", "message"),
    [
        ((0,), (), r"at least 1 unit; got hidden=\(0,\)"),
        ((8, -1), (), r"at least 1 unit; got hidden=\(8, -1\)"),
        ((8, 8, 8), (0.1, 0.2), "3 hidden layers need 1 or 3 dropout rates; got 2"),
    ],
)
def test_widths_and_rates_that_do_not_fit(hidden: tuple[int, ...], dropout: tuple[float, ...], message: str):
    with pytest.raises(UsageError, match=message):
        models.mlp(4, hidden, 2, dropout=dropout)
