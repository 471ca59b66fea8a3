"""Cells of text as numbers: which of them hold no value, and numbers written with a comma."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dongshou.errors import DongshouError

Decimal = Literal["auto", ".", ","]

# in small letters: no value in any column, and none in a column of numbers, where text it may be a category
MISSING = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "null"})
MISSING_AMONG_NUMBERS = frozenset({"-", "--", "–", "—", "?", ".", "none"})

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
WITH_POINT = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)  # 1,234 or 1,234,567.8
WITH_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+([eE][+-]?\d+)?", re.ASCII)  # 14,62 or 1.234,5
WHOLE_WITH_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)", re.ASCII)  # 14 or 1.234, beside these


@dataclass(frozen=True)
class Numbers:
    """A column as numbers.

    values   one for each cell, NaN where it holds none
    missing  places of the cells that hold no value
    commas   places of the cells with a comma, read with `decimal` before the decimals
    strange  places of the cells that are no numbers: where there are any, the column holds something else
    """

    values: list[float]
    missing: list[int]
    commas: list[int]
    decimal: str
    strange: list[int]


def is_missing(cell: str) -> bool:
    """Whether a cell holds no value, whatever else stands in its column."""
    return cell.lower() in MISSING


def as_numbers(cells: Sequence[str], decimal: Decimal = "auto") -> Numbers:
    """The cells of a column as far as they are numbers; `decimal` is what stands before the decimals, if known.

    Raises DongshouError where that cannot be told: "1,234" alone is 1234 in English and 1.234 in German,
    and "1.5" beside "2,5" is a slip.
    """
    places = range(len(cells))
    missing = [place for place in places if is_missing(cells[place])]
    plain = [place for place in places if NUMBER.fullmatch(cells[place]) and math.isfinite(float(cells[place]))]
    commas = [place for place in places if WITH_POINT.fullmatch(cells[place]) or WITH_COMMA.fullmatch(cells[place])]
    rest = set(places) - {*missing, *plain, *commas}
    if plain or commas:
        missing += [place for place in rest if cells[place].lower() in MISSING_AMONG_NUMBERS]
    strange = sorted(rest - {*missing})
    if strange:
        return Numbers([], sorted(missing), [], ".", strange)
    mark = decimal if decimal != "auto" else decimal_mark([cells[p] for p in plain], [cells[p] for p in commas])
    values = [math.nan] * len(cells)
    for place in (*plain, *commas):
        values[place] = number(cells[place], mark)
    strange = sorted(place for place in (*plain, *commas) if math.isnan(values[place]))
    return Numbers(values, sorted(missing), [] if strange else commas, mark, strange)


def decimal_mark(plain: Sequence[str], commas: Sequence[str]) -> str:
    """What stands before the decimals of a column: the only mark that makes numbers of all cells."""
    if not commas:
        return "."
    possible = [mark for mark in ".," if not any(math.isnan(number(cell, mark)) for cell in (*plain, *commas))]
    if len(possible) == 1:
        return possible[0]
    if possible:
        raise DongshouError(f'"{commas[0]}" may be a number of thousands or one with decimals')
    beside = next((cell for cell in plain if math.isnan(number(cell, ","))), commas[-1])
    raise DongshouError(f'"{commas[0]}" stands beside "{beside}": a comma and a point before decimals')


def number(cell: str, decimal: str) -> float:
    """The number in a cell, NaN where it is none with this mark before its decimals.

    >>> number("1.234,5", ","), number("1,234.5", ".")
    (1234.5, 1234.5)
    """
    if decimal == ",":
        fits = WITH_COMMA.fullmatch(cell) or WHOLE_WITH_COMMA.fullmatch(cell)
        return float(cell.replace(".", "").replace(",", ".")) if fits else math.nan
    fits = NUMBER.fullmatch(cell) or WITH_POINT.fullmatch(cell)
    return float(cell.replace(",", "")) if fits else math.nan
