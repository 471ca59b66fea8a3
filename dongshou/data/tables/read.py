"""Any CSV file or DataFrame as a table: numbers and categories told apart, nothing done in silence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dongshou.data.tables.cells import Decimal
from dongshou.data.tables.column import Column
from dongshou.data.tables.csv_rows import read_rows, rows_in
from dongshou.data.tables.table import Table
from dongshou.errors import DongshouError, UsageError, did_you_mean, kind_of
from dongshou.notes import note

if TYPE_CHECKING:
    from pandas import DataFrame


def read_table(
    path: str | Path | DataFrame,
    target: str,
    *,
    separator: str = ",",
    encoding: str = "utf-8",
    ignore: Sequence[str] = (),
    decimal: Decimal = "auto",
    classes: bool | None = None,
) -> Table:
    """Read a CSV file whose first line names the columns, or a DataFrame; one column is the target.

    For a model, a column of numbers becomes (x - mean) / std, and 0 where it is missing or constant; a column of text
    becomes one column of 0 and 1 for each value, "missing" being one where a cell is empty. Mean, std and values are
    those of the rows to train on, which `splits` chooses. Numbers to predict stay as they are.

    decimal  what stands before the decimals of a number; "auto" finds out for each column
    classes  whether the values of the target are classes; None takes text for classes, and a target of 0 and 1

    A `DataNote` says how many cells were taken as missing ("", NA, NULL, n/a, and - among numbers), in how many
    a comma was read, and which columns of numbers and text became categories.
    Raises DongshouError, naming column and line, when the file does not hold such a table;
    UsageError when a column that is asked for does not exist, or for what is neither path nor DataFrame.
    """
    path, header, lines = opened(path, separator, encoding)
    target, *ignore = map(str, (target, *ignore))  # a DataFrame may number its columns
    for name in (target, *ignore):
        if name not in header:
            raise UsageError(
                f'{path} has no column "{name}".{did_you_mean(name, header)} Its columns: {", ".join(header)}.'
            )
    if decimal not in ("auto", ".", ","):
        raise UsageError(f'decimal is "auto", "." or ","; got "{decimal}".')
    columns = {
        name: Column.read(name, cells, list(lines), path, decimal)
        for name, cells in zip(header, zip(*lines.values(), strict=True), strict=True)
        if name not in ignore
    }
    targets, names = columns[target].target(path, classes)
    features = tuple(column for column in columns.values() if column.name != target)
    if not features:
        raise DongshouError(f"{path} has no column but the target {target}: there is nothing to learn from.")
    for column in features:
        column.check_known(path)
    if done := [what for column in columns.values() for what in column.done()]:
        note(f"{path.name}: {'; '.join(done)}.")
    return Table(features, targets, names, target, path)


def opened(table: Any, separator: str, encoding: str) -> tuple[Path, list[str], dict[int, list[str]]]:
    """What it is called in a message, the names of the columns, and the cells of each row by its line."""
    if isinstance(table, str | Path):
        return Path(table), *read_rows(Path(table), separator, encoding)
    if not hasattr(table, "to_csv"):
        raise UsageError(
            f"read_table reads a CSV file or a DataFrame; got {kind_of(table)}: give the path of the file."
        )
    return Path("DataFrame"), *rows_in(table.to_csv(index=False), "DataFrame")
