"""Any CSV file as tensors: numbers standardised, categories one-hot, nothing missing, nothing done in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from dongshou.data.batches import Batches
from dongshou.data.splits import Splits
from dongshou.data.tables.cells import Decimal
from dongshou.data.tables.column import Column
from dongshou.data.tables.csv_rows import read_rows
from dongshou.errors import DongshouError, UsageError, did_you_mean, kind_of
from dongshou.notes import note


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
    decimal: Decimal = "auto",
) -> Table:
    """Read a CSV file whose first line names the columns; one of them is the target, the rest are features.

    A column of numbers becomes (x - mean) / std, and 0 where it is missing or constant; a column of text becomes one
    column of 0 and 1 for each value, "missing" being one where a cell is empty. Numbers to predict stay as they are.

    decimal  what stands before the decimals of a number; "auto" finds out for each column

    A `DataNote` says how many cells were taken as missing ("", NA, NULL, n/a, and - among numbers), in how many
    a comma was read, and which columns of numbers and text became categories.
    Raises DongshouError, naming column and line, when the file does not hold such a table;
    UsageError when a column that is asked for does not exist, or for what is not a path.
    """
    if not isinstance(path, str | Path):
        raise UsageError(
            f"read_table reads a CSV file; got {kind_of(path)}: give its path (a DataFrame writes one with"
            " frame.to_csv(path, index=False))."
        )
    path = Path(path)
    header, lines = read_rows(path, separator, encoding)
    for name in (target, *ignore):
        if name not in header:
            raise UsageError(
                f'{path} has no column "{name}".{did_you_mean(name, header)} Its columns: {", ".join(header)}.'
            )
    if decimal not in ("auto", ".", ","):
        raise UsageError(f'decimal is "auto", "." or ","; got "{decimal}".')
    columns = [
        Column.read(name, cells, list(lines), path, decimal)
        for name, cells in zip(header, zip(*lines.values(), strict=True), strict=True)
        if name not in ignore
    ]
    targets, classes = next(column for column in columns if column.name == target).target(path)
    features = [feature for column in columns if column.name != target for feature in column.features(path)]
    if not features:
        raise DongshouError(f"{path} has no column but the target {target}: there is nothing to learn from.")
    if done := [what for column in columns for what in column.done()]:
        note(f"{path.name}: {'; '.join(done)}.")
    names, values = zip(*features, strict=True)
    return Table(torch.stack(values, dim=1).float(), targets, names, classes, target)  # (rows, columns)
