"""From the cells of one row to the numbers that a model takes, as the rows that it has learnt from were made."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dongshou.errors import UsageError, did_you_mean

MOST_NAMES = 12  # values in a message


@dataclass(frozen=True)
class Number:
    """A column of numbers, (x - mean) / std; what is missing is the mean. 0 where the column was constant, std 0."""

    name: str
    mean: float = 0.0
    std: float = 1.0

    def encode(self, cell: str | None) -> list[float]:
        if cell is None:
            return [0.0]
        try:
            number = float(cell)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise UsageError(f'{self.name} is a number; got "{cell}".')
        return [(number - self.mean) / self.std if self.std > 0 else 0.0]


@dataclass(frozen=True)
class Category:
    """A column of names: 1 for the value that stands there, 0 for every other; None among them: nothing there."""

    name: str
    values: tuple[str | None, ...]

    def encode(self, cell: str | None) -> list[float]:
        if cell not in self.values:
            known = [value for value in self.values if value is not None]
            shown = ", ".join(known[:MOST_NAMES]) + (", ..." if len(known) > MOST_NAMES else "")
            got = "nothing" if cell is None else f'"{cell}"'
            raise UsageError(f"{self.name} is one of {shown}; got {got}.")
        return [float(cell == value) for value in self.values]


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

    def encode(self, row: Mapping[str, str]) -> Tensor:
        """The cells of a row by column -> float32 (inputs,).

        A column may be named without the unit in parentheses behind it, and in capitals; columns more than needed
        are passed over. Raises UsageError for a column that is not there or a cell that does not fit.
        """
        self.check_names(row)
        by_name = {plain(name): cell.strip() for name, cell in row.items()}
        cells = [by_name[plain(name)] for name in self.names]
        present = [None if cell in self.missing else cell for cell in cells]
        encoded = [column.encode(cell) for column, cell in zip(self.columns, present, strict=True)]
        return torch.tensor([number for numbers in encoded for number in numbers], dtype=torch.float64).float()

    def check_names(self, given: Mapping[str, str] | Sequence[str]) -> None:
        """Raises UsageError unless all columns are among those given."""
        there = {plain(name) for name in given}
        missing = [name for name in self.names if plain(name) not in there]
        if missing:
            needed = {plain(name) for name in self.names}
            near = did_you_mean(missing[0], [name for name in given if plain(name) not in needed])
            raise UsageError(f"There is no column {', '.join(missing)}.{near} Needed are: {', '.join(self.names)}.")

    def named(self, cells: Sequence[str]) -> dict[str, str]:
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
