"""`dongshou compare RUN RUN ...`: in what runs differ, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from tyro.conf import Positional, arg

from dongshou.cli.flags import Directory, Switch, call
from dongshou.cli.plots import print_curves
from dongshou.cli.summary import latest_metrics
from dongshou.cli.tables import print_json, print_table, shown
from dongshou.errors import UsageError
from dongshou.runs import Run, find_run
from dongshou.runs.curves import draw_curves
from dongshou.runs.picture import Picture
from dongshou.runs.report import number
from dongshou.runs.run import runs_directory

SESSION = ("experiment", "seed", "engine", "device", "precision", "compile", "limit")
PICTURE = "compare.png"


def main(arguments: Sequence[str]) -> int:
    call(compare, arguments, "dongshou compare")
    return 0


def compare(
    names: Annotated[Positional[tuple[str, ...]], arg(metavar="RUN ...")] = (),
    *,
    runs: Directory = None,
    json: Switch = False,
) -> None:
    """In what runs differ, and what came of it: a table, and their curves over each other.

    Args:
        names: two runs or more, by path, name, experiment (then the newest), or "last"
        runs: where runs lie and the picture is written: default DONGSHOU_RUNS, else ./runs
        json: print the differences and the metrics as one JSON object
    """
    if len(names) < 2:
        raise UsageError(f"compare needs two runs or more; got {len(names)}. `dongshou runs` lists them.")
    chosen = [find_run(name, runs) for name in names]
    if len({run.path.resolve() for run in chosen}) < len(chosen):
        raise UsageError(f"compare needs runs that differ; {', '.join(names)} name the same run twice.")
    differing, metrics = differences(chosen), {run.name: latest_metrics(run) for run in chosen}
    picture = Picture.save(draw_curves(chosen), runs_directory(runs) / PICTURE)
    if json:
        print_json({"settings": differing, "result": metrics, "picture": str(picture.path)})
    else:
        print_table(("", *metrics), rows(differing, metrics))
        print_curves(chosen)
        print(f"\n{picture.path}")


def differences(runs: Sequence[Run]) -> dict[str, dict[str, Any]]:
    """Setting -> run -> value, for those settings that are not the same in all runs."""
    decided = {run.name: {name: run.config.get(name) for name in SESSION} | run.config["settings"] for run in runs}
    names = dict.fromkeys(name for settings in decided.values() for name in settings)
    by_setting = {name: {run: settings.get(name) for run, settings in decided.items()} for name in names}
    return {name: values for name, values in by_setting.items() if len(set(map(str, values.values()))) > 1}


def rows(differing: dict[str, dict[str, Any]], metrics: dict[str, dict[str, float]]) -> Iterator[tuple[str, ...]]:
    """The settings that differ, then every metric; a column for each run."""
    for name, values in differing.items():
        yield (name, *(shown(value) for value in values.values()))
    for metric in dict.fromkeys(name for of_run in metrics.values() for name in of_run):
        yield (metric, *(number(of_run[metric]) if metric in of_run else "" for of_run in metrics.values()))
