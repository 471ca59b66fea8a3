"""What somebody asks, word by word, as the questions that a task understands."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dongshou.data.tables.csv_rows import check_shape, decoded, rows_in, split_rows
from dongshou.data.tables.features import Features, plain
from dongshou.errors import DongshouError, UsageError, did_you_mean

if TYPE_CHECKING:
    from dongshou.data import Splits
    from dongshou.tasks import AskedWith


SEPARATORS = (",", ";", "\t")
MOST_CLASSES = 20  # named where one is not known


class Asked(NamedTuple):
    """A question, and what it is called where something is wrong with it."""

    content: Any
    label: str


def questions_of(asked_with: AskedWith, data: Splits, given: Sequence[Any]) -> list[Asked]:
    """The questions among what was given. Raises UsageError where nothing can be asked with it."""
    return list(READ[asked_with](given, data))


def images(given: Sequence[Any], data: Splits) -> Iterator[Asked]:
    if not given:
        raise UsageError("name at least one picture: dongshou predict RUN IMAGE ...")
    yield from (Asked(str(path), str(path)) for path in given)


def texts(given: Sequence[Any], data: Splits) -> Iterator[Asked]:
    if not given:
        raise UsageError('give a text, or a line of standard input: dongshou predict RUN "text"')
    yield from (Asked(str(text), repr(str(text))) for text in given)


def words(given: Sequence[Any], data: Splits) -> Iterator[Asked]:
    """Words, and sums of words: a plus or a minus, with spaces around it, makes one question of its neighbours."""
    asked: list[str] = []
    goes_on = False
    for part in " ".join(map(str, given)).split():
        is_sign = part in ("+", "-")
        if asked and (is_sign or goes_on):
            asked[-1] += f" {part}"
        else:
            asked.append(part)
        goes_on = is_sign
    if not asked:
        raise UsageError("give a word, or a sum of words: dongshou predict RUN king - man + woman")
    yield from (Asked(one, repr(one)) for one in asked)


def pairs(given: Sequence[Any], data: Splits) -> Iterator[Asked]:
    """Pairs as they are; single texts two by two, or with a tab between the two."""
    singles: list[str] = []
    for one in given:
        singles += one if isinstance(one, (tuple, list)) else str(one).split("\t")
    if not singles or len(singles) % 2:
        raise UsageError(f'give two texts for each question: dongshou predict RUN "one" "other"; got {len(singles)}.')
    for pair in zip(singles[::2], singles[1::2], strict=True):
        yield Asked(pair, f"{pair[0]!r} and {pair[1]!r}")


def numbers(given: Sequence[Any], data: Splits) -> Iterator[Asked]:
    if not given:
        raise UsageError("give at least one number: dongshou predict RUN 7")
    for one in given:
        try:
            number = float(one)
        except ValueError:
            raise UsageError(f"{one} is not a number; give one such as 7.") from None
        yield Asked(int(number) if number.is_integer() else number, str(one))


def classes(given: Sequence[Any], data: Splits) -> Iterator[Asked]:
    """Classes by their names. Raises UsageError for one that the data does not have."""
    known = data.classes
    if not given:
        raise UsageError(f"name at least one class: dongshou predict RUN {known[-1] if known else 7}")
    for name in map(str, given):
        if name not in known:
            some = ", ".join(known[:MOST_CLASSES]) + (", ..." if len(known) > MOST_CLASSES else "")
            raise UsageError(f"The model knows no class {name}.{did_you_mean(name, known)} Its classes: {some}.")
        yield Asked(name, name)


def noise(given: Sequence[Any], data: Splits) -> Iterator[Asked]:
    if any(one is not None for one in given):
        raise UsageError(f"this model is asked with nothing but noise; leave out {given[0]}.")
    yield Asked(None, "noise")


def rows(given: Sequence[Any], data: Splits) -> Iterator[Asked]:
    """The rows of CSV files; mappings of cells by column; or cells with commas between, in the order of the columns."""
    features = data.features
    if features is None:
        raise UsageError(f"Nothing says how a row becomes an input of {data.name or 'these data'}.")
    if not given:
        raise UsageError(f"name a CSV file with the columns {', '.join(features.names)}, or give their cells: 1,2,...")
    for number, one in enumerate(given, 1):
        if isinstance(one, Mapping):
            features.check_names(list(one))
            yield Asked({name: as_cell(cell) for name, cell in one.items()}, f"row {number}")
        elif isinstance(one, (tuple, list)):
            yield Asked(features.named([as_cell(cell) for cell in one]), ",".join(map(str, one)))
        elif is_cells(str(one)):
            separator = ";" if str(one).count(";") + 1 == len(features.columns) else ","
            yield Asked(features.named(str(one).split(separator)), str(one))
        else:
            yield from rows_of_table(decoded(Path(one)), one, features)


def as_cell(value: Any) -> float | str:
    """A number stays one, for it needs no mark before its decimals; anything else as text."""
    if isinstance(value, Real) and not isinstance(value, bool):
        return int(value) if isinstance(value, Integral) else float(value)
    return str(value)


def is_cells(word: str) -> bool:
    """Whether a word is the cells of a row themselves: `1.5,red`, `7`, but no name of a file."""
    return not os.path.exists(word) and ("," in word or ";" in word or is_number(word))


def is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def rows_of_table(text: str, where: Path | str, features: Features) -> Iterator[Asked]:
    """The rows of a CSV file, with a line of names above them, or without one in the order of the columns.

    Raises DongshouError for a text that is no table, UsageError for one without the columns that are needed.
    """
    header, lines = table_in(text, where, features)
    try:
        features.check_names(header)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None
    for line, cells in lines.items():
        yield Asked(dict(zip(header, cells, strict=True)), f"{where}, line {line}")


def table_in(text: str, where: Path | str, features: Features) -> tuple[Sequence[str], dict[int, list[str]]]:
    """The names of the columns and the cells of each row, by the separator that makes columns of the first line."""
    for separator in SEPARATORS:
        try:
            lines = split_rows(text, separator, where)
        except DongshouError:  # quotes that stand beside another separator
            continue
        first = next(iter(lines.values()), [])
        if is_row(first, features):
            check_shape(features.names, lines, where)
            return features.names, lines
        if {*map(plain, features.names)} & {*map(plain, first)}:
            return rows_in(text, where, separator)
    return rows_in(text, where)


def is_row(cells: Sequence[str], features: Features) -> bool:
    """Whether these are no names of columns but the cells of a row."""
    if {*map(plain, cells)} & {*map(plain, features.names)}:
        return False
    try:
        features.encode(features.named(cells))
    except UsageError:
        return False
    return True


READ: dict[str, Callable[[Sequence[Any], Splits], Iterator[Asked]]] = {
    "image": images,
    "text": texts,
    "word": words,
    "pair": pairs,
    "number": numbers,
    "class": classes,
    "noise": noise,
    "row": rows,
}
