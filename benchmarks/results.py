"""From times to ratios, and from those to a table in the terminal, JSON and Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.table import Table

from benchmarks.contenders import CONTENDERS, YARDSTICK
from benchmarks.rounds import Measured
from benchmarks.work import Work
from dongshou.runs.files import write_json, write_whole
from dongshou.runs.machine import machine, versions

SIMILAR = 0.03  # how far the best accuracy of two contenders may be apart when they do the same work
COLUMNS = ("contender", "x bare", "min-max", "seconds", "cpu", "accuracy", "target", "verdict")
NUMBERS = COLUMNS[1:6]


def rows(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    """A row for each contender, plain data."""
    by_name = {one.contender.name: one for one in measured}
    return [row(one, by_name) for one in measured]


def row(one: Measured, by_name: dict[str, Measured]) -> dict[str, Any]:
    """Times, ratios to the bare loop, the best accuracy, and whether the target was reached."""
    accuracy = max(one.accuracies)
    target = one.contender.target
    reached = None
    if target is not None and target.against in by_name:
        against = ratios(one, by_name[target.against])
        reached = target.is_reached(statistics.median(against))
    return {
        "contender": one.contender.name,
        "ratio": summary(ratios(one, by_name[YARDSTICK])),
        "seconds": summary(one.seconds),
        "processor_seconds": summary(one.processor_seconds),
        "seconds_by_round": [round(seconds, 4) for seconds in one.seconds],
        "test_accuracy": round(accuracy, 4),
        "same_work": abs(accuracy - max(by_name[YARDSTICK].accuracies)) <= SIMILAR,
        "target": None if target is None else str(target),
        "reached": reached,
    }


def ratios(one: Measured, other: Measured) -> list[float]:
    """The ratio within each round: what slows a whole round cancels."""
    return [mine / theirs for mine, theirs in zip(one.seconds, other.seconds, strict=True)]


def summary(values: Sequence[float]) -> dict[str, float]:
    extremes = {"median": statistics.median(values), "min": min(values), "max": max(values)}
    return {name: round(value, 4) for name, value in extremes.items()}


def report(work: Work, tables: Sequence[dict[str, Any]], *, rounds: int, epochs: int) -> dict[str, Any]:
    """All that is written: the tables, and on what and with what they were measured."""
    packages = sorted({package for contender in CONTENDERS for package in contender.packages})
    described = {name: value for name, value in machine().items() if name != "threads"}
    return {
        "work": asdict(work),
        "description": str(work),
        "date": date.today().isoformat(),
        "rounds": rounds,
        "epochs_a_round": epochs,
        "machine": described,
        "versions": versions() | {package: version(package) for package in packages if find_spec(package)},
        "tables": list(tables),
    }


def write(directory: Path, name: str, content: dict[str, Any]) -> None:
    """NAME.json and NAME.md, each whole or not at all."""
    write_json(directory / f"{name}.json", content)
    write_whole(directory / f"{name}.md", markdown(content))


def markdown(content: dict[str, Any]) -> str:
    """The same tables for a reader, with the machine, the versions and the date."""
    machine = ", ".join(f"{name} {value}" for name, value in content["machine"].items())
    versions = ", ".join(f"{name} {value}" for name, value in content["versions"].items())
    lines = [
        "# Time of an epoch, as a ratio to a bare loop",
        "",
        "Written by `python -m benchmarks`; not edited by hand.",
        "",
        f"{content['description']} The contenders take turns: {content['rounds']} rounds, "
        f"{content['epochs_a_round']} epoch(s) a turn; ratios are taken within a round, of which the median is given.",
        "",
        "seconds: an epoch on the clock; cpu: on the processor, less where other work kept it waiting; "
        "accuracy: the best on the test set; differs: too far from that of the bare loop to be the same work.",
        "",
        f"{content['date']}; {machine}; {versions}.",
    ]
    for table in content["tables"]:
        lines += ["", f"## {title(table)}", "", *markdown_table(table)]
        lines += [f"\nLeft out: {name} ({reason})." for name, reason in table["left_out"].items()]
    return "\n".join(lines) + "\n"


def markdown_table(table: dict[str, Any]) -> list[str]:
    cells = [COLUMNS, ["---"] * len(COLUMNS), *map(in_words, table["rows"])]
    return [f"| {' | '.join(row)} |" for row in cells]


def terminal_table(table: dict[str, Any]) -> Table:
    drawn = Table(title=title(table), box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for column in COLUMNS:
        drawn.add_column(column, justify="right" if column in NUMBERS else "left", no_wrap=True)
    for row in table["rows"]:
        drawn.add_row(*in_words(row))
    return drawn


def title(table: dict[str, Any]) -> str:
    return "One thread" if table["threads"] == 1 else f"{table['threads']} threads"


def in_words(row: dict[str, Any]) -> list[str]:
    """The cells of a row, in the order of the columns."""
    ratio, seconds = row["ratio"], row["seconds"]
    verdict = {None: "", True: "reached", False: "missed"}[row["reached"]]
    return [
        row["contender"],
        f"{ratio['median']:.2f}",
        f"{ratio['min']:.2f}-{ratio['max']:.2f}",
        f"{seconds['median']:.3f}",
        f"{row['processor_seconds']['median']:.3f}",
        f"{row['test_accuracy']:.3f}",
        row["target"] or "",
        verdict if row["same_work"] else "differs",
    ]
