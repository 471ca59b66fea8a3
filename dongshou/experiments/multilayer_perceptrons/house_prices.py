"""House prices in Ames, Iowa: k-fold cross-validation, then a submission to Kaggle (De Cock, 2011)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated

import torch
from torch import Tensor, nn
from torch.optim import Adam

from dongshou import models
from dongshou.data import Batches, Splits
from dongshou.data.folds import k_folds
from dongshou.data.sets import house_prices
from dongshou.data.sets.house_prices import HousePrices
from dongshou.experiments._shared.settings import BatchSize, Epochs, LearningRate, WeightDecay
from dongshou.tasks import Regression
from dongshou.training import Band, Event, Experiment, Finished, Goal, Published, Reported, Series, Wrote
from dongshou.training.events import Metrics
from dongshou.training.series import averaged, last_of

SECTIONS = {"zh": "4.10", "en": "5.7"}


Folds = Annotated[int, "folds of the cross-validation"]

FitPrices = Callable[[Splits, int], Experiment]  # data, number of features


@Published(
    "d2l-zh 2.0",
    valid_log_rmse=Band(0.1700, 0.1700, 0.1706, 0.1712, 0.1712),
    train_log_rmse=Band(0.1652, 0.1652, 0.1655, 0.1661, 0.1661),
    full_log_rmse=Reported(0.1624, within=0.001),
)
def experiment(
    k: Folds = 5, lr: LearningRate = 5.0, decay: WeightDecay = 0.0, batch_size: BatchSize = 64, epochs: Epochs = 100
) -> Series:
    """A linear model on all features, k folds in contiguous blocks, then a fit on all sales.

    Minimised is the mean square of the error in dollars; log_rmse, the error that Kaggle counts, is measured beside
    it. train_log_rmse and valid_log_rmse are means over the folds, full_log_rmse belongs to the fit on
    all sales, which predicts the prices in submission.csv.
    """

    def linear(data: Splits, num_features: int) -> Experiment:
        model = models.linear_regression(num_features)
        optimizer = Adam(model.parameters(), lr=lr, weight_decay=decay)
        return Experiment(data, model, Regression(log_rmse=True), optimizer, epochs)

    return cross_validation(linear, k, batch_size)


@Goal("better than the linear model", valid_log_rmse=Reported(0.15))
def better(
    k: Folds = 5, lr: LearningRate = 0.003, decay: WeightDecay = 0.02, batch_size: BatchSize = 64, epochs: Epochs = 100
) -> Series:
    """The logarithm of the price is linear instead, its weights decay: what is minimised is what is measured."""

    def log_linear(data: Splits, num_features: int) -> Experiment:
        model = LogLinear(num_features)
        layer = model.linear
        optimizer = Adam([{"params": [layer.weight], "weight_decay": decay}, {"params": [layer.bias]}], lr=lr)
        return Experiment(data, model, Regression(LogSquaredError(), log_rmse=True), optimizer, epochs)

    return cross_validation(log_linear, k, batch_size)


class LogLinear(nn.Module):
    """price = exp(w . x + b), with w = 0 and b = 12, about 160,000 dollars, to start from.

    (batch, features) -> (batch, 1)
    """

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(num_features, 1)
        nn.init.zeros_(self.linear.weight)
        nn.init.constant_(self.linear.bias, 12.0)

    def forward(self, features: Tensor) -> Tensor:
        return self.linear(features).exp()


class LogSquaredError(nn.Module):
    """(log prediction - log price)^2, the mean over the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.squared_error = nn.MSELoss()

    def forward(self, predictions: Tensor, prices: Tensor) -> Tensor:
        return self.squared_error(predictions.log(), prices.log())


def cross_validation(fit_prices: FitPrices, k: int, batch_size: int) -> Series:
    """A fit for each fold and one on all sales; the result, and the submission."""
    whole: list[Experiment] = []  # the last fit, once it is made

    def fold(index: int) -> Experiment:
        houses = house_prices.read()
        train, valid = list(k_folds(len(houses.prices), k))[index]
        return fit_prices(sales(houses, train, valid, batch_size), houses.features_train.shape[1])

    def everything() -> Experiment:
        houses = house_prices.read()
        rows = torch.arange(len(houses.prices))
        whole.append(fit_prices(sales(houses, rows, None, batch_size), houses.features_train.shape[1]))
        return whole[0]

    parts = {f"fold {index + 1}": lambda index=index: fold(index) for index in range(k)}
    return Series(
        parts | {"full": everything},
        conclude=lambda histories: conclude(last_of(histories), whole[0]),
        data="house-prices",
        asked_with="row",
    )


def sales(houses: HousePrices, train: Tensor, valid: Tensor | None, batch_size: int) -> Splits:
    """The sales of these rows to learn from and, where given, of those to be measured on."""
    features, prices = houses.features_train, houses.prices
    return Splits(
        train=Batches(features[train], prices[train], batch_size=batch_size, shuffle=True),
        valid=None if valid is None else Batches(features[valid], prices[valid], batch_size=len(valid)),
        name="house-prices",
        features=houses.features,
        files="house-prices",
    )


def conclude(parts: Mapping[str, Metrics], whole: Experiment) -> Iterator[Event]:
    """The means over the folds beside the full fit, and the prices that the full fit predicts."""
    folds = {label: metrics for label, metrics in parts.items() if label != "full"}
    yield Wrote("submission.csv", submission(whole.model))
    yield Finished(averaged(folds) | {"full_log_rmse": parts["full"]["train_log_rmse"]})


@torch.no_grad()
def submission(model: nn.Module) -> str:
    """The price of every test house, as Kaggle reads it."""
    houses = house_prices.read()
    device = next(model.parameters()).device
    return house_prices.submission(houses.test_ids, model(houses.features_test.to(device)))
