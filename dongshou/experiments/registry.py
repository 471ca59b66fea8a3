"""From the name of an experiment to its function, its settings and the work it makes."""

from __future__ import annotations

import importlib
import inspect
import json
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dongshou.errors import UsageError, did_you_mean
from dongshou.experiments.catalogue import Entry, find_entry
from dongshou.training import Declared, Work


@dataclass(frozen=True)
class Declaration:
    """An experiment by name, ready to be called with settings."""

    entry: Entry
    variant: str
    function: Callable[..., Work]

    @property
    def name(self) -> str:
        return f"{self.entry.name}:{self.variant}" if self.variant else self.entry.name

    @property
    def title(self) -> str:
        """First line of the file's docstring."""
        return self.entry.title

    @property
    def description(self) -> str:
        """The whole docstring of the function."""
        return inspect.getdoc(self.function) or ""

    @property
    def defaults(self) -> dict[str, Any]:
        parameters = inspect.signature(self.function).parameters.values()
        return {parameter.name: parameter.default for parameter in parameters}

    def __call__(self, **settings: Any) -> Work:
        """Build the work. Raises UsageError for a setting that does not exist, or is none of its choices."""
        self._check(settings)
        try:
            work = self.function(**settings)
        except ValueError as error:  # torch's own word on a setting, such as a negative learning rate
            raise UsageError(f"{self.name} cannot be made with these settings: {error}.") from error
        work.declared = Declared(
            name=self.name,
            settings=as_recorded(self.defaults | settings),
            defaults=as_recorded(self.defaults),
            make=lambda: self.function(**settings),
        )
        return work

    def _check(self, settings: dict[str, Any]) -> None:
        types = typing.get_type_hints(self.function)
        for name, value in settings.items():
            if name not in self.defaults:
                near, there = did_you_mean(name, self.defaults), ", ".join(self.defaults) or "none"
                raise UsageError(f"{self.name} has no setting {name}.{near} Its settings: {there}.")
            if name == "epochs" and value < 1:
                raise UsageError(f"epochs must be at least 1; got {value}.")
            choices = typing.get_args(types[name]) if typing.get_origin(types[name]) is typing.Literal else ()
            if choices and value not in choices:
                raise UsageError(f"{name} is one of {', '.join(map(str, choices))}; got {value}.")

    def __getattr__(self, variant: str) -> Declaration:
        if variant.startswith("_"):
            raise AttributeError(variant)
        try:
            return find_declaration(f"{self.entry.name}:{variant.replace('_', '-')}")
        except UsageError as error:
            raise AttributeError(str(error)) from None


def find_declaration(name: str) -> Declaration:
    """The declaration of `mlp` or `mlp:deep`. Raises UsageError with the nearest right names."""
    entry, variant = find_entry(name)
    module = importlib.import_module(entry.module)
    return Declaration(entry, variant, getattr(module, variant.replace("-", "_") or "experiment"))


def as_recorded(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings as they read back from JSON, so that they compare equal: tuples are lists there."""
    return json.loads(json.dumps(settings))
