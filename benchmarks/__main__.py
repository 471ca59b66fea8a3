"""`python -m benchmarks`: measure the contenders against the bare loop, print the table and write it down."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro
from rich.console import Console

from benchmarks import results
from benchmarks.contenders import CONTENDERS, chosen
from benchmarks.rounds import cores, measure
from benchmarks.work import Work
from dongshou.errors import DongshouError, UsageError

RESULTS = Path(__file__).parent / "results"


def benchmark(
    name: Annotated[Literal["mlp"], tyro.conf.Positional] = "mlp",
    rounds: int = 11,
    epochs: int = 1,
    threads: tuple[int, ...] = (1, 2),
    only: tuple[str, ...] = (),
    limit: int | None = None,
) -> None:
    """Time an epoch of the same network, trained in several people's ways.

    Args:
        name: The work.
        rounds: How often each contender has its turn.
        epochs: How many epochs a turn has.
        threads: A table for each of these numbers that there are cores for.
        only: Compare these contenders only, and write nothing down.
        limit: Train on the first so many examples only, and write nothing down.
    """
    work = Work(limit=limit)
    check(rounds, epochs, threads, only)
    tables = [compare(work, number, rounds, epochs, only) for number in threads if 1 <= number <= cores()]
    content = results.report(work, tables, rounds=rounds, epochs=epochs)
    if not only and limit is None:
        results.write(RESULTS, name, content)


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
    table = {"threads": threads, "rows": results.rows(measured), "left_out": left_out}
    console = Console()
    console.print(results.terminal_table(table))
    for name, reason in left_out.items():
        console.print(f"left out: {name} ({reason})", markup=False, highlight=False)
    return table


if __name__ == "__main__":
    try:
        tyro.cli(benchmark, prog="python -m benchmarks")
    except DongshouError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
