"""In what runs differ, and the short names that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dongshou.runs.origin import labels
from dongshou.runs.record import folder_name
from dongshou.runs.run import ABOUT, Run

SESSION = ("seed", "engine", "device", "precision", "compile", "fast", "limit")


def differences(runs: Sequence[Run]) -> dict[str, list[Any]]:
    """Setting -> its value in each run, for those settings that are not the same in all runs."""
    decided = [
        {"experiment": label} | {name: run.config.get(name) for name in SESSION} | run.config["settings"]
        for run, label in zip(runs, labels(runs), strict=True)
    ]
    names = dict.fromkeys(name for settings in decided for name in settings)
    by_setting = {name: [settings.get(name) for settings in decided] for name in names}
    return {name: values for name, values in by_setting.items() if len(set(map(str, values))) > 1}


def short_names(runs: Sequence[Run]) -> list[str]:
    """`lr 0.1` and `lr 0.5`: each run by what sets it apart, its experiment before its settings.

    Runs that differ in nothing have the date and time of their directories.
    """
    differing = differences(runs)
    experiments = differing.pop("experiment", [""] * len(runs))
    if len(set(experiments)) == len(runs):
        return experiments
    names = []
    for index, experiment in enumerate(experiments):
        settings = {name: values[index] for name, values in differing.items() if values[index] is not None}
        words = [experiment, *(f"{name} {in_short(value)}" for name, value in settings.items())]
        names.append(", ".join(filter(None, words)))
    return [
        name if names.count(name) == 1 else ", ".join(filter(None, (name, when(run))))
        for name, run in zip(names, runs, strict=True)
    ]


def in_short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def when(run: Run) -> str:
    """`20260314-150926`: the name of the run without that of its experiment."""
    return run.name.removeprefix(folder_name(run.experiment) + "-")


def latest_metrics(run: Run) -> dict[str, float]:
    """The result, or the metrics of the last epoch of a run that is not done."""
    if run.is_done:
        return run.result
    epochs = [line for line in run.lines() if line["event"] == "epoch"]
    return {name: value for name, value in epochs[-1].items() if name not in ABOUT} if epochs else {}


def seconds_of(run: Run) -> float:
    """How long it took, or has taken so far."""
    if run.is_done:
        return run.record["seconds"]
    return max((line.get("time", 0.0) for line in run.lines()), default=0.0)
