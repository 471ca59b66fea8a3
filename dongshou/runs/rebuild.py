"""The work of a run made again, with the settings that it was started with."""

from __future__ import annotations

import typing
from typing import Any

from dongshou.data.images.folder import folder_may_be_away
from dongshou.errors import UsageError
from dongshou.experiments.fitting import fitting
from dongshou.experiments.registry import Declaration, find_declaration
from dongshou.notes import note
from dongshou.runs.origin import SOURCE, address_of, has_changed, noted_where_it_began
from dongshou.runs.run import Run
from dongshou.training import Work


def rebuild(run: Run) -> Work:
    """The run's experiment, not yet trained; its data need not be here.

    Raises UsageError when there is no such experiment.
    """
    declaration = declaration_of(run)
    if run.file is not None and has_changed(run, declaration.entry.text):
        note(f"{run.file} has changed since {run.path} began; the model is made by the file as it is now.")
    with folder_may_be_away(run.config.get("classes", ())), noted_where_it_began(run):
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
    recorded, kinds = run.config["settings"], typing.get_type_hints(declaration.function)
    return {
        name: from_json(name, kinds[name], recorded[name]) if name in recorded else default
        for name, default in declaration.defaults.items()
    }


def from_json(name: str, kind: Any, value: Any) -> Any:
    """Settings have tuples where JSON has lists, and paths where it has texts, as their types say."""
    is_tuple = isinstance(value, list) and typing.get_origin(kind) is not list
    return fitting(name, kind, tuple(value) if is_tuple else value)
