"""The work of a run made again, with the settings that it was started with."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from dongshou.data.images.folder import folder_may_be_away
from dongshou.errors import UsageError
from dongshou.experiments.registry import Declaration, find_declaration
from dongshou.notes import note
from dongshou.runs.origin import SOURCE, address_of, has_changed
from dongshou.runs.run import Run
from dongshou.training import Work


def rebuild(run: Run) -> Work:
    """The run's experiment, not yet trained; its data need not be here.

    Raises UsageError when there is no such experiment.
    """
    declaration = declaration_of(run)
    if run.file is not None and has_changed(run, declaration.entry.text):
        note(f"{run.file} has changed since {run.path} began; the model is made by the file as it is now.")
    with folder_may_be_away(run.config.get("classes", ())):
        return declaration(**recorded_settings(run, declaration))


def declaration_of(run: Run) -> Declaration:
    """Where the experiment of the run is declared today.

    Raises UsageError for one made in Python, and where the user's own file is not there any more.
    """
    if run.origin == "python":
        raise UsageError(
            f"{run.path} was made in Python from {run.experiment}, which stands in no file: use it from there, or write"
            " it as a function in a file of your own, `dongshou run FILE.py`."
        )
    if run.file is not None and not run.file.is_file():
        raise UsageError(
            f"{run.file}, which {run.path} was made from, is not there any more: put it back."
            f" What it said stands in {run.path / SOURCE / run.file.name}"
        )
    return find_declaration(address_of(run))


def recorded_settings(run: Run, declaration: Declaration) -> dict[str, Any]:
    """The settings of the record that the experiment still has, its own defaults for the others."""
    recorded = run.config["settings"]
    return {name: from_json(recorded.get(name, default), default) for name, default in declaration.defaults.items()}


def from_json(value: Any, default: Any) -> Any:
    """Settings have tuples where JSON has lists, and paths where it has texts; lists where the default is one."""
    if isinstance(value, str) and isinstance(default, PurePath):
        return type(default)(value)
    if not isinstance(value, list) or isinstance(default, list):
        return value
    return tuple(from_json(each, None) for each in value)
