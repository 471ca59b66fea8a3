"""The name and the settings that a run of one's own is recorded with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from dongshou.errors import UsageError, kind_of


def check_name(name: Any) -> None:
    """Raise UsageError unless it is a text of one line; empty where there is none."""
    if not isinstance(name, str) or not name.isprintable():
        raise UsageError(f'The name of an experiment is a text of one line, such as "flats"; got {name!r}.')


def check_settings(settings: Any) -> None:
    """Raise UsageError unless they are values by name that JSON can keep."""
    if not isinstance(settings, Mapping) or not all(isinstance(name, str) for name in settings):
        raise UsageError(f'The settings of an experiment are values by name, such as {{"lr": 0.1}}; got {settings!r}.')
    recorded(settings)


def recorded(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as they read back from JSON, so that they compare equal: tuples are lists there, paths are texts.

    Raises UsageError for a value that JSON has nothing for.
    """
    return {name: recorded_value(name, value) for name, value in settings.items()}


def recorded_value(name: str, value: Any) -> Any:
    try:
        return json.loads(json.dumps(value, default=as_text))
    except (TypeError, ValueError):
        raise UsageError(
            f"The setting {name} cannot be recorded: it is {kind_of(value)}; settings are numbers, texts, paths,"
            " True or False, None, and lists of these."
        ) from None


def as_text(value: Any) -> str:
    """What JSON has in the place of a path."""
    if isinstance(value, PurePath):
        return str(value)
    raise TypeError(value)
