"""The settings of an experiment: the parameters of its function with their types, choices, defaults and help."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dongshou.training.naming import recorded_value


@dataclass(frozen=True)
class Setting:
    """One parameter of the function that declares an experiment.

    kind     its type as Python writes it, without the help: `int`, `tuple[float, ...]`, `float | None`
    choices  the values of a `Literal`; empty where any value of the type will do
    help     what it means, from `Annotated[int, "examples in a step"]`
    """

    name: str
    kind: str
    default: Any
    choices: tuple[Any, ...] = ()
    help: str = ""

    def plain(self) -> dict[str, Any]:
        """As plain data: what a form, a sweep or a table is made of."""
        return {
            "name": self.name,
            "type": self.kind,
            "choices": list(self.choices),
            "default": recorded_value(self.name, self.default),
            "help": self.help,
        }


def settings_of(function: Callable[..., Any]) -> tuple[Setting, ...]:
    """The settings of an experiment's function, in the order of its signature."""
    hints = typing.get_type_hints(function, include_extras=True)
    parameters = inspect.signature(function).parameters.values()
    return tuple(setting_of(parameter, hints[parameter.name]) for parameter in parameters)


def setting_of(parameter: inspect.Parameter, hint: Any) -> Setting:
    """`size: Annotated[int, "height and width"] = 28` as a setting."""
    kind, help = split_help(hint)
    choices = typing.get_args(kind) if typing.get_origin(kind) is typing.Literal else ()
    is_class = isinstance(kind, type) and typing.get_origin(kind) is None
    name = type(choices[0]).__name__ if choices else kind.__name__ if is_class else str(kind)
    return Setting(parameter.name, name, parameter.default, choices, help)


def split_help(hint: Any) -> tuple[Any, str]:
    """The type, and the help that `Annotated` gives it, the outermost where one stands in another."""
    if typing.get_origin(hint) is not typing.Annotated:
        return hint, ""
    kind, *notes = typing.get_args(hint)
    return kind, next((note for note in reversed(notes) if isinstance(note, str)), "")
