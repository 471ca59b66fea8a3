"""`dongshou compare RUN RUN ...`: in what runs differ, what came of it, and what it cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from tyro.conf import Positional, arg

from dongshou.cli.flags import Directory, Switch, call
from dongshou.cli.plots import print_curves
from dongshou.cli.tables import duration, print_json, print_table, shown
from dongshou.cli.words import named
from dongshou.errors import UsageError
from dongshou.languages import translate
from dongshou.runs import find_run
from dongshou.runs.accuracy_by_time import Point
from dongshou.runs.comparison import CURVES, Comparison
from dongshou.runs.comparison import compare as compared
from dongshou.runs.differences import differences
from dongshou.runs.limits import in_words
from dongshou.runs.picture import Picture
from dongshou.runs.report.cells import number
from dongshou.runs.run import runs_directory


def main(arguments: Sequence[str]) -> int:
    call(compare, arguments, "dongshou compare")
    return 0


def compare(
    names: Annotated[Positional[tuple[str, ...]], arg(metavar="RUN ...")] = (),
    *,
    runs: Directory = None,
    json: Switch = False,
) -> None:
    """In what runs differ, what came of it, and what it cost: a table, their curves over each other, and the
    accuracy of each by its time and number of parameters.

    Args:
        names: two runs or more, by path, name, experiment (then the newest), or "last"
        runs: where runs lie and the pictures are written: default DONGSHOU_RUNS, else ./runs
        json: print the differences, the metrics, seconds and parameters as one JSON object
    """
    if len(names) < 2:
        raise UsageError(f"compare needs two runs or more; got {len(names)}. `dongshou runs` lists them.")
    comparison = compared(*(find_run(name, runs) for name in names))
    pictures = save_pictures(comparison, runs_directory(runs))
    if json:
        print_json(plain(comparison) | pictures)
    else:
        chosen, limits = comparison.runs, [in_words(run.limits) for run in comparison.runs]
        limited = [tuple(map(translate, ("limited to", *limits)))] if any(limits) else []
        print_table(("", *(run.name for run in chosen)), [*limited, *rows(differences(chosen), comparison.points)])
        print_curves(chosen)
        print("\n" + "\n".join(path for path in pictures.values() if path))


def save_pictures(comparison: Comparison, directory: Path) -> dict[str, str | None]:
    """Where the curves lie, and the accuracies by time, where all runs have one: new files each time."""
    curves = Picture.add(comparison.draw(), directory / CURVES)
    by_time = comparison.save_accuracy_by_time(directory)
    return {"picture": str(curves.path), "accuracy_by_time": None if by_time is None else str(by_time.path)}


def plain(comparison: Comparison) -> dict[str, Any]:
    """What a program reads: each by the name of the run."""
    names, points = [run.name for run in comparison.runs], comparison.points
    differing = differences(comparison.runs)
    return {
        "settings": {name: dict(zip(names, values, strict=True)) for name, values in differing.items()},
        "result": dict(zip(names, (point.metrics for point in points), strict=True)),
        "seconds": dict(zip(names, (point.seconds for point in points), strict=True)),
        "parameters": dict(zip(names, (point.parameters for point in points), strict=True)),
        "limits": {run.name: run.limits for run in comparison.runs},
    }


def rows(differing: dict[str, list[Any]], points: Sequence[Point]) -> Iterator[tuple[str, ...]]:
    """The settings that differ, every metric, then what it cost; a column for each run."""
    for name, values in differing.items():
        yield (name, *(shown(value) for value in values))
    for metric in dict.fromkeys(name for point in points for name in point.metrics):
        yield (named(metric), *(number(point.metrics[metric]) if metric in point.metrics else "" for point in points))
    if any(point.parameters is not None for point in points):
        yield (
            translate("parameters"),
            *("" if point.parameters is None else f"{point.parameters:,}" for point in points),
        )
    yield (translate("took"), *(translate(duration(point.seconds)) for point in points))
