"""From the cells of one row to the numbers that a model takes, as the rows that it has learnt from were made."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from dongshou.data.tables.cells import MISSING_AMONG_NUMBERS, number
from dongshou.errors import UsageError, did_you_mean

MOST_NAMES = 12  # values in a message
ABSENT = "missing"  # the name of the category of a cell without a value


@dataclass(frozen=True)
class Number:
    """A column of numbers, (x - mean) / std; what is missing is the mean. 0 where the column was constant, std 0.

    decimal  what stands before the decimals of a number in a cell
    """

    name: str
    mean: float = 0.0
    std: float = 1.0
    decimal: str = "."

    @property
    def input_names(self) -> tuple[str, ...]:
        return (self.name,)

    def encode(self, cell: float | str | None) -> list[float]:
        if cell is None or isinstance(cell, str) and cell.lower() in MISSING_AMONG_NUMBERS:
            return [0.0]
        value = number(cell, self.decimal) if isinstance(cell, str) else cell
        if not math.isfinite(value):
            raise UsageError(f'{self.name} is a number; got "{cell}".')
        return [(value - self.mean) / self.std if self.std > 0 else 0.0]

    def encode_all(self, values: Tensor) -> Tensor:
        """Numbers (rows,), NaN where one is missing -> (rows, 1)"""
        scaled = (values - self.mean) / self.std if self.std > 0 else torch.zeros_like(values)
        return scaled.nan_to_num(0.0).unsqueeze(1)


@dataclass(frozen=True)
class Category:
    """A column of names: 1 for the value that stands there, 0 for every other; None among them: nothing there."""

    name: str
    values: tuple[str | None, ...]

    @property
    def input_names(self) -> tuple[str, ...]:
        return tuple(f"{self.name}_{ABSENT if value is None else value}" for value in self.values)

    def encode(self, cell: float | str | None) -> list[float]:
        cell = None if cell is None else str(cell)
        cell = None if cell == ABSENT and ABSENT not in self.values else cell
        if cell not in self.values:
            known = [value for value in self.values if value is not None]
            shown = ", ".join(known[:MOST_NAMES]) + (", ..." if len(known) > MOST_NAMES else "")
            got = "nothing" if cell is None else f'"{cell}"'
            raise UsageError(f"{self.name} is one of {shown}; got {got}.")
        return [float(cell == value) for value in self.values]

    def encode_all(self, cells: Sequence[str | None]) -> Tensor:
        """Cells (rows,) -> (rows, values); 0 everywhere for a value that is none of those known."""
        places = {value: place for place, value in enumerate(self.values)}
        codes = torch.tensor([places.get(cell, -1) for cell in cells])
        return (codes[:, None] == torch.arange(len(places))).double()


@dataclass(frozen=True)
class Features:
    """How a row becomes the input of a model, and what the model predicts of it.

    columns     in the order of the inputs
    target      what is predicted
    mean, std   of the target, where the model predicts (target - mean) / std
    missing     cells that hold no value
    identifier  the column that names a row, such as its number; "" where none does
    """

    columns: tuple[Number | Category, ...]
    target: str
    mean: float = 0.0
    std: float = 1.0
    missing: tuple[str, ...] = ("",)
    identifier: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def input_names(self) -> tuple[str, ...]:
        """What each number of an input is: a column, or a value of one, as in colour_red."""
        return tuple(name for column in self.columns for name in column.input_names)

    def as_json(self) -> dict[str, Any]:
        """As plain data, which a run keeps."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Features:
        """What `as_json` gave, read back from JSON."""
        columns = (
            Category(one["name"], tuple(one["values"])) if "values" in one else Number(**one)
            for one in plain["columns"]
        )
        return cls(**{**plain, "columns": tuple(columns), "missing": tuple(plain["missing"])})

    def encode(self, row: Mapping[str, Any]) -> Tensor:
        """The cells of a row by column -> float32 (inputs,).

        A column may be named without the unit in parentheses behind it, and in capitals; columns more than needed
        are passed over. Raises UsageError for a column that is not there or a cell that does not fit.
        """
        self.check_names(row)
        by_name = {plain(name): cell.strip() if isinstance(cell, str) else cell for name, cell in row.items()}
        cells = [by_name[plain(name)] for name in self.names]
        present = [None if {str(cell), str(cell).lower()} & {*self.missing} else cell for cell in cells]
        encoded = [column.encode(cell) for column, cell in zip(self.columns, present, strict=True)]
        return torch.tensor([number for numbers in encoded for number in numbers], dtype=torch.float64).float()

    def check_names(self, given: Mapping[str, Any] | Sequence[str]) -> None:
        """Raises UsageError unless all columns are among those given."""
        there = {plain(name) for name in given}
        missing = [name for name in self.names if plain(name) not in there]
        if missing:
            needed = {plain(name) for name in self.names}
            near = did_you_mean(missing[0], [name for name in given if plain(name) not in needed])
            raise UsageError(f"There is no column {', '.join(missing)}.{near} Needed are: {', '.join(self.names)}.")

    def named(self, cells: Sequence[Any]) -> dict[str, Any]:
        """The cells of a row in the order of the columns, by their names. Raises UsageError for another number."""
        if len(cells) != len(self.columns):
            wanted = f"{len(self.columns)}: {', '.join(self.names)}"
            raise UsageError(f"A row has a cell for each column, {wanted}; got {len(cells)}.")
        return dict(zip(self.names, cells, strict=True))

    def in_units(self, output: float) -> float:
        """What the model predicts, in the units of the target."""
        return output * self.std + self.mean


def plain(name: str) -> str:
    """A name of a column as it is compared.

    >>> plain("Body mass index (kg/m^2)")
    'body mass index'
    """
    return re.sub(r"\s*\([^()]*\)\s*$", "", name).strip().lower()


def numbers(names: Sequence[str], target: str, mean: Tensor | None = None, std: Tensor | None = None) -> Features:
    """Columns of numbers alone, standardised by mean and std (columns,) where they are given."""
    count = len(names)
    means = [0.0] * count if mean is None else mean.double().tolist()
    stds = [1.0] * count if std is None else std.double().tolist()
    columns = (Number(*column) for column in zip(names, means, stds, strict=True))
    return Features(tuple(columns), target)
