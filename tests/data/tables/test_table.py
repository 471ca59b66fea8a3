"""CSV files of all kinds, sound and broken, against pandas and NumPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.optim import SGD

from dongshou.data.tables.cells import as_numbers
from dongshou.data.tables.table import Table, read_table
from dongshou.errors import DongshouError, UsageError
from dongshou.notes import DataNote
from dongshou.tasks import Regression
from dongshou.training import Experiment, Finished, Session

SOUND = """size,colour,doors,price
10,red,4,1.5
20,blue,,2.5
,red,2,3.5
40,,4,4.5
"""


@pytest.fixture
def write(tmp_path):
    def write(text: str | bytes):
        path = tmp_path / "table.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def noted(path, *words: str, target: str = "price", **options) -> Table:
    """The table, which comes with one note that says these words."""
    with pytest.warns(DataNote) as caught:
        table = read_table(path, target, **options)
    (message,) = [str(warning.message) for warning in caught]
    assert message.startswith(path.name) and "\n" not in message
    for word in words:
        assert word in message
    return table


def refused(error: type[DongshouError], path, *words: str, target: str = "price", **options) -> None:
    with pytest.raises(error) as caught:
        read_table(path, target, **options)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_numbers_are_standardized_and_text_is_one_hot(write):
    table = noted(write(SOUND), "missing in size: 1 empty; missing in colour: 1 empty; missing in doors: 1 empty.")
    assert table.feature_names == ("size", "colour_blue", "colour_missing", "colour_red", "doors")
    size = np.array([10, 20, 40])
    size = (size - size.mean()) / size.std(ddof=1)
    assert table.features.dtype == torch.float32
    assert table.features[:, 0].tolist() == pytest.approx([size[0], size[1], 0, size[2]])
    assert table.features[:, 1:4].tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert table.features[1, 4] == 0
    assert table.targets.tolist() == [[1.5], [2.5], [3.5], [4.5]]
    assert table.targets.dtype == torch.float32
    assert table.classes is None


def test_a_target_of_text_is_a_class(write):
    table = read_table(write("x,kind\n1,dog\n2,cat\n3,dog\n"), "kind")
    assert table.classes == ("cat", "dog")
    assert table.targets.tolist() == [1, 0, 1]
    assert table.targets.dtype == torch.int64


def test_a_table_says_what_it_is(write):
    assert repr(noted(write(SOUND))) == "Table(4 rows, 5 features, target price)"


def flowers(write, rows: int = 50):
    """A table whose first tenth of the rows is of a rare kind."""
    return read_table(write("x,kind\n" + "".join(f"{x},{'ab'[x >= rows // 10]}\n" for x in range(rows))), "kind")


def test_splits_hold_every_row_once_and_each_class_in_its_share(write):
    table = flowers(write)
    splits = table.splits(test=0.4, batch_size=8)
    train, test = splits.train(), splits.test()
    assert test is not None and (train.num_examples, test.num_examples) == (30, 20)
    rows = [*train, *test]
    assert sorted(x for inputs, _ in rows for x in inputs[:, 0].tolist()) == sorted(table.features[:, 0].tolist())
    assert [int((targets == 0).sum()) for _, targets in test] == [2]
    assert [len(targets) for _, targets in train] == [8, 8, 8, 6]
    assert (splits.classes, splits.shape) == (("a", "b"), (1,))


def test_the_seed_decides_which_rows_are_held_out(write):
    table = flowers(write)
    one, same, other = (next(iter(table.splits(seed=seed).test() or ()))[0] for seed in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other)


def test_an_experiment_on_a_table_learns(write):
    table = read_table(write("x,y\n" + "".join(f"{x},{2 * x + 1}\n" for x in range(40))), "y")
    model = nn.Linear(1, 1)
    optimizer = SGD(model.parameters(), lr=0.1)
    experiment = Experiment(table.splits(), model, Regression(), optimizer, epochs=60)
    finished = [event for event in experiment.events(Session(device="cpu")) if isinstance(event, Finished)]
    assert finished[0].metrics["test_loss"] < 1e-3


@pytest.mark.parametrize("test", [0, 1, 20, -0.1])
def test_a_share_that_is_none(write, test: float):
    with pytest.raises(UsageError, match="between 0 and 1"):
        flowers(write).splits(test=test)


def test_too_few_rows_to_split(write):
    with pytest.raises(UsageError, match=r"Table\(1 rows, 1 features, target price\) cannot be split"):
        read_table(write("a,price\n3,1\n"), "price").splits()
    with pytest.raises(UsageError, match="least populated class"):
        flowers(write, rows=10).splits()


def test_columns_can_be_ignored(write):
    assert noted(write(SOUND), ignore=["colour", "size"]).feature_names == ("doors",)


def test_a_constant_column_becomes_zeros(write):
    table = read_table(write("a,b,price\n1,7,1\n2,7,2\n"), "price")
    assert table.features[:, 1].tolist() == [0, 0]


@pytest.mark.parametrize("value", ["14.62", "0.1", "1e-30", "-3e7"])
def test_a_constant_is_exactly_zero_however_it_is_rounded(write, value: str):
    column = [float(value)] * 1000
    rows = "".join(f"{value},{'NA' if row % 7 == 0 else value},{row}\n" for row in range(1000))
    table = noted(write("a,b,price\n" + rows), "missing in b")
    assert np.std(column) != 0 or value in ("1e-30", "-3e7"), "rounding would not show"
    assert table.features.count_nonzero() == 0


def test_what_is_no_value_among_numbers_is_missing_and_counted(write):
    cells = ["1", "0", "NULL", "n/a", "-", "—", "1", "0", "None", "?", "nan", "1"]
    path = write("a,price\n" + "".join(f"{cell},{row}\n" for row, cell in enumerate(cells)))
    table = noted(path, 'missing in a: 1 "NULL", 1 "n/a", 1 "-", 1 "—", 1 "None", 1 "?", 1 "nan".')
    known = np.array([1, 0, 1, 0, 1])
    expected = (known - known.mean()) / known.std(ddof=1)
    assert table.feature_names == ("a",)
    assert table.features[[0, 1, 6, 7, 11], 0].tolist() == pytest.approx(expected.tolist())
    assert table.features[[2, 3, 4, 5, 8, 9, 10], 0].count_nonzero() == 0


def test_a_dash_among_words_is_a_category_and_null_is_none(write):
    path = write("a,price\nred,1\n-,2\nNULL,3\nmissing,4\nnone,5\n")
    says = 'missing in a: 1 "NULL"; and 1 that hold the word "missing" are of the same category'
    assert noted(path, says).feature_names == ("a_-", "a_missing", "a_none", "a_red")


@pytest.mark.parametrize("absent", ["NULL", "n/a", "-", "NA", ""])
def test_a_target_of_0_and_1_gets_no_third_class(write, absent: str):
    says = f'1 row(s) (1 "{absent}")' if absent else "1 row(s) (1 empty)"
    refused(DongshouError, write(f"a,price\n1,0\n2,1\n3,{absent}\n4,1\n"), says, "line 4")


def test_decimal_commas_are_numbers_in_targets_and_columns(write):
    path = write("a;b;price\n1,5;1.234,5;14,62\n2;7;3\n2,5;8;-0,5\n")
    said = ('commas read in a: 2 ("1,5" as 1.5)', 'in b: 1 ("1.234,5" as 1234.5)', "in price: 2 (")
    table = noted(path, *said, separator=";")
    assert table.classes is None and table.targets[:, 0].tolist() == pytest.approx([14.62, 3, -0.5])
    assert table.features[:, 0].tolist() == pytest.approx([-1, 0, 1])


@pytest.mark.parametrize(
    ("cells", "decimal", "values"),
    [
        (["1,234.5", "12", "1,000,000"], "auto", [1234.5, 12, 1e6]),
        (["1,234", "12"], ".", [1234, 12]),
        (["1,234", "12", "1.234"], ",", [1.234, 12, 1234]),
        (["-14,62", "+1,5e3", "7", "1.234"], "auto", [-14.62, 1500, 7, 1234]),
        (["1.", ".5", "1e3"], "auto", [1, 0.5, 1000]),
    ],
)
def test_commas_before_decimals_and_between_thousands(cells, decimal, values):
    numbers = as_numbers(cells, decimal)
    assert numbers.values == values and not numbers.strange and not numbers.missing


@pytest.mark.parametrize("cell", ["1_000", "0x10", "\uff15", "inf", "1e999", "1,2,3", "1,23.4", "True", "12%"])
def test_what_python_or_pandas_would_take_for_a_number_is_not_always_one(cell: str):
    assert as_numbers(["1", cell]).strange == [1]


def test_ambiguous_commas_are_refused_in_one_line(write):
    refused(DongshouError, write('price,b\n"1,234",1\n"5,678",2\n'), '"1,234" may be', 'decimal=","', target="b")
    refused(DongshouError, write('price\n"1,5"\n2.5\n'), '"1,5" stands beside "2.5"', "column price")
    refused(UsageError, write(SOUND), 'decimal is "auto"', decimal=";")
    with pytest.warns(DataNote, match=r"\(.1,234. as 1234\)"):
        assert read_table(write('a,b\n"1,234",1\n2,2\n'), "a", decimal=".").targets[:, 0].tolist() == [1234, 2]


def test_a_single_row(write):
    assert read_table(write("a,price\n3,1\n"), "price").features.tolist() == [[0]]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_other_separators_and_line_ends(write, separator):
    expected = noted(write(SOUND)).features
    path = write(SOUND.replace(",", separator).replace("\n", "\r\n"))
    assert torch.equal(noted(path, separator=separator).features, expected)


def test_a_byte_order_mark_and_quotes(write):
    table = read_table(write('\ufeff"size","price"\n"1","2"\n\n"3","4"\n'.encode()), "price")
    assert table.feature_names == ("size",)
    assert table.targets.tolist() == [[2], [4]]


def test_chinese_in_another_encoding(write):
    table = read_table(write("颜色,价格\n红,1\n蓝,2\n".encode("gbk")), "价格", encoding="gbk")
    assert table.feature_names == ("颜色_红", "颜色_蓝")


def test_a_wide_table_agrees_with_pandas(write):
    numbers = pd.DataFrame(np.random.default_rng(0).normal(3, 5, (200, 6)), columns=list("abcdef"))
    numbers.iloc[::7, 2] = np.nan
    table = noted(write(numbers.to_csv(index=False)), "missing in c: 29 empty", target="f")
    inputs = numbers.drop(columns="f")
    expected = ((inputs - inputs.mean()) / inputs.std()).fillna(0)
    np.testing.assert_allclose(table.features.numpy(), expected.to_numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(table.targets[:, 0].numpy(), numbers["f"], rtol=1e-6)


def test_a_missing_file(tmp_path):
    refused(DongshouError, tmp_path / "nowhere.csv", "nowhere.csv", "No such file")


@pytest.mark.parametrize("text", ["", "\n\n", "a,price\n"])
def test_an_empty_file(write, text):
    refused(DongshouError, write(text), "empty")


def test_no_such_column(write):
    refused(UsageError, write(SOUND), '"prce"', "Did you mean price", "size, colour", target="prce")
    refused(UsageError, write(SOUND), '"color"', "Did you mean colour", ignore=["color"])


def test_a_typing_error_in_numbers(write):
    text = "size,price\n" + "".join(f"{size},1\n" for size in range(30)) + "1O,1\n"
    refused(DongshouError, write(text), "size", "row 31", "line 32", '"1O"')


def test_a_number_without_end(write):
    text = "size,price\n" + "".join(f"{size},1\n" for size in range(30)) + "inf,1\n"
    refused(DongshouError, write(text), "row 31", '"inf"')


def test_text_of_too_many_values(write):
    text = "name,price\n" + "".join(f"person {number},1\n" for number in range(51))
    refused(DongshouError, write(text), "name", "50 categories", "row 1", '"person 0"')


def test_numbers_and_text_of_few_values_are_categories(write):
    path = write("doors,price\n" + "2,1\n3,1\n4+,1\n" * 5)
    table = noted(path, 'doors holds numbers and text ("4+"): taken as 3 categories')
    assert table.feature_names == ("doors_2", "doors_3", "doors_4+")


def test_a_column_without_values(write):
    refused(DongshouError, write("a,b,price\n1,,1\n2,NA,2\n"), "column b")


def test_a_target_missing_in_some_rows(write):
    refused(DongshouError, write("a,price\n1,1\n2,\n3,NA\n"), "price", "2 row(s)", "line 3, 4")


def test_only_a_target(write):
    refused(DongshouError, write("price\n1\n"), "no column but the target")


@pytest.mark.parametrize("row", ["1", "1,2,3"])
def test_ragged_rows(write, row):
    refused(DongshouError, write(f"a,price\n1,2\n\n{row}\n"), "ragged", "line 4")


def test_two_columns_of_one_name(write):
    refused(DongshouError, write("a,a,price\n1,2,3\n"), '"a"')


def test_an_open_quote(write):
    refused(DongshouError, write('a,price\n1,"2\n'), "line 2")


def test_not_utf_8(write):
    refused(DongshouError, write(b"colour,price\nrouge,1\ncaf\xe9,2\n"), "byte 24", "utf-8")


def test_wrong_options(write):
    refused(UsageError, write(SOUND), '"utf-9"', encoding="utf-9")
    refused(UsageError, write(SOUND), '"::"', separator="::")


def test_a_frame_in_place_of_a_path():
    with pytest.raises(UsageError, match=r"got DataFrame: give its path .*to_csv\(path, index=False\)"):
        read_table(pd.DataFrame({"a": [1.0, 2.0]}), target="a")  # pyright: ignore
