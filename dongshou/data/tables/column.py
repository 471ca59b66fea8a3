"""One column of a table: numbers or categories, and what was done to make them so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dongshou.data.tables.cells import Decimal, Numbers, as_numbers
from dongshou.data.tables.features import ABSENT, Category, Number
from dongshou.errors import DongshouError, UsageError

MOST_CATEGORIES = 50  # a text column of more values is a name or a remark, not a category
MOST_SHOWN = 5  # lines or cells in a message


@dataclass(frozen=True)
class Column:
    """The cells of a column as text, the line of the file each of them is from, and the numbers that they are."""

    name: str
    cells: Sequence[str]
    lines: Sequence[int]
    numbers: Numbers

    @classmethod
    def read(cls, name: str, cells: Sequence[str], lines: Sequence[int], path: Path, decimal: Decimal) -> Column:
        """Raises DongshouError where the column is neither numbers nor categories, or its commas are ambiguous."""
        try:
            column = cls(name, cells, lines, as_numbers(cells, decimal))
        except DongshouError as error:
            raise DongshouError(f'{path}: column {name}: {error}. Say which with decimal="," or decimal=".".') from None
        column._check_categories(path)
        return column

    def check_known(self, path: Path) -> None:
        """Raise DongshouError for a column without any value."""
        if len(self.numbers.missing) == len(self.cells):
            raise DongshouError(f"{path} has no value in column {self.name}. Leave it out with ignore.")

    @property
    def is_categorical(self) -> bool:
        return bool(self.numbers.strange)

    def target(self, path: Path, classes: bool | None = None) -> tuple[Tensor, tuple[str, ...] | None]:
        """Numbers as they are, float32 (rows, 1), and None; or the number of each class, int64 (rows,), and the
        classes in order.

        classes  whether the values are classes; None takes text for classes, and 0 and 1

        Raises DongshouError where a row has no target, UsageError for text that is to be numbers.
        """
        if self.numbers.missing:
            lines = [str(self.lines[place]) for place in self.numbers.missing]
            raise DongshouError(
                f"{path} lacks the target {self.name} in {len(lines)} row(s) ({self._missing_texts()}):"
                f" line {some(lines)}. Remove them."
            )
        if self.is_categorical:
            if classes is False:
                place = self.numbers.strange[0]
                raise UsageError(
                    f'{path}: the target {self.name} is no number in line {self.lines[place]} ("{self.cells[place]}"):'
                    " leave out classes=False."
                )
            numbers = {name: number for number, name in enumerate(sorted(set(self.cells)))}
            return torch.tensor([numbers[cell] for cell in self.cells]), tuple(numbers)
        values = torch.tensor(self.numbers.values, dtype=torch.float64)
        different, labels = values.unique(return_inverse=True)  # sorted
        if classes or (classes is None and different.tolist() == [0, 1]):
            return labels, tuple(f"{value:g}" for value in different.tolist())
        return values.float().unsqueeze(1), None

    def learn(self, rows: Tensor) -> Number | Category:
        """How the column becomes inputs, from these rows alone: the mean and std of its numbers, or its values."""
        if self.is_categorical:
            return Category(self.name, tuple(sorted({self.values[row] for row in rows.tolist()}, key=name_of)))
        numbers = self.values[rows]
        known = numbers[~numbers.isnan()]
        if not len(known):
            return Number(self.name, 0.0, 0.0, self.numbers.decimal)
        from_first = known - known[0]  # of a constant column exactly 0, whatever rounding would make of its mean
        std = float(from_first.std()) if len(known) > 1 else 0.0
        return Number(self.name, float(known[0] + from_first.mean()), std, self.numbers.decimal)

    def encode(self, learnt: Number | Category, rows: Tensor) -> Tensor:
        """Float64 (rows, inputs)."""
        if isinstance(learnt, Category):
            return learnt.encode_all([self.values[row] for row in rows.tolist()])
        return learnt.encode_all(self.values[rows])

    def strangers(self, learnt: Number | Category, rows: Tensor) -> list[str]:
        """The values among these rows that none of the rows had from which it was learnt, once for each row."""
        if not isinstance(learnt, Category):
            return []
        return [name_of(value) for row in rows.tolist() if (value := self.values[row]) not in learnt.values]

    @cached_property
    def values(self) -> Any:
        """Numbers, float64 (rows,) with NaN where there is none; or the cells, None where there is nothing."""
        if not self.is_categorical:
            return torch.tensor(self.numbers.values, dtype=torch.float64)
        absent = self._absent
        return [None if place in absent or cell == ABSENT else cell for place, cell in enumerate(self.cells)]

    def done(self) -> list[str]:
        """What was done to the cells that a person should know, with counts."""
        done = []
        if self.numbers.missing:
            done.append(f"missing in {self.name}: {self._missing_texts()}")
            if self.is_categorical and (named := self.cells.count(ABSENT)):
                done.append(f'and {named} that hold the word "{ABSENT}" are of the same category')
        if commas := self.numbers.commas:
            example, number = self.cells[commas[0]], self.numbers.values[commas[0]]
            done.append(f'commas read in {self.name}: {len(commas):,} ("{example}" as {number:g})')
        if self.is_categorical and (mixed := self._texts_beside_numbers()):
            values = len({cell for place, cell in enumerate(self.cells) if place not in self._absent})
            done.append(f"{self.name} holds numbers and text ({mixed}): taken as {values} categories")
        return done

    @property
    def _absent(self) -> frozenset[int]:
        return frozenset(self.numbers.missing)

    def _missing_texts(self) -> str:
        """Such as: 2 empty, 1 "NULL"."""
        counts = Counter(self.cells[place] for place in self.numbers.missing)
        return ", ".join(f'{count} "{text}"' if text else f"{count} empty" for text, count in counts.items())

    def _texts_beside_numbers(self) -> str:
        """The cells that are no numbers, where there are numbers too; else empty."""
        if len(self.numbers.strange) + len(self.numbers.missing) == len(self.cells):
            return ""
        return some(list(dict.fromkeys(f'"{self.cells[place]}"' for place in self.numbers.strange)))

    def _check_categories(self, path: Path) -> None:
        strange, known = self.numbers.strange, len(self.cells) - len(self.numbers.missing)
        mostly_numbers = len(strange) < known / 2
        most = min(MOST_CATEGORIES, known // 2) if mostly_numbers else MOST_CATEGORIES
        different = len({cell for place, cell in enumerate(self.cells) if place not in self._absent})
        if strange and different > most:
            place = strange[0]
            raise DongshouError(
                f"{path}: column {self.name} is neither numbers nor at most {most} categories:"
                f' row {place + 1} (line {self.lines[place]}) holds "{self.cells[place]}".'
                " Mend it, or leave the column out with ignore."
            )


def name_of(value: str | None) -> str:
    return ABSENT if value is None else value


def some(texts: Sequence[str]) -> str:
    return ", ".join(texts[:MOST_SHOWN]) + (", ..." if len(texts) > MOST_SHOWN else "")
