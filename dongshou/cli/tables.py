"""Tables and numbers as the terminal shows them; plain text where the output goes into a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from dongshou.cli.console import writes_everything
from dongshou.languages import translate

WIDE = 200  # characters, where no terminal sets a limit


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "", words: Sequence[str] = ()
) -> None:
    """Rows under headings; numbers are given as text.

    words  the columns whose cells are words of the language, not names: they are translated as the headings are
    """
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDE
    table = Table(box=None, pad_edge=False, header_style="bold", title=translate(title) or None, title_justify="left")
    for column in columns:
        table.add_column(translate(column), overflow="fold")
    for row in rows:
        table.add_row(*(translate(cell) if name in words else cell for name, cell in zip(columns, row, strict=True)))
    console.print(table, markup=False)


def print_json(content: Any) -> None:
    """Exactly one JSON object, as a program reads it: whole, whatever the encoding of the output."""
    print(json.dumps(content, ensure_ascii=not writes_everything(sys.stdout), indent=2))


def shown(value: Any) -> str:
    """A setting as text; one that is not set as a dash."""
    return "-" if value is None else str(value)


def duration(seconds: float) -> str:
    """`4.2 s`, `3 min 20 s`, `2 h 5 min`"""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
