"""One column of a table: numbers or categories, and what was done to make them so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from dongshou.data.tables.cells import Decimal, Numbers, as_numbers
from dongshou.errors import DongshouError

MOST_CATEGORIES = 50  # a text column of more values is a name or a remark, not a category
MOST_SHOWN = 5  # lines or cells in a message
ABSENT = "missing"  # the category of a cell without a value


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

    @property
    def is_categorical(self) -> bool:
        return bool(self.numbers.strange)

    def target(self, path: Path) -> tuple[Tensor, tuple[str, ...] | None]:
        """Numbers as they are, float32 (rows, 1), and None; or the number of each class, int64 (rows,), and the
        classes in order. Raises DongshouError where a row has no target."""
        if self.numbers.missing:
            lines = [str(self.lines[place]) for place in self.numbers.missing]
            raise DongshouError(
                f"{path} lacks the target {self.name} in {len(lines)} row(s) ({self._missing_texts()}):"
                f" line {some(lines)}. Remove them."
            )
        if not self.is_categorical:
            return torch.tensor(self.numbers.values, dtype=torch.float32).unsqueeze(1), None
        classes = tuple(sorted(set(self.cells)))
        numbers = {name: number for number, name in enumerate(classes)}
        return torch.tensor([numbers[cell] for cell in self.cells]), classes

    def features(self, path: Path) -> list[tuple[str, Tensor]]:
        """The column standardised, or one column for each of its values: names, and float64 (rows,).

        Raises DongshouError for a column without any value.
        """
        if len(self.numbers.missing) == len(self.cells):
            raise DongshouError(f"{path} has no value in column {self.name}. Leave it out with ignore.")
        if not self.is_categorical:
            return [(self.name, standardized(torch.tensor(self.numbers.values, dtype=torch.float64)))]
        cells = [ABSENT if place in self._absent else cell for place, cell in enumerate(self.cells)]
        return [(f"{self.name}_{value}", one_hot(cells, value)) for value in sorted(set(cells))]

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


def standardized(values: Tensor) -> Tensor:
    """(x - mean) / std, 0 where x is NaN; float64 (rows,). All 0 for a column that holds one value only."""
    known = values[~values.isnan()]
    from_first = values - known[0]  # of a constant column exactly 0, whatever rounding would make of its mean
    mean = from_first[~values.isnan()].mean()
    std = from_first[~values.isnan()].std() if len(known) > 1 else torch.zeros(())
    return ((from_first - mean) / (std if std > 0 else 1.0)).nan_to_num(0.0)


def one_hot(cells: Sequence[str], value: str) -> Tensor:
    return torch.tensor([float(cell == value) for cell in cells], dtype=torch.float64)


def some(texts: Sequence[str]) -> str:
    return ", ".join(texts[:MOST_SHOWN]) + (", ..." if len(texts) > MOST_SHOWN else "")
