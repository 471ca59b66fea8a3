"""House prices: cross-validation and a submission, on the tables of the competition."""

from __future__ import annotations

import csv

import pytest
import torch

from dongshou import experiments
from dongshou.errors import UsageError
from dongshou.experiments.multilayer_perceptrons.house_prices import LogLinear, LogSquaredError


@pytest.fixture
def sales(real_data):
    return real_data("house-prices")


def test_a_short_cross_validation_gives_means_over_the_folds_and_a_submission(sales):
    run = experiments.house_prices(k=2, epochs=2).run(device="cpu")
    folds = run.table("epoch").groupby("part").last()
    assert list(folds.index) == ["fold 1", "fold 2", "full"]
    means = folds.loc[["fold 1", "fold 2"]].mean(numeric_only=True)
    assert run.result["valid_log_rmse"] == pytest.approx(means["valid_log_rmse"])
    assert run.result["full_log_rmse"] == pytest.approx(folds.loc["full", "train_log_rmse"])
    assert run.config["data"].keys() == {"kaggle_house_pred_train.csv", "kaggle_house_pred_test.csv"}


def test_the_submission_has_a_price_for_each_test_house(sales):
    run = experiments.house_prices(k=2, epochs=1).run(device="cpu")
    with open(run.path / "submission.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["Id"]) for row in rows] == list(range(1461, 2920))
    assert all(float(row["SalePrice"]) == float(row["SalePrice"]) for row in rows)


def test_both_engines_learn_alike(sales):
    losses = [
        experiments.house_prices.better(k=2, epochs=1).run(device="cpu", engine=engine).result["valid_log_rmse"]
        for engine in ("torch", "scratch")
    ]
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)


@pytest.mark.parametrize("k", [1, 2000])
def test_folds_that_cannot_be(sales, k):
    with pytest.raises(UsageError, match=f"k={k}"):
        experiments.house_prices(k=k, epochs=1).run(device="cpu")


def test_the_log_linear_model_starts_at_a_usual_price():
    model = LogLinear(3)
    assert torch.allclose(model(torch.randn(4, 3)).log(), torch.tensor(12.0))
    assert LogSquaredError()(torch.tensor([[1.0]]), torch.tensor([[torch.e]])).item() == pytest.approx(1.0)
