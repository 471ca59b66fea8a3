"""The work of a run made again, with the settings that it was started with."""

from __future__ import annotations

from typing import Any

from dongshou.data.images.folder import folder_may_be_away
from dongshou.errors import UsageError
from dongshou.experiments.registry import Declaration, find_declaration
from dongshou.runs.run import Run
from dongshou.training import Work


def rebuild(run: Run) -> Work:
    """The run's experiment, not yet trained; its data need not be here.

    Raises UsageError when the course does not have the experiment.
    """
    if run.experiment == "custom":
        raise UsageError(f"{run.path} was made in Python from no experiment of the course; use it from there.")
    declaration = find_declaration(run.experiment)
    with folder_may_be_away(run.config.get("classes", ())):
        return declaration(**recorded_settings(run, declaration))


def recorded_settings(run: Run, declaration: Declaration) -> dict[str, Any]:
    """The settings of the record that the experiment still has, its own defaults for the others."""
    recorded = run.config["settings"]
    return {name: from_json(recorded.get(name, default)) for name, default in declaration.defaults.items()}


def from_json(value: Any) -> Any:
    """Settings have tuples where JSON has lists."""
    return tuple(map(from_json, value)) if isinstance(value, list) else value
