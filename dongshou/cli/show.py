"""`dongshou show RUN`: what was decided before a run, what came out, and its curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from tyro.conf import arg

from dongshou.cli.flags import Directory, Switch, call
from dongshou.cli.plots import print_curves
from dongshou.cli.results import print_files, print_result
from dongshou.cli.tables import print_json, print_table, shown
from dongshou.cli.words import named, say
from dongshou.languages import translate
from dongshou.runs import Run, find_run
from dongshou.runs.differences import latest_metrics
from dongshou.runs.limits import in_words
from dongshou.runs.origin import go_on
from dongshou.runs.report.cells import number

SHOWN = ("seed", "engine", "device", "precision", "limit", "created")


def main(arguments: Sequence[str]) -> int:
    call(show, arguments, "dongshou show")
    return 0


def show(run: Annotated[str, arg(metavar="RUN")], /, *, runs: Directory = None, json: Switch = False) -> None:
    """What was decided before a run, what came out, and its curves.

    Args:
        run: its path, its name, its experiment (then the newest), or "last"
        runs: where runs lie: default DONGSHOU_RUNS, else ./runs
        json: print configuration and result as one JSON object
    """
    found = find_run(run, runs)
    if json:
        print_json({"config": found.config, "status": found.status, "result": found.record if found.is_done else None})
    else:
        print_run(found)


def print_run(run: Run) -> None:
    """Configuration, result, curves, files."""
    limited = f", limited to {in_words(run.limits)}" if run.limits else ""
    print(f"{run.experiment}: {translate(run.status)}{translate(limited)}")
    decided = {**run.config["settings"], **{name: run.config.get(name) for name in SHOWN}}
    print_table(("setting", "value"), ((name, shown(value)) for name, value in decided.items()))
    print()
    if run.is_done:
        print_result(run)
    else:
        print_unfinished(run)
    print_curves([run])
    print()
    print_files(run)


def print_unfinished(run: Run) -> None:
    """How far it came, and how it goes on."""
    failures = [line["error"] for line in run.lines() if line["event"] == "failed"]
    if failures:
        say(f"It failed: {failures[-1]}")
    print_table(("metric", "latest"), ((named(name), number(value)) for name, value in latest_metrics(run).items()))
    if run.status != "running":
        say(f"\nGo on with: {go_on(run)}")
