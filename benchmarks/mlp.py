"""How long an epoch of the perceptron takes, trained in several people's ways, as a ratio to a bare loop."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

from benchmarks.contenders import CONTENDERS, YARDSTICK, chosen
from benchmarks.results import (
    RESULTS,
    VERDICTS,
    Sheet,
    circumstances,
    markdown,
    ratios,
    show,
    spread,
    summary,
    threads_in_words,
    write,
)
from benchmarks.rounds import Measured, cores, measure
from benchmarks.work import Work
from dongshou.errors import UsageError

SIMILAR = 0.03  # how far the best accuracy of two contenders may be apart when they do the same work
COLUMNS = ("contender", "x bare", "min-max", "seconds", "cpu", "accuracy", "target", "verdict")
NUMBERS = COLUMNS[1:6]


def benchmark(
    rounds: int = 11,
    epochs: int = 1,
    threads: tuple[int, ...] = (1, 2),
    only: tuple[str, ...] = (),
    limit: int | None = None,
) -> None:
    """Time an epoch of the same network, trained in several people's ways.

    Args:
        rounds: How often each contender has its turn.
        epochs: How many epochs a turn has.
        threads: A table for each of these numbers that there are cores for.
        only: Compare these contenders only, and write nothing down.
        limit: Train on the first so many examples only, and write nothing down.
    """
    work = Work(limit=limit)
    check(rounds, epochs, threads, only)
    tables = [compare(work, number, rounds, epochs, only) for number in threads if 1 <= number <= cores()]
    if not only and limit is None:
        content = report(work, tables, rounds=rounds, epochs=epochs)
        write(RESULTS, "mlp", content, in_markdown(content))


def check(rounds: int, epochs: int, threads: tuple[int, ...], only: tuple[str, ...]) -> None:
    """Raises UsageError for a number or a name that makes no comparison."""
    if min(rounds, epochs) < 1:
        raise UsageError(f"rounds and epochs must be at least 1; got {rounds} and {epochs}.")
    if not any(1 <= number <= cores() for number in threads):
        raise UsageError(f"threads must name numbers from 1 to {cores()}, the cores here; got {threads}.")
    names = [contender.name for contender in CONTENDERS]
    if unknown := [name for name in only if name not in names]:
        raise UsageError(f"No contender is called {unknown[0]}; there are {', '.join(names)}.")


def compare(work: Work, threads: int, rounds: int, epochs: int, only: tuple[str, ...]) -> dict[str, Any]:
    """One table, printed as soon as it is there."""
    contenders = chosen(only, threads)
    measured, left_out = measure(contenders, work, threads=threads, rounds=rounds, epochs=epochs)
    table = {"threads": threads, "rows": rows(measured), "left_out": left_out}
    show(sheet(table))
    return table


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
        against = ratios(one.seconds, by_name[target.against].seconds)
        reached = target.is_reached(statistics.median(against))
    return {
        "contender": one.contender.name,
        "ratio": summary(ratios(one.seconds, by_name[YARDSTICK].seconds)),
        "seconds": summary(one.seconds),
        "processor_seconds": summary(one.processor_seconds),
        "seconds_by_round": [round(seconds, 4) for seconds in one.seconds],
        "test_accuracy": round(accuracy, 4),
        "same_work": abs(accuracy - max(by_name[YARDSTICK].accuracies)) <= SIMILAR,
        "target": None if target is None else str(target),
        "reached": reached,
    }


def report(work: Work, tables: Sequence[dict[str, Any]], *, rounds: int, epochs: int) -> dict[str, Any]:
    """All that is written: the tables, and on what and with what they were measured."""
    packages = sorted({package for contender in CONTENDERS for package in contender.packages})
    content = {"work": asdict(work), "description": str(work), "rounds": rounds, "epochs_a_round": epochs}
    content |= circumstances()
    content["versions"] |= {package: version(package) for package in packages if find_spec(package)}
    return content | {"tables": list(tables)}


def in_markdown(content: dict[str, Any]) -> str:
    """The same tables for a reader."""
    paragraphs = [
        f"{content['description']} The contenders take turns: {content['rounds']} rounds, "
        f"{content['epochs_a_round']} epoch(s) a turn; ratios are taken within a round, of which the median is given.",
        "seconds: an epoch on the clock; cpu: on the processor, less where other work kept it waiting; "
        "accuracy: the best on the test set; differs: too far from that of the bare loop to be the same work.",
    ]
    heading = "Time of an epoch, as a ratio to a bare loop"
    return markdown(heading, paragraphs, content, [sheet(table) for table in content["tables"]])


def sheet(table: dict[str, Any]) -> Sheet:
    notes = [f"Left out: {name} ({reason})." for name, reason in table["left_out"].items()]
    return Sheet(threads_in_words(table["threads"]), COLUMNS, [in_words(row) for row in table["rows"]], NUMBERS, notes)


def in_words(row: dict[str, Any]) -> list[str]:
    """The cells of a row, in the order of the columns."""
    ratio, seconds = row["ratio"], row["seconds"]
    return [
        row["contender"],
        f"{ratio['median']:.2f}",
        spread(ratio),
        f"{seconds['median']:.3f}",
        f"{row['processor_seconds']['median']:.3f}",
        f"{row['test_accuracy']:.3f}",
        row["target"] or "",
        VERDICTS[row["reached"]] if row["same_work"] else "differs",
    ]
