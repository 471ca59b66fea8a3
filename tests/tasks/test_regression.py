"""Regression against scikit-learn."""

from __future__ import annotations

import pytest
import torch
from sklearn.metrics import mean_squared_error, root_mean_squared_log_error
from torch import Tensor, nn
from torch.optim import SGD

from dongshou.data import Batches, Splits
from dongshou.errors import DongshouError
from dongshou.tasks import Regression
from dongshou.tasks.task import as_outputs
from dongshou.training import Session
from dongshou.training.look import measure


def measured(task: Regression, outputs: Tensor, targets: Tensor, **session) -> dict[str, float]:
    """What the task measures of a model that gives these outputs, over uneven batches."""
    batches = Batches(outputs, targets, batch_size=min(7, len(outputs)))
    return measure(nn.Identity(), task, batches, Session(device="cpu", **session))


def test_the_loss_is_the_mean_squared_error():
    outputs, targets = torch.randn(20, 3), torch.randn(20, 3)
    assert measured(Regression(), outputs, targets) == {"loss": pytest.approx(mean_squared_error(targets, outputs))}


def test_the_relative_error_of_prices():
    prices = torch.rand(20, 1) * 3e5 + 1e5
    guesses = prices * (1 + 0.2 * torch.randn(20, 1))
    found = measured(Regression(log_rmse=True), guesses, prices)
    # scikit-learn takes log(1 + y): of y - 1 that is the log itself
    assert found["log_rmse"] == pytest.approx(root_mean_squared_log_error(prices - 1, guesses - 1), rel=1e-4)
    assert found["loss"] == pytest.approx(mean_squared_error(prices, guesses))


def test_a_price_below_1_counts_as_1():
    found = measured(Regression(log_rmse=True), torch.tensor([[-5.0], [0.5]]), torch.ones(2, 1))
    assert found["log_rmse"] == 0.0


def test_the_relative_error_is_exact_whatever_the_precision_of_the_model():
    prices = torch.rand(20, 1) * 3e5 + 1e5
    guesses = (prices * 1.1).bfloat16()
    exact = measured(Regression(log_rmse=True), guesses.float(), prices)
    rough = measured(Regression(log_rmse=True), guesses, prices, precision="bf16")
    assert rough["log_rmse"] == pytest.approx(exact["log_rmse"], rel=1e-6)


def test_targets_of_another_shape_are_not_broadcast():
    model = nn.Linear(2, 1)
    batch = torch.randn(5, 2), torch.randn(5, 2)
    for work in (
        lambda: Regression().measure(model, batch),
        lambda: Regression().step(model, batch, SGD(model.parameters(), lr=0.1)),
    ):
        with pytest.raises(DongshouError, match=r"got \(5, 1\) and \(5, 2\)\. Reshape the targets"):
            work()


def test_flat_targets_are_those_of_one_output():
    model, inputs, targets = nn.Linear(2, 1), torch.randn(5, 2), torch.randn(5)
    flat, column = (Regression().measure(model, (inputs, one))["loss"].total for one in (targets, targets[:, None]))
    assert flat == column
    torch.testing.assert_close(column, ((model(inputs)[:, 0] - targets) ** 2).sum())


def test_whole_numbers_are_targets_in_bfloat16_too():
    outputs = torch.tensor([[1001.0]]).bfloat16()  # 1000 there
    torch.testing.assert_close(as_outputs(torch.tensor([1001]), outputs), torch.tensor([[1001.0]]))


def test_linear_regression_finds_the_line():
    inputs = torch.randn(64, 2)
    targets = inputs @ torch.tensor([[2.0], [-3.4]]) + 4.2
    model = nn.Linear(2, 1)
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(200):
        Regression().step(model, (inputs, targets), optimizer)
    torch.testing.assert_close(model.weight.detach(), torch.tensor([[2.0, -3.4]]), atol=1e-3, rtol=0)
    assert Regression().predict(model, inputs).shape == (64, 1)
    assert list(Regression().figures(model, Splits(Batches(inputs, batch_size=1)))) == []
