"""House prices in Ames, Iowa: 79 features of mixed kinds, many missing, one price (De Cock, 2011; Kaggle)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from dongshou.data.sources.files import path_of
from dongshou.data.tables.features import Category, Features, Number
from dongshou.errors import DongshouError, UsageError

if TYPE_CHECKING:
    from pandas import DataFrame

ID, PRICE = "Id", "SalePrice"
MISSING = "NA"  # and nothing else: "None" is a kind of veneer


@dataclass(frozen=True)
class HousePrices:
    """The sales as numbers: every feature standardised or 0/1, the prices in dollars."""

    features_train: Tensor  # float32 (1460, features)
    prices: Tensor  # float32 (1460, 1)
    features_test: Tensor  # float32 (1459, features)
    test_ids: Tensor  # int64 (1459,)
    feature_names: tuple[str, ...]
    features: Features  # how the cells of a house become such numbers


def read() -> HousePrices:
    """The two tables of the Kaggle competition, prepared; the prices of the test houses are Kaggle's secret.

    Raises DongshouError when a file is not found and cannot be fetched.
    """
    return prepare(
        _read_csv(path_of("house-prices", "kaggle_house_pred_train.csv")),
        _read_csv(path_of("house-prices", "kaggle_house_pred_test.csv")),
    )


def prepare(train: DataFrame, test: DataFrame) -> HousePrices:
    """Turn both tables into numbers, alike.

    Numbers become (x - mean) / std, and 0, the mean, where they are missing; a column of text becomes one
    column of 0 and 1 for each of its values, "missing" being a value too. Mean, std and values are taken
    over both tables. Raises DongshouError when a column is missing from either.
    """
    import pandas as pd  # here: importing pandas takes a second

    columns = [column for column in train.columns if column not in (ID, PRICE)]
    _require_columns(train, [ID, PRICE], "training")
    _require_columns(test, [ID, *columns], "test")
    houses = pd.concat([train[columns], test[columns]], ignore_index=True)
    numeric = houses.select_dtypes("number").columns
    cells = features_of(houses, list(numeric))
    means, stds = moments(houses[numeric])
    standardized = (houses[numeric] - means) / stds.mask(stds == 0, 1)
    houses = pd.get_dummies(houses.assign(**standardized.fillna(0)), dummy_na=True, dtype=float)
    features = torch.tensor(houses.to_numpy(), dtype=torch.float32)  # (train + test, features)
    return HousePrices(
        features_train=features[: len(train)],
        prices=torch.tensor(train[PRICE].to_numpy(), dtype=torch.float32).unsqueeze(1),
        features_test=features[len(train) :],
        test_ids=torch.tensor(test[ID].to_numpy(), dtype=torch.int64),
        feature_names=tuple(houses.columns),
        features=cells,
    )


def features_of(houses: Any, numeric: list[str]) -> Features:
    """Of a DataFrame: the columns in the order of the numbers that `prepare` makes, first those that are numbers."""
    means, stds = moments(houses[numeric])
    columns = [Number(name, float(means[name]), float(stds[name])) for name in numeric]
    others = [name for name in houses.columns if name not in numeric]
    categories = [Category(name, (*sorted(houses[name].dropna().unique()), None)) for name in others]
    return Features((*columns, *categories), target=PRICE, missing=(MISSING,), identifier=ID)


def moments(columns: Any) -> tuple[Any, Any]:
    """Mean and std of each column of a DataFrame; exactly its value and 0 where it holds one value only."""
    is_constant = columns.nunique() <= 1  # the mean of many 14.62 is rounded, and their std is then not 0
    return columns.mean().mask(is_constant, columns.max()), columns.std().mask(is_constant, 0)


def submission(ids: Tensor, prices: Tensor) -> str:
    """The predicted prices as Kaggle reads them: a table with the columns Id and SalePrice.

    Raises UsageError when there are not as many prices as ids or a price is not a finite number.
    """
    import pandas as pd

    ids, prices = ids.flatten(), prices.detach().cpu().flatten()
    if len(ids) != len(prices):
        raise UsageError(f"A submission needs one price for each id; got {len(prices)} for {len(ids)} ids.")
    if not prices.isfinite().all():
        wrong = ids[~prices.isfinite()][0].item()
        raise UsageError(f"A submission needs a price for each id; that of {wrong} is not a finite number.")
    return pd.DataFrame({ID: ids.numpy(), PRICE: prices.numpy()}).to_csv(index=False)


def _read_csv(path: Path) -> DataFrame:
    """A table in which only "NA" means missing."""
    import pandas as pd

    return pd.read_csv(path, keep_default_na=False, na_values=[MISSING])


def _require_columns(table: DataFrame, columns: list[str], which: str) -> None:
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise DongshouError(
            f"The {which} table of house prices lacks {', '.join(missing)}. Use the files of the competition."
        )
