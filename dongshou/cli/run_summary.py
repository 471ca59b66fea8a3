"""One run in short, whatever state its files are in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from dongshou.cli.tables import duration
from dongshou.errors import DongshouError
from dongshou.runs import Run
from dongshou.runs.differences import latest_metrics, seconds_of
from dongshou.runs.directions import headline_in
from dongshou.runs.report.cells import number


def summary(run: Run) -> dict[str, Any]:
    """The run as plain data; where its files are damaged, the fault in the place of what they should say."""
    known: dict[str, Any] = {"name": run.name, "path": str(run.path)}
    try:
        known |= {name: run.config.get(name) for name in ("experiment", "seed", "engine", "created", "limited")}
        known |= {"limits": run.limits} | ({} if run.file is None else {"file": str(run.file)})
        known |= {"status": run.status, "result": latest_metrics(run), "seconds": seconds_of(run)}
        known["headline"] = run.reading.headline
    except DongshouError as error:
        known |= {"status": "damaged", "fault": error.english}
    return known


def headline(metrics: Mapping[str, float], quantity: str = "") -> str:
    """`test_accuracy 0.8712`: the quantity that the task is judged by, where it was measured."""
    name = headline_in(metrics, quantity)
    return "" if name is None else f"{name} {number(metrics[name])}"


def age(created: str | None) -> str:
    """How long ago that was."""
    if created is None:
        return ""
    seconds = (datetime.now(timezone.utc) - datetime.fromisoformat(created)).total_seconds()
    return f"{seconds / 86400:.0f} days" if seconds > 2 * 86400 else duration(round(seconds))
