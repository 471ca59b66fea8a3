"""Whether the parameters of a user's function can be settings: each has a type and a default that JSON can keep."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any

from dongshou.errors import UsageError, kind_of
from dongshou.experiments.fitting import fitting
from dongshou.training.naming import recorded_value

NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def check_signature(function: Callable[..., Any], name: str) -> None:
    """Raise UsageError for a function with a parameter that can be no setting.

    name  of the experiment, as it is typed
    """
    if not inspect.isfunction(function):
        raise UsageError(f"{name} is {kind_of(function)}, not a function that returns an Experiment.")
    types = hints_of(function, name)
    for parameter in inspect.signature(function).parameters.values():
        check_parameter(parameter, types.get(parameter.name), name)


def check_parameter(parameter: inspect.Parameter, kind: Any, name: str) -> None:
    """kind: its type; None where it says none"""
    if parameter.kind not in NAMED:
        raise UsageError(f"{name} takes {parameter}: settings are named one by one, as in lr: float = 0.1.")
    if parameter.default is parameter.empty:
        raise UsageError(
            f"{name} has a setting without a default, {parameter.name}: give it one, as in lr: float = 0.1"
        )
    if kind is None:
        default = parameter.default
        fits = type(default).__name__ if isinstance(default, int | float | str) else "float | None"
        raise UsageError(
            f"{name} has a setting without a type, {parameter.name}: write {parameter.name}: {fits} = {default!r}"
        )
    try:
        recorded_value(parameter.name, parameter.default)
        fitting(parameter.name, kind, parameter.default)
    except UsageError as error:
        raise UsageError(f"{name} has a setting with a default that does not fit: {error}") from None


def hints_of(function: Callable[..., Any], name: str) -> dict[str, Any]:
    """Raises UsageError for a type that is not there."""
    try:
        return typing.get_type_hints(function)
    except (NameError, TypeError, AttributeError, SyntaxError) as error:
        raise UsageError(f"{name} has a setting with a type that cannot be read: {error}.") from error
