"""Epochs of one network, trained in several people's ways: the table of their times as ratios to a bare loop."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

from benchmarks.contenders import CONTENDERS, YARDSTICK, Contender
from benchmarks.networks import NETWORKS
from benchmarks.results import VERDICTS, Sheet, circumstances, ratios, show, spread, summary, threads_in_words
from benchmarks.rounds import Measured, cores, measure
from benchmarks.work import Work
from dongshou.errors import UsageError

COLUMNS = ("contender", "x bare", "min-max", "seconds", "cpu", "accuracy", "target", "verdict")
NUMBERS = COLUMNS[1:6]
EXPLAINED = (
    "seconds: an epoch on the clock; cpu: on the processor, less where other work kept it waiting; "
    "accuracy: the best on the test set; differs: too far from that of the bare loop to be the same work."
)


def check(rounds: int, epochs: int, threads: Sequence[int], only: Sequence[str]) -> None:
    """Raises UsageError for a number or a name that makes no comparison."""
    if min(rounds, epochs) < 1:
        raise UsageError(f"rounds and epochs must be at least 1; got {rounds} and {epochs}.")
    if not any(1 <= number <= cores() for number in threads):
        raise UsageError(f"threads must name numbers from 1 to {cores()}, the cores here; got {threads}.")
    names = [contender.name for contender in CONTENDERS]
    if unknown := [name for name in only if name not in names]:
        raise UsageError(f"No contender is called {unknown[0]}; there are {', '.join(names)}.")


def compare(work: Work, contenders: Sequence[Contender], threads: int, rounds: int, epochs: int) -> dict[str, Any]:
    """One table, printed as soon as it is there."""
    measured, left_out = measure(contenders, work, threads=threads, rounds=rounds, epochs=epochs)
    table = {
        "network": work.network,
        "device": work.device,
        "threads": threads,
        "rows": rows(measured, work.similar),
        "left_out": left_out,
    }
    show(sheet(table))
    return table


def rows(measured: Sequence[Measured], similar: float = 0.03) -> list[dict[str, Any]]:
    """A row for each contender, plain data; `similar` is how far accuracies of the same work may be apart."""
    by_name = {one.contender.name: one for one in measured}
    return [row(one, by_name, similar) for one in measured]


def row(one: Measured, by_name: dict[str, Measured], similar: float) -> dict[str, Any]:
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
        "same_work": abs(accuracy - max(by_name[YARDSTICK].accuracies)) <= similar,
        "target": None if target is None else str(target),
        "reached": reached,
    }


def versions_of_peers() -> dict[str, str]:
    """Of the packages of all contenders that are there."""
    packages = sorted({package for contender in CONTENDERS for package in contender.packages})
    return {package: version(package) for package in packages if find_spec(package)}


def measured_on() -> dict[str, Any]:
    """When, on what and with what, peers included."""
    content = circumstances()
    content["versions"] |= versions_of_peers()
    return content


def turns(content: dict[str, Any]) -> str:
    """How the times of a report were taken."""
    return (
        f"The contenders take turns: {content['rounds']} rounds, {content['epochs_a_round']} epoch(s) a turn; "
        "ratios are taken within a round, of which the median is given."
    )


def sheet(table: dict[str, Any]) -> Sheet:
    notes = [f"Left out: {name} ({reason})." for name, reason in table["left_out"].items()]
    device = threads_in_words(table["threads"]).lower() if table["device"] == "cpu" else table["device"]
    title = f"{NETWORKS[table['network']].title}, {device}"
    return Sheet(title, COLUMNS, [in_words(row) for row in table["rows"]], NUMBERS, notes)


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
