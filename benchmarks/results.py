"""Figures in words, a table in the terminal, JSON and Markdown: the same for every benchmark."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from dongshou.runs.files import write_json, write_whole
from dongshou.runs.machine import machine, versions

RESULTS = Path(__file__).parent / "results"
WIDEST = 110  # characters of a table
VERDICTS = {None: "", True: "reached", False: "missed"}


@dataclass(frozen=True)
class Sheet:
    """A table as a reader sees it, in words alone.

    numbers  the columns that are aligned on the right
    notes    what is said below it
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[str] = ()
    notes: Sequence[str] = ()


def ratios(mine: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """The ratio within each round: what slows a whole round cancels."""
    return [one / other for one, other in zip(mine, theirs, strict=True)]


def summary(values: Sequence[float]) -> dict[str, float]:
    extremes = {"median": statistics.median(values), "min": min(values), "max": max(values)}
    return {name: round(value, 4) for name, value in extremes.items()}


def spread(values: dict[str, float]) -> str:
    """From least to most."""
    return f"{values['min']:.2f}-{values['max']:.2f}"


def circumstances() -> dict[str, Any]:
    """When, on what and with what something was measured."""
    described = {name: value for name, value in machine().items() if name != "threads"}
    return {"date": date.today().isoformat(), "machine": described, "versions": versions()}


def write(directory: Path, name: str, content: dict[str, Any], text: str) -> None:
    """NAME.json and NAME.md, each whole or not at all."""
    write_json(directory / f"{name}.json", content)
    write_whole(directory / f"{name}.md", text)


def markdown(heading: str, paragraphs: Sequence[str], content: dict[str, Any], sheets: Sequence[Sheet]) -> str:
    """What a reader reads: the explanation, the circumstances, the tables."""
    machine = ", ".join(f"{name} {value}" for name, value in content["machine"].items())
    versions = ", ".join(f"{name} {value}" for name, value in content["versions"].items())
    written_by = "Written by `python -m benchmarks`; not edited by hand."
    blocks = [f"# {heading}", written_by, *paragraphs, f"{content['date']}; {machine}; {versions}."]
    for sheet in sheets:
        blocks += [f"## {sheet.title}", markdown_table(sheet), *sheet.notes]
    return "\n\n".join(blocks) + "\n"


def markdown_table(sheet: Sheet) -> str:
    cells = [sheet.columns, ["---"] * len(sheet.columns), *sheet.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def terminal_table(sheet: Sheet) -> Table:
    drawn = Table(title=sheet.title, box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for column in sheet.columns:
        drawn.add_column(column, justify="right" if column in sheet.numbers else "left", no_wrap=True)
    for row in sheet.rows:
        drawn.add_row(*row)
    return drawn


def show(sheet: Sheet) -> None:
    """The table and its notes, in the terminal."""
    console = Console()
    console.width = max(console.width, WIDEST)  # a narrow terminal breaks lines: better than figures cut short
    console.print(terminal_table(sheet))
    for note in sheet.notes:
        console.print(note, markup=False, highlight=False)


def threads_in_words(number: int) -> str:
    return "One thread" if number == 1 else f"{number} threads"
