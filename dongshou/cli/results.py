"""What came out of a run, beside what was published and what was aimed at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dongshou.cli.tables import duration, print_table
from dongshou.cli.words import named, say
from dongshou.runs import Run
from dongshou.runs.judge import LIMITED
from dongshou.runs.limits import in_words
from dongshou.runs.report.cells import number, stated
from dongshou.runs.written import files_in

MEASURED = ("metric", "result", "at best epoch")


def print_result(run: Run) -> None:
    """The table of metrics; a limited run is judged by nothing, and says so."""
    record = run.record
    columns = [*MEASURED, *beside_columns(record)]
    rows = ([row[column] for column in columns] for row in result_rows(record))
    print_table(columns, rows, words=("verdict", "source"))
    if run.limits:
        say(f"\nThis run was limited to {in_words(run.limits)}: it is compared with nothing.")


def beside_columns(record: Mapping[str, Any]) -> list[str]:
    """A column for published figures and one for goals, where the experiment states them."""
    columns = [name for name, key in (("published", "published"), ("goal", "goals")) if record.get(key)]
    return [*columns, "source", "verdict"] if columns else []


def result_rows(record: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """A row for each metric, and one more for each further source that states it."""
    for metric, value in record["result"].items():
        best = record["best"].get(metric)
        measured = (named(metric), number(value), "" if best is None else number(best))
        sources = [source for source in record["published"] + record.get("goals", []) if metric in source["metrics"]]
        for source in sources or [None]:
            yield dict(zip(MEASURED, measured, strict=True)) | compared(source, metric, record["limited"])
            measured = ("", "", "")


def compared(source: Mapping[str, Any] | None, metric: str, is_limited: bool) -> dict[str, str]:
    """The stated figure in the column of its kind, its source and the verdict, where there is one."""
    row: dict[str, str] = dict.fromkeys(("published", "goal", "source", "verdict"), "")
    if source is None:
        return row
    figure = source["metrics"][metric]
    column = "published" if source.get("kind", "published") == "published" else "goal"
    return row | {
        column: stated(figure),
        "source": source["source"],
        "verdict": "" if not figure["judged"] else LIMITED if is_limited else figure["verdict"],
    }


def print_files(run: Run) -> None:
    """Every file that was written, a line each; the directory, how long it took, and on what."""
    for file in files_in(run.path):
        print(file)
    took = f"  {duration(run.record['seconds'])}" if run.is_done else ""
    say(f"{run.path}{took} on {run.config['device']}, engine {run.config['engine']}")
