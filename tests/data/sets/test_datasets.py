"""Every data set as its file gives it: shapes, dtypes, ranges, and known totals."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_digits

from dongshou.data.sets import airfoil, diabetes_pima, digits, fashion_mnist, house_prices, mnist
from dongshou.data.sources.files import path_of
from dongshou.errors import DongshouError, UsageError


@pytest.mark.parametrize("split, num_images", [("train", 60_000), ("test", 10_000)])
@pytest.mark.parametrize("dataset, name", [(mnist, "mnist"), (fashion_mnist, "fashion-mnist")], ids=["m", "f"])
def test_mnist_and_fashion_mnist(dataset, name, split, num_images, real_data):
    real_data(name)
    images, labels = dataset.read(split)
    assert images.shape == (num_images, *dataset.SHAPE) and images.dtype == torch.uint8
    assert labels.shape == (num_images,) and labels.dtype == torch.int64
    assert (images.min(), images.max()) == (0, 255)
    assert labels.unique().tolist() == list(range(len(dataset.CLASSES)))


def test_mnist_mean_and_std_are_those_of_the_training_pixels(real_data):
    real_data("mnist")
    pixels = mnist.read("train")[0].float() / 255
    assert pixels.mean().item() == pytest.approx(mnist.MEAN, abs=5e-5)
    assert pixels.std().item() == pytest.approx(mnist.STD, abs=5e-5)


def test_fashion_mnist_is_balanced_and_named_twice(real_data):
    assert len(fashion_mnist.CLASSES) == len(fashion_mnist.CLASSES_ZH) == 10
    real_data("fashion-mnist")
    assert fashion_mnist.read("test")[1].bincount().tolist() == [1000] * 10


@pytest.mark.parametrize("dataset", [mnist, fashion_mnist, digits])
def test_another_split_is_refused(dataset):
    with pytest.raises(UsageError, match='no split "valid".*train, test'):
        dataset.read("valid")


def test_digits_are_those_of_scikit_learn():
    train_images, train_labels = digits.read("train")
    test_images, test_labels = digits.read("test")
    assert train_images.shape == (1437, *digits.SHAPE) and test_images.shape == (360, *digits.SHAPE)
    assert train_images.dtype == torch.uint8 and train_labels.dtype == torch.int64
    assert train_images.max() == 255
    ours = torch.cat([train_images, test_images]).reshape(-1, 64).numpy()
    labels = torch.cat([train_labels, test_labels]).numpy()
    pixels, targets = load_digits(return_X_y=True)
    theirs = np.rint(pixels * 255 / 16).astype(np.uint8)
    assert sorted(zip(ours.tolist(), labels.tolist(), strict=True)) == sorted(
        zip(theirs.tolist(), targets.tolist(), strict=True)
    )


def test_the_split_of_the_digits_is_fixed_and_stratified():
    images, labels = digits.read("test")
    again, _ = digits.read("test")
    assert torch.equal(images, again)
    assert 34 <= labels.bincount().min() and labels.bincount().max() <= 38


def test_diabetes_pima(real_data):
    real_data("diabetes-pima")
    features, labels = diabetes_pima.read()
    assert features.shape == (768, len(diabetes_pima.FEATURES)) and features.dtype == torch.float32
    assert labels.dtype == torch.int64 and labels.bincount().tolist() == [500, 268]
    assert features[0].tolist() == pytest.approx([6, 148, 72, 35, 0, 33.6, 0.627, 50])


def test_airfoil(real_data):
    real_data("airfoil")
    features, targets = airfoil.read()
    assert features.shape == (1503, len(airfoil.FEATURES)) and targets.shape == (1503, 1)
    assert features.dtype == targets.dtype == torch.float32
    assert targets.mean().item() == pytest.approx(124.8359, abs=1e-3)
    assert features[0].tolist() == pytest.approx([800, 0, 0.3048, 71.3, 0.00266337])


def test_house_prices_against_a_computation_column_by_column(real_data):
    real_data("house-prices")
    houses = house_prices.read()
    assert houses.features_train.shape == (1460, 331) and houses.features_test.shape == (1459, 331)
    assert houses.prices.shape == (1460, 1) and houses.test_ids.tolist() == list(range(1461, 2920))
    both = pd.concat(
        [
            pd.read_csv(path_of("house-prices", f"kaggle_house_pred_{part}.csv"), dtype=str, na_filter=False)
            for part in ("train", "test")
        ]
    )
    features = dict(zip(houses.feature_names, torch.cat([houses.features_train, houses.features_test]).T, strict=True))
    assert houses.prices.flatten().tolist() == [float(price) for price in both["SalePrice"][:1460]]
    for name in both.columns.drop(["Id", "SalePrice"]):
        cells = both[name].to_numpy()
        if name in features:
            numbers = np.array([np.nan if cell == "NA" else float(cell) for cell in cells])
            expected = (numbers - np.nanmean(numbers)) / np.nanstd(numbers, ddof=1)
            np.testing.assert_allclose(features.pop(name), np.nan_to_num(expected), atol=1e-5)
        else:
            for value in {*cells, "NA"}:
                column = features.pop(f"{name}_{'nan' if value == 'NA' else value}")
                np.testing.assert_array_equal(column, cells == value)
    assert not features


def two_tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    train = pd.DataFrame({"Id": [1, 2], "Area": [10.0, None], "Roof": ["Flat", None], "SalePrice": [5.0, 6.0]})
    test = pd.DataFrame({"Id": [3], "Area": [30.0], "Roof": ["Hip"]})
    return train, test


def test_preparing_takes_means_and_values_over_both_tables():
    houses = house_prices.prepare(*two_tables())
    assert houses.feature_names == ("Area", "Roof_Flat", "Roof_Hip", "Roof_nan")
    half = 0.5**0.5
    assert houses.features_train.flatten().tolist() == pytest.approx([-half, 1, 0, 0, 0, 0, 0, 1])
    assert houses.features_test.flatten().tolist() == pytest.approx([half, 0, 1, 0])


@pytest.mark.parametrize("table, column", [(0, "SalePrice"), (0, "Id"), (1, "Id"), (1, "Roof")])
def test_missing_columns_are_named(table, column):
    tables = two_tables()
    del tables[table][column]
    with pytest.raises(DongshouError, match=f"{('training', 'test')[table]} table .* lacks {column}"):
        house_prices.prepare(*tables)


def test_a_submission():
    prices = torch.tensor([[1.5], [2.25]], requires_grad=True)
    text = house_prices.submission(torch.tensor([1461, 1462]), prices)
    assert list(csv.reader(text.splitlines())) == [["Id", "SalePrice"], ["1461", "1.5"], ["1462", "2.25"]]


def test_a_wrong_submission_is_refused():
    ids = torch.tensor([1461, 1462])
    with pytest.raises(UsageError, match="1 for 2 ids"):
        house_prices.submission(ids, torch.tensor([1.0]))
    with pytest.raises(UsageError, match="1462"):
        house_prices.submission(ids, torch.tensor([1.0, float("nan")]))
