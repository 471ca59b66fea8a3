"""Any CSV file as tensors: numbers standardised, categories one-hot, nothing missing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from dongshou.data.batches import Batches
from dongshou.data.splits import Splits
from dongshou.data.tables.csv_rows import read_rows
from dongshou.errors import DongshouError, UsageError, did_you_mean

if TYPE_CHECKING:
    from pandas import DataFrame, Series

MISSING = ("", "NA", "N/A", "NaN", "nan", "null")  # what a cell without a value holds
MOST_CATEGORIES = 50  # a text column of more values is a name or a remark, not a category


@dataclass(frozen=True)
class Table:
    """A table as a model takes it."""

    features: Tensor  # float32 (rows, columns)
    targets: Tensor  # float32 (rows, 1), or int64 (rows,) where the target is a class
    feature_names: tuple[str, ...]
    classes: tuple[str, ...] | None  # in the order of their numbers; None where the target is a number
    target: str

    def __repr__(self) -> str:
        rows, columns = self.features.shape
        return f"Table({rows} rows, {columns} features, target {self.target})"

    def splits(self, test: float = 0.2, batch_size: int = 64, seed: int = 0) -> Splits:
        """What an experiment takes: rows to train on and a share of them, drawn by the seed, to test on.

        Each class has the same share in both. `read_table` has standardised the features already, over all rows;
        a table smaller than a batch is one batch.
        Raises UsageError when that share leaves too few rows, or too few of a class, on one of the sides.
        """
        train_rows, test_rows = self._rows(test, seed)
        train = self.features[train_rows], self.targets[train_rows]
        return Splits(
            train=Batches(*train, batch_size=min(batch_size, len(train_rows)), shuffle=True),
            test=Batches(self.features[test_rows], self.targets[test_rows], batch_size=len(test_rows)),
            name=self.target,
            classes=self.classes or (),
            shape=(len(self.feature_names),),
        )

    def _rows(self, test: float, seed: int) -> tuple[Tensor, Tensor]:
        """The rows to train on and those to test on, in random order."""
        from sklearn.model_selection import train_test_split  # here: importing scikit-learn takes a second

        if not 0 < test < 1:
            raise UsageError(f"test is a share of the rows, between 0 and 1; got {test}.")
        labels = None if self.classes is None else self.targets
        rows = range(len(self.targets))
        try:
            train, held_out = train_test_split(rows, test_size=test, stratify=labels, random_state=seed)
        except ValueError as error:
            raise UsageError(
                f"{self} cannot be split with test={test}: {error}. Change test, or leave out the rarest classes."
            ) from error
        return torch.tensor(train), torch.tensor(held_out)


def read_table(
    path: str | Path,
    target: str,
    *,
    separator: str = ",",
    encoding: str = "utf-8",
    ignore: Sequence[str] = (),
) -> Table:
    """Read a CSV file whose first line names the columns; one of them is the target, the rest are features.

    A column of numbers becomes (x - mean) / std, and 0 where it is missing; a column of text becomes one
    column of 0 and 1 for each value, "missing" being one where a cell is empty. Numbers to predict stay as they are.
    Raises DongshouError, naming column and line, when the file does not hold such a table;
    UsageError when a column that is asked for does not exist.
    """
    import pandas as pd  # here: importing pandas takes a second

    path = Path(path)
    cells = _read_cells(path, separator, encoding)
    for name in (target, *ignore):
        if name not in cells:
            raise UsageError(
                f'{path} has no column "{name}".{did_you_mean(name, cells)} Its columns: {", ".join(cells)}.'
            )
    targets, classes = _targets(cells[target], path)
    inputs = [name for name in cells if name not in (target, *ignore)]
    features = [feature for name in inputs for feature in _features(cells[name], path)]
    if not features:
        raise DongshouError(f"{path} has no column but the target {target}: there is nothing to learn from.")
    matrix = torch.tensor(pd.concat(features, axis=1).to_numpy(), dtype=torch.float32)  # (rows, columns)
    return Table(matrix, targets, tuple(str(feature.name) for feature in features), classes, target)


def _read_cells(path: Path, separator: str, encoding: str) -> DataFrame:
    """The cells as text, missing ones as NaN; the index is the line of each row in the file."""
    import pandas as pd

    header, lines = read_rows(path, separator, encoding)
    cells = pd.DataFrame(list(lines.values()), index=list(lines), columns=header, dtype=object)
    return cells.mask(cells.isin(MISSING))


def _targets(column: Series, path: Path) -> tuple[Tensor, tuple[str, ...] | None]:
    """Numbers as they are, or the number of each class among the classes in order."""
    missing = [line for line, absent in column.isna().items() if absent]
    if missing:
        shown = ", ".join(map(str, missing[:5])) + (", ..." if len(missing) > 5 else "")
        raise DongshouError(
            f"{path} lacks the target {column.name} in {len(missing)} row(s): line {shown}. Remove them."
        )
    numbers = _numbers(column, path)
    if numbers is not None:
        return torch.tensor(numbers.to_numpy(), dtype=torch.float32).unsqueeze(1), None
    categories = column.astype("category").cat
    return torch.tensor(categories.codes.to_numpy(), dtype=torch.int64), tuple(categories.categories)


def _features(column: Series, path: Path) -> list[Series]:
    """The column standardised, or one column for each of its values."""
    import pandas as pd

    if column.isna().all():
        raise DongshouError(f"{path} has no value in column {column.name}. Leave it out with ignore.")
    numbers = _numbers(column, path)
    if numbers is None:
        one_hot = pd.get_dummies(column.fillna("missing"), prefix=str(column.name), dtype=float)
        return [one_hot[name] for name in one_hot]
    spread = numbers.std()
    scale = spread if spread > 0 else 1.0  # a constant column becomes zeros
    return [((numbers - numbers.mean()) / scale).fillna(0.0)]


def _numbers(column: Series, path: Path) -> Series | None:
    """The column as numbers, None where it holds categories; an error where it holds neither."""
    import pandas as pd

    numbers = pd.Series(pd.to_numeric(column, errors="coerce"), dtype=float)
    known = column.notna()
    wrong = (known & ~numbers.map(math.isfinite)).to_numpy()
    if not wrong.any():
        return numbers
    mostly_numbers = wrong.sum() < known.sum() / 2
    most = min(MOST_CATEGORIES, known.sum() // 2) if mostly_numbers else MOST_CATEGORIES
    if column.nunique() <= most:
        return None
    position = int(wrong.argmax())
    raise DongshouError(
        f"{path}: column {column.name} is neither numbers nor at most {most} categories:"
        f' row {position + 1} (line {column.index[position]}) holds "{column.iloc[position]}".'
        " Mend it, or leave the column out with ignore."
    )
