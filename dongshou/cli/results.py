"""What came out of a run, beside what was published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dongshou.cli.tables import duration, print_table
from dongshou.runs import Run
from dongshou.runs.report import number, published

MEASURED = ("metric", "result", "at best epoch")
COMPARED = ("published", "source", "verdict")


def print_result(run: Run) -> None:
    """The table of metrics; a limited run is judged by nothing."""
    record = run.record
    rows = list(result_rows(record))
    columns = MEASURED + COMPARED if record["published"] else MEASURED
    print_table(columns, (row[: len(columns)] for row in rows))
    if record["limited"] and record["published"]:
        print("\nThis run was limited (fewer examples or epochs than declared): it is no reproduction.")


def result_rows(record: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """A row for each metric, and one more for each further source that reports it."""
    for metric, value in record["result"].items():
        best = record["best"].get(metric)
        measured = (metric, number(value), "" if best is None else number(best))
        for source in [source for source in record["published"] if metric in source["metrics"]] or [None]:
            yield (*measured, *compared(source, metric, record["limited"]))
            measured = ("", "", "")


def compared(source: Mapping[str, Any] | None, metric: str, limited: bool) -> tuple[str, str, str]:
    """The published figure, its source and the verdict, where there is one."""
    if source is None:
        return "", "", ""
    figure = source["metrics"][metric]
    is_judged = figure["judged"] and not limited
    return published(figure), source["source"], figure["verdict"] if is_judged else ""


def print_files(run: Run) -> None:
    """The pictures and the directory, a line each; how long it took, and on what."""
    for figure in run.figures:
        print(figure)
    took = f"  {duration(run.record['seconds'])}" if run.is_done else ""
    print(f"{run.path}{took} on {run.config['device']}, engine {run.config['engine']}")
