"""`dongshou runs`: what was run, how it went and what came out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dongshou.cli.flags import Directory, Switch, call
from dongshou.cli.run_summary import age, headline, summary
from dongshou.cli.tables import duration, print_json, print_table
from dongshou.cli.words import say
from dongshou.runs import list_runs
from dongshou.runs.limits import in_words
from dongshou.runs.origin import labels
from dongshou.runs.run import is_whole, runs_directory

COLUMNS = ("name", "experiment", "status", "seed", "result", "limited to", "took", "age")


def main(arguments: Sequence[str]) -> int:
    call(show, arguments, "dongshou runs")
    return 0


def show(*, runs: Directory = None, json: Switch = False) -> None:
    """All runs, the newest first; a damaged one with what is wrong with it.

    Args:
        runs: where they lie: default DONGSHOU_RUNS, else ./runs
        json: print them as one JSON object
    """
    there = list_runs(runs)[::-1]
    whole = [run for run in there if is_whole(run)]
    called = dict(zip((run.name for run in whole), labels(whole), strict=True))
    found = [summary(run) for run in there]
    if json:
        print_json({"runs": found})
    elif found:
        rows = [row(one | {"experiment": called.get(one["name"], "")}) for one in found]
        print_table(COLUMNS, rows, words=("status", "result", "limited to", "took", "age"))
    else:
        say(f"There are no runs in {runs_directory(runs)}. A first one: dongshou run mlp:digits")


def row(run: Mapping[str, Any]) -> tuple[str, ...]:
    """One line of the table."""
    about = (run["name"], run["experiment"], run["status"], str(run.get("seed", "")))
    if "fault" in run:
        return (*about, run["fault"], "", "", "")
    result = headline(run["result"], run["headline"])
    return (*about, result, in_words(run["limits"]), duration(run["seconds"]), age(run["created"]))
