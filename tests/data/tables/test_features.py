"""The cells of one row as numbers, against the whole tables that models learn from."""

from __future__ import annotations

import csv
import json

import pytest
import torch

from dongshou.data.sets import house_prices
from dongshou.data.tables.features import Category, Features, Number, numbers
from dongshou.errors import UsageError

HOUSES = Features(
    (Number("area (m^2)", 50.0, 20.0), Category("street", ("Grvl", "Pave", None))),
    target="price",
    mean=100.0,
    std=10.0,
    missing=("NA",),
    identifier="Id",
)


def test_numbers_are_standardized_and_names_one_hot():
    row = {"Street": "Pave", "Id": "7", "area (m^2)": " 90 ", "more": "x"}
    assert HOUSES.encode(row).tolist() == [2.0, 0.0, 1.0, 0.0]
    assert HOUSES.encode({"Area": "NA", "street": "NA"}).tolist() == [0.0, 0.0, 0.0, 1.0]
    assert HOUSES.in_units(1.5) == 115.0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"area": "big", "street": "Pave"}, r'area \(m\^2\) is a number; got "big"'),
        ({"area": "inf", "street": "Pave"}, 'is a number; got "inf"'),
        ({"area": "1", "street": "Mud"}, 'street is one of Grvl, Pave; got "Mud"'),
        ({"area": "1", "stret": "Pave"}, "no column street. Did you mean stret.* Needed are: area"),
    ],
)
def test_cells_that_do_not_fit(row: dict[str, str], said: str):
    with pytest.raises(UsageError, match=said):
        HOUSES.encode(row)


def test_nothing_where_a_name_is_needed():
    with pytest.raises(UsageError, match="colour is one of red, blue; got nothing"):
        Features((Category("colour", ("red", "blue")),), target="y").encode({"colour": ""})


def test_numbers_need_no_mark_and_text_the_one_of_its_column():
    column = Number("area", 0.0, 1.0, decimal=",")
    assert [column.encode(cell)[0] for cell in (1.234, "1.234", "1,234", 7, "-", None)] == [1.234, 1234, 1.234, 7, 0, 0]
    assert Category("doors", ("2", "4+")).encode(2) == [1.0, 0.0]


def test_what_a_run_keeps_is_read_back_from_json():
    features = Features((Number("a", 1.5, 2.0, ","), Category("b", ("x", None))), "y", 1.0, 2.0, ("", "na"), "Id")
    assert Features.from_json(json.loads(json.dumps(features.as_json()))) == features
    assert features.input_names == ("a", "b_x", "b_missing")


def test_cells_in_the_order_of_the_columns():
    features = numbers(["a", "b"], "y", torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0]))
    assert features.encode(features.named(["3", "4"])).tolist() == [1.0, 0.5]
    with pytest.raises(UsageError, match="a cell for each column, 2: a, b; got 3"):
        features.named(["1", "2", "3"])


def test_every_house_becomes_the_numbers_of_the_whole_table(real_data):
    train, test = real_data("house-prices")
    houses = house_prices.read()
    for path, whole in ((train, houses.features_train), (test, houses.features_test)):
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))[:: 1 if path == test else 10]
        encoded = torch.stack([houses.features.encode(row) for row in rows])
        torch.testing.assert_close(encoded, whole[:: 1 if path == test else 10], rtol=1e-6, atol=1e-6)
