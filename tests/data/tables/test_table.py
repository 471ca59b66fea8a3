"""CSV files of all kinds, sound and broken, against pandas and NumPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.optim import SGD

from dongshou.data.tables.cells import as_numbers
from dongshou.data.tables.read import read_table
from dongshou.data.tables.table import Table
from dongshou.errors import DongshouError, UsageError
from dongshou.notes import DataNote
from dongshou.tasks import BinaryClassification, Classification, Question, Regression
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


def inputs(table: Table) -> torch.Tensor:
    """Of all rows, from which all is learnt."""
    return table.inputs(table.learn())


def refused(error: type[DongshouError], path, *words: str, target: str = "price", **options) -> None:
    with pytest.raises(error) as caught:
        read_table(path, target, **options)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_numbers_are_standardized_and_text_is_one_hot(write):
    table = noted(write(SOUND), "missing in size: 1 empty; missing in colour: 1 empty; missing in doors: 1 empty.")
    assert table.learn().input_names == ("size", "colour_blue", "colour_missing", "colour_red", "doors")
    size = np.array([10, 20, 40])
    size = (size - size.mean()) / size.std(ddof=1)
    assert inputs(table).dtype == torch.float32
    assert inputs(table)[:, 0].tolist() == pytest.approx([size[0], size[1], 0, size[2]])
    assert inputs(table)[:, 1:4].tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert inputs(table)[1, 4] == 0
    assert table.targets.tolist() == [[1.5], [2.5], [3.5], [4.5]]
    assert table.targets.dtype == torch.float32
    assert table.classes is None


def test_a_target_of_text_is_a_class(write):
    table = read_table(write("x,kind\n1,dog\n2,cat\n3,dog\n"), "kind")
    assert table.classes == ("cat", "dog")
    assert table.targets.tolist() == [1, 0, 1]
    assert table.targets.dtype == torch.int64


def test_a_table_says_what_it_is(write):
    assert repr(noted(write(SOUND))) == "Table(4 rows, 3 columns, target price)"


def flowers(write, rows: int = 50):
    """A table whose first tenth of the rows is of a rare kind."""
    return read_table(write("x,kind\n" + "".join(f"{x},{'ab'[x >= rows // 10]}\n" for x in range(rows))), "kind")


def test_splits_hold_every_row_once_and_each_class_in_its_share(write):
    table = flowers(write)
    splits = table.splits(test=0.4, batch_size=8)
    train, test = splits.train(), splits.test()
    assert test is not None and (train.num_examples, test.num_examples) == (30, 20)
    rows, learnt = [*train, *test], splits.features
    assert learnt is not None
    assert sorted(x for x, _ in rows for x in x[:, 0].tolist()) == sorted(table.inputs(learnt)[:, 0].tolist())
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
    with pytest.raises(UsageError, match=r"Table\(1 rows, 1 columns, target price\) cannot be split"):
        read_table(write("a,price\n3,1\n"), "price").splits()
    with pytest.raises(UsageError, match="least populated class"):
        flowers(write, rows=10).splits()


def test_columns_can_be_ignored(write):
    assert noted(write(SOUND), ignore=["colour", "size"]).learn().input_names == ("doors",)


def test_a_constant_column_becomes_zeros(write):
    table = read_table(write("a,b,price\n1,7,1\n2,7,2\n"), "price")
    assert inputs(table)[:, 1].tolist() == [0, 0]


@pytest.mark.parametrize("value", ["14.62", "0.1", "1e-30", "-3e7"])
def test_a_constant_is_exactly_zero_however_it_is_rounded(write, value: str):
    column = [float(value)] * 1000
    rows = "".join(f"{value},{'NA' if row % 7 == 0 else value},{row}\n" for row in range(1000))
    table = noted(write("a,b,price\n" + rows), "missing in b")
    assert np.std(column) != 0 or value in ("1e-30", "-3e7"), "rounding would not show"
    assert inputs(table).count_nonzero() == 0


def test_what_is_no_value_among_numbers_is_missing_and_counted(write):
    cells = ["1", "0", "NULL", "n/a", "-", "—", "1", "0", "None", "?", "nan", "1"]
    path = write("a,price\n" + "".join(f"{cell},{row}\n" for row, cell in enumerate(cells)))
    table = noted(path, 'missing in a: 1 "NULL", 1 "n/a", 1 "-", 1 "—", 1 "None", 1 "?", 1 "nan".')
    known = np.array([1, 0, 1, 0, 1])
    expected = (known - known.mean()) / known.std(ddof=1)
    assert table.learn().input_names == ("a",)
    assert inputs(table)[[0, 1, 6, 7, 11], 0].tolist() == pytest.approx(expected.tolist())
    assert inputs(table)[[2, 3, 4, 5, 8, 9, 10], 0].count_nonzero() == 0


def test_a_dash_among_words_is_a_category_and_null_is_none(write):
    path = write("a,price\nred,1\n-,2\nNULL,3\nmissing,4\nnone,5\n")
    says = 'missing in a: 1 "NULL"; and 1 that hold the word "missing" are of the same category'
    assert noted(path, says).learn().input_names == ("a_-", "a_missing", "a_none", "a_red")


@pytest.mark.parametrize("absent", ["NULL", "n/a", "-", "NA", ""])
def test_a_target_of_0_and_1_gets_no_third_class(write, absent: str):
    says = f'1 row(s) (1 "{absent}")' if absent else "1 row(s) (1 empty)"
    refused(DongshouError, write(f"a,price\n1,0\n2,1\n3,{absent}\n4,1\n"), says, "line 4")


def test_decimal_commas_are_numbers_in_targets_and_columns(write):
    path = write("a;b;price\n1,5;1.234,5;14,62\n2;7;3\n2,5;8;-0,5\n")
    said = ('commas read in a: 2 ("1,5" as 1.5)', 'in b: 1 ("1.234,5" as 1234.5)', "in price: 2 (")
    table = noted(path, *said, separator=";")
    assert table.classes is None and table.targets[:, 0].tolist() == pytest.approx([14.62, 3, -0.5])
    assert inputs(table)[:, 0].tolist() == pytest.approx([-1, 0, 1])


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
    assert inputs(read_table(write("a,price\n3,1\n"), "price")).tolist() == [[0]]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_other_separators_and_line_ends(write, separator):
    expected = inputs(noted(write(SOUND)))
    path = write(SOUND.replace(",", separator).replace("\n", "\r\n"))
    assert torch.equal(inputs(noted(path, separator=separator)), expected)


def test_a_byte_order_mark_and_quotes(write):
    table = read_table(write('\ufeff"size","price"\n"1","2"\n\n"3","4"\n'.encode()), "price")
    assert table.learn().input_names == ("size",)
    assert table.targets.tolist() == [[2], [4]]


def test_chinese_in_another_encoding(write):
    table = read_table(write("颜色,价格\n红,1\n蓝,2\n".encode("gbk")), "价格", encoding="gbk")
    assert table.learn().input_names == ("颜色_红", "颜色_蓝")


def test_a_wide_table_agrees_with_pandas(write):
    numbers = pd.DataFrame(np.random.default_rng(0).normal(3, 5, (200, 6)), columns=list("abcdef"))
    numbers.iloc[::7, 2] = np.nan
    table = noted(write(numbers.to_csv(index=False)), "missing in c: 29 empty", target="f")
    columns = numbers.drop(columns="f")
    expected = ((columns - columns.mean()) / columns.std()).fillna(0)
    np.testing.assert_allclose(inputs(table).numpy(), expected.to_numpy(), rtol=1e-5, atol=1e-6)
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
    assert table.learn().input_names == ("doors_2", "doors_3", "doors_4+")


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


def test_a_frame_is_read_as_its_file_is(write):
    frame = pd.DataFrame({"a": [1 / 3, 2.5, np.nan], "kind": ["x", None, "y"], "price": [1, 2, 3]})
    with pytest.warns(DataNote, match="^DataFrame: missing in a: 1 empty"):
        of_frame = read_table(frame, "price")
    of_file = noted(write(frame.to_csv(index=False)))
    assert of_frame.learn() == of_file.learn() and torch.equal(inputs(of_frame), inputs(of_file))
    assert read_table(pd.DataFrame([[1.5, 2], [3, 4]]), target=1).targets[:, 0].tolist() == [2, 4]  # pyright: ignore


@pytest.mark.parametrize("given", [[[1, 2]], None, {"a": [1]}])
def test_what_is_no_table(given):
    with pytest.raises(UsageError, match="reads a CSV file or a DataFrame; got .*: give the path"):
        read_table(given, target="a")


# What is learnt, from which rows


def people(write, changed: dict[int, str], rows: int = 40):
    """A table with gaps, text and a class; some rows of it changed."""
    lines = [f"{x % 7},{'' if x % 5 == 0 else 30 + x},{'NS'[x % 2]},{x % 3 == 0:d}" for x in range(rows)]
    lines = [changed.get(number, line) for number, line in enumerate(lines)]
    return write("a,b,c,kind\n" + "\n".join(lines) + "\n")


def held_out_of(table: Table, **shares: float) -> tuple[list[int], list[int]]:
    train, held_out = table._rows(shares.get("test", 0.2), shares.get("valid", 0.0), seed=3)
    return train.tolist(), [row for rows in held_out.values() for row in rows.tolist()]


@pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")
def test_no_row_held_out_changes_what_is_learnt(write):
    shares = {"test": 0.2, "valid": 0.2}
    train, held_out = held_out_of(read_table(people(write, {}), "kind"), **shares)
    assert len(train) == 24 and sorted(train + held_out) == [*range(40)]
    before = read_table(people(write, {}), "kind").splits(**shares, seed=3)  # pyright: ignore
    others = {row: f"{1000 + row},,W,{row % 3 == 0:d}" for row in held_out}
    after = read_table(people(write, others), "kind").splits(**shares, seed=3)  # pyright: ignore
    assert before.features == after.features and before.shape == after.shape
    state = before.train().state_dict()
    after.train().load_state_dict(state)
    before.train().load_state_dict(state)
    for one, other in zip(before.train(), after.train(), strict=True):
        assert torch.equal(one[0], other[0]) and torch.equal(one[1], other[1])
    changed = read_table(people(write, {train[0]: "1000,1000,S,0"}), "kind").splits(**shares, seed=3)  # pyright: ignore
    assert changed.features != before.features


@pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")
def test_what_is_learnt_is_that_of_pandas_over_the_rows_to_train_on(write):
    path = people(write, {})
    table = read_table(path, "kind")
    train, held_out = held_out_of(table, test=0.3)
    splits = table.splits(test=0.3, seed=3)
    frame = pd.read_csv(path)
    known = frame.loc[train, ["a", "b"]]
    expected = ((frame[["a", "b"]] - known.mean()) / known.std()).fillna(0)
    test = splits.test()
    assert test is not None and splits.features is not None
    ((inputs_, labels),) = test
    np.testing.assert_allclose(inputs_[:, :2], expected.loc[held_out], rtol=1e-5, atol=1e-6)
    assert labels.tolist() == frame.loc[held_out, "kind"].tolist()
    assert splits.features.input_names == ("a", "b", "c_N", "c_S") and splits.shape == (4,)


def test_a_value_that_only_a_row_held_out_has_is_said_and_counts_as_none(write):
    _, held_out = held_out_of(flowers(write))
    text = "x,c,kind\n" + "".join(f"{x},{'W' if x in held_out[:2] else 'N'},{'ab'[x >= 5]}\n" for x in range(50))
    table = read_table(write(text), "kind")
    with pytest.warns(DataNote, match=r'2 row\(s\) held out have a value in c that no row to train on has \("W"\)'):
        splits = table.splits(seed=3)
    test = splits.test()
    assert test is not None and sorted(x[:, 1].sum().item() for x, _ in test) == [len(held_out) - 2]


def test_a_column_without_a_value_to_learn_from_is_0(write):
    text = "x,z,y\n" + "".join(f"{x},{5 if x == 3 else ''},{x}\n" for x in range(9))
    table = noted(write(text), "missing in z", target="y")
    rest = torch.tensor([row for row in range(9) if row != 3])
    assert table.inputs(table.learn(rest))[:, 1].tolist() == [0] * 9


def test_shares_that_leave_nothing(write):
    for shares in ({"test": 0.6, "valid": 0.4}, {"valid": -0.1}, {"valid": 1.5}):
        with pytest.raises(UsageError, match="between 0 and 1, of which some are left"):
            flowers(write).splits(**shares)


def test_numbers_as_classes_and_as_numbers(write):
    path = write("x,y\n1,0\n2,1\n3,1\n")
    assert (read_table(path, "y").classes, read_table(path, "y").targets.tolist()) == (("0", "1"), [0, 1, 1])
    assert read_table(path, "y", classes=False).targets.tolist() == [[0], [1], [1]]
    path = write("x,y\n1,7\n2,3\n3,7\n")
    assert read_table(path, "y").classes is None
    table = read_table(path, "y", classes=True)
    assert (table.classes, table.targets.tolist()) == (("3", "7"), [1, 0, 1])
    assert repr(table) == "Table(3 rows, 1 columns, target y, one of 3, 7)"
    refused(UsageError, write("x,y\n1,a\n2,b\n"), 'no number in line 2 ("a")', target="y", classes=False)


@pytest.mark.parametrize("task", [Classification(asked_with="row"), BinaryClassification(nn.BCEWithLogitsLoss())])
def test_a_target_of_0_and_1_is_learnt_by_either_classification(write, task):
    table = read_table(write("x,y\n" + "".join(f"{x},{x > 20:d}\n" for x in range(40))), "y")
    model = nn.Linear(1, 2 if isinstance(task, Classification) else 1)
    work = Experiment(table.splits(), model, task, SGD(model.parameters(), lr=0.5), epochs=30)
    run = work.run()
    assert run.result["test_accuracy"] >= 0.8
    (answer,) = [task.answer(work.model, work.data, Question({"x": "39"}))]
    assert next(iter(answer.probabilities)) == "1"
