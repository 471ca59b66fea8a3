"""How long an epoch of the perceptron takes, trained in several people's ways, as a ratio to a bare loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.contenders import chosen
from benchmarks.epochs import EXPLAINED, check, compare, measured_on, sheet, turns
from benchmarks.results import RESULTS, markdown, write
from benchmarks.rounds import cores
from benchmarks.work import Work


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
    tables = [
        compare(work, chosen(only, number), number, rounds, epochs) for number in threads if 1 <= number <= cores()
    ]
    if not only and limit is None:
        content = report(work, tables, rounds=rounds, epochs=epochs)
        write(RESULTS, "mlp", content, in_markdown(content))


def report(work: Work, tables: Sequence[dict[str, Any]], *, rounds: int, epochs: int) -> dict[str, Any]:
    """All that is written: the tables, and on what and with what they were measured."""
    content = {"work": asdict(work), "description": str(work), "rounds": rounds, "epochs_a_round": epochs}
    return content | measured_on() | {"tables": list(tables)}


def in_markdown(content: dict[str, Any]) -> str:
    """The same tables for a reader."""
    paragraphs = [f"{content['description']} {turns(content)}", EXPLAINED]
    heading = "Time of an epoch, as a ratio to a bare loop"
    return markdown(heading, paragraphs, content, [sheet(table) for table in content["tables"]])
