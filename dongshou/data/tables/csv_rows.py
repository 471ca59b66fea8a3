"""The rows of a CSV file whose first line names the columns, every cell as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from dongshou.errors import DongshouError, UsageError


def read_rows(path: Path, separator: str = ",", encoding: str = "utf-8") -> tuple[list[str], dict[int, list[str]]]:
    """The names of the columns; and the cells of each row, by the line of the file on which the row ends.

    Raises DongshouError when the file does not hold at least one row under names of its columns, a cell for each.
    """
    return rows_in(decoded(path, encoding), path, separator)


def rows_in(text: str, where: Path | str, separator: str = ",") -> tuple[list[str], dict[int, list[str]]]:
    """The same of a text; `where` it comes from is for the messages."""
    lines = split_rows(text, separator, where)
    if len(lines) < 2:
        raise DongshouError(f"{where} is empty: expected a line of column names and at least one row.")
    header = lines.pop(min(lines))
    check_shape(header, lines, where)
    return header, lines


def decoded(path: Path, encoding: str = "utf-8") -> str:
    """The text of the file, without the mark that spreadsheets put in front of it."""
    try:
        return path.read_bytes().decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DongshouError(
            f"{path} is not {encoding}: byte {error.start} does not fit."
            " Save it as UTF-8, or name its encoding, such as gbk."
        ) from None
    except LookupError:
        raise UsageError(f'There is no encoding "{encoding}". Try utf-8 or gbk.') from None
    except OSError as error:
        raise DongshouError(f"{path} cannot be read: {error.strerror}. Check the path.") from None


def split_rows(text: str, separator: str, path: Path | str) -> dict[int, list[str]]:
    """The cells of each row, by the line of the file on which the row ends; blank lines are passed over."""
    if len(separator) != 1:
        raise UsageError(f'A separator is one character, such as ";"; got "{separator}".')
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    rows: dict[int, list[str]] = {}
    try:
        for row in reader:
            if row:
                rows[reader.line_num] = [cell.strip() for cell in row]
    except csv.Error as error:
        raise DongshouError(f"{path} is not sound CSV: line {reader.line_num}: {error}. Mend it.") from None
    return rows


def check_shape(header: Sequence[str], lines: dict[int, list[str]], path: Path | str) -> None:
    """Every column has a name of its own, every row a cell for each column."""
    twice = [name for name in header if list(header).count(name) > 1]
    if twice:
        raise DongshouError(f'{path} has more than one column named "{twice[0]}". Rename one of them.')
    for line, row in lines.items():
        if len(row) != len(header):
            raise DongshouError(
                f"{path} has ragged rows: line {line} has {len(row)} cells, the table {len(header)} columns."
                " Mend that line, or name another separator."
            )
