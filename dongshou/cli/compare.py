"""`dongshou compare RUN RUN ...`: in what runs differ, what came of it, and what it cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from tyro.conf import Positional, arg

from dongshou.cli.flags import Directory, Switch, call
from dongshou.cli.plots import print_curves
from dongshou.cli.run_summary import latest_metrics, seconds_of
from dongshou.cli.tables import duration, print_json, print_table, shown
from dongshou.errors import UsageError
from dongshou.runs import Run, find_run
from dongshou.runs.accuracy_by_time import Point, draw_accuracy_by_time
from dongshou.runs.curves import draw_curves
from dongshou.runs.limits import in_words
from dongshou.runs.picture import Picture
from dongshou.runs.report.cells import number
from dongshou.runs.run import runs_directory

SESSION = ("experiment", "seed", "engine", "device", "precision", "compile", "fast", "limit")
CURVES, ACCURACY_BY_TIME = "compare.png", "compare-accuracy-by-time.png"


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
    chosen = [find_run(name, runs) for name in names]
    if len({run.path.resolve() for run in chosen}) < len(chosen):
        raise UsageError(f"compare needs runs that differ; {', '.join(names)} name the same run twice.")
    differing, points = differences(chosen), [point_of(run) for run in chosen]
    pictures = save_pictures(chosen, points, runs_directory(runs))
    if json:
        print_json(plain(differing, points) | {"limits": {run.name: run.limits for run in chosen}} | pictures)
    else:
        limits = [in_words(run.limits) for run in chosen]
        limited = [("limited", *limits)] if any(limits) else []
        print_table(("", *(run.name for run in chosen)), [*limited, *rows(differing, points)])
        print_curves(chosen)
        print("\n" + "\n".join(path for path in pictures.values() if path))


def point_of(run: Run) -> Point:
    return Point(run.name, latest_metrics(run), seconds_of(run), run.config.get("parameters"))


def save_pictures(runs: Sequence[Run], points: Sequence[Point], directory: Path) -> dict[str, str | None]:
    """Where the curves lie, and the accuracies by time, where all runs have one."""
    curves = Picture.save(draw_curves(runs), directory / CURVES)
    figure = draw_accuracy_by_time(points)
    by_time = None if figure is None else str(Picture.save(figure, directory / ACCURACY_BY_TIME).path)
    return {"picture": str(curves.path), "accuracy_by_time": by_time}


def plain(differing: dict[str, dict[str, Any]], points: Sequence[Point]) -> dict[str, Any]:
    """What a program reads: each by the name of the run."""
    return {
        "settings": differing,
        "result": {point.name: point.metrics for point in points},
        "seconds": {point.name: point.seconds for point in points},
        "parameters": {point.name: point.parameters for point in points},
    }


def differences(runs: Sequence[Run]) -> dict[str, dict[str, Any]]:
    """Setting -> run -> value, for those settings that are not the same in all runs."""
    decided = {run.name: {name: run.config.get(name) for name in SESSION} | run.config["settings"] for run in runs}
    names = dict.fromkeys(name for settings in decided.values() for name in settings)
    by_setting = {name: {run: settings.get(name) for run, settings in decided.items()} for name in names}
    return {name: values for name, values in by_setting.items() if len(set(map(str, values.values()))) > 1}


def rows(differing: dict[str, dict[str, Any]], points: Sequence[Point]) -> Iterator[tuple[str, ...]]:
    """The settings that differ, every metric, then what it cost; a column for each run."""
    for name, values in differing.items():
        yield (name, *(shown(value) for value in values.values()))
    for metric in dict.fromkeys(name for point in points for name in point.metrics):
        yield (metric, *(number(point.metrics[metric]) if metric in point.metrics else "" for point in points))
    if any(point.parameters is not None for point in points):
        yield ("parameters", *("" if point.parameters is None else f"{point.parameters:,}" for point in points))
    yield ("took", *(duration(point.seconds) for point in points))
