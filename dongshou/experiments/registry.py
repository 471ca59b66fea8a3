"""From the name of an experiment to its function, its settings and the work it makes."""

from __future__ import annotations

import importlib
import inspect
import math
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dongshou.errors import UsageError, did_you_mean, kind_of
from dongshou.experiments.catalog import Entry, find_entry, first_line
from dongshou.experiments.fitting import fitting
from dongshou.experiments.own import MAIN, OWN, Address, Source, address_in, read_source
from dongshou.experiments.own.loading import load
from dongshou.experiments.own.signature import check_signature
from dongshou.experiments.setting import Setting, settings_of, split_help
from dongshou.training import Declared, Stated, Work
from dongshou.training.checks import check_epochs
from dongshou.training.naming import recorded
from dongshou.training.published import stated_by
from dongshou.training.work import Origin


@dataclass(frozen=True)
class Declaration:
    """An experiment by name, ready to be called with settings."""

    entry: Entry
    variant: str
    function: Callable[..., Work]

    def __post_init__(self) -> None:
        """What `help` shows, and what a notebook completes. Raises UsageError for a parameter that is no setting."""
        if self.entry.unit == OWN:
            check_signature(self.function, self.address)
        object.__setattr__(self, "__signature__", short_signature(self.function))
        object.__setattr__(self, "__doc__", documentation(self))

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.defaults.items())
        return f"{self.python_name}({settings})"

    @property
    def name(self) -> str:
        return f"{self.entry.name}:{self.variant}" if self.variant else self.entry.name

    @property
    def address(self) -> str:
        """What is typed to name it: the name, of a user's own file with the way to it."""
        where = self.entry.given or self.entry.name
        return f"{where}:{self.variant}" if self.variant else where

    @property
    def origin(self) -> Origin:
        """Where it is declared: in the course, in a user's own file, or in Python, such as in a notebook."""
        return "course" if self.entry.unit != OWN else "python" if self.entry.file is None else "file"

    @property
    def python_name(self) -> str:
        """As it is written after `experiments.`: `weight_decay`, `mlp.deep`; a function of a user's own by its name."""
        if self.entry.unit == OWN:
            return self.function.__name__
        return self.name.replace("-", "_").replace(":", ".")

    @property
    def __wrapped__(self) -> Callable[..., Work]:
        """The function itself, for `inspect.unwrap`."""
        return self.function

    @property
    def title(self) -> str:
        """First line of the file's docstring; without one, of the function's."""
        return self.entry.title or first_line(self.description)

    @property
    def description(self) -> str:
        """The whole docstring of the function."""
        return inspect.getdoc(self.function) or ""

    @property
    def introduction(self) -> str:
        """Title and description; where the one is the first line of the other, once."""
        said = self.description
        return said if said.startswith(self.title) else "\n\n".join(filter(None, (self.title, said)))

    @property
    def stated(self) -> tuple[Stated, ...]:
        """What its results are set beside, with the settings as they are by default."""
        return stated_by(self.function)

    @property
    def settings(self) -> tuple[Setting, ...]:
        """What can be set, with types, choices, defaults and help."""
        return settings_of(self.function)

    @property
    def defaults(self) -> dict[str, Any]:
        parameters = inspect.signature(self.function).parameters.values()
        return {parameter.name: parameter.default for parameter in parameters}

    def __call__(self, *values: Any, **settings: Any) -> Work:
        """Build the work. Raises UsageError for a setting that does not exist, is of another type, or is none of its
        choices."""
        settings = self._checked(self._named(values) | settings)
        work = self._make(settings)
        work.stated = self.stated
        work.declared = Declared(
            name=self.name,
            settings=recorded(self.defaults | settings),
            defaults=recorded(self.defaults),
            make=lambda: self._make(settings),
            origin=self.origin,
            file=self.entry.file,
            text=self.entry.text,
        )
        work.remember()
        return work

    def _named(self, values: Sequence[Any]) -> dict[str, Any]:
        """Values without names, in the order of the settings."""
        if len(values) > len(self.defaults):
            raise UsageError(f"{self.name} has {len(self.defaults)} settings; got {len(values)} values.")
        return dict(zip(self.defaults, values, strict=False))

    def _make(self, settings: dict[str, Any]) -> Work:
        try:
            work: Any = self.function(**settings)
        except ValueError as error:  # torch's own word on a setting, such as a negative learning rate
            if self.entry.unit == OWN:  # or any mistake in the function: its lines say more
                raise
            raise UsageError(f"{self.name} cannot be made with these settings: {error}.") from error
        if not isinstance(work, Work):
            what = "nothing" if work is None else kind_of(work)
            raise UsageError(f"{self.address} returned {what}: it has to end with `return Experiment(...)`.")
        return work

    def _checked(self, settings: dict[str, Any]) -> dict[str, Any]:
        """The settings as the function takes them."""
        choices = {setting.name: setting.choices for setting in self.settings}
        hints = typing.get_type_hints(self.function, include_extras=True)
        taken = {}
        for name, value in settings.items():
            if name not in self.defaults:
                near, there = did_you_mean(name, self.defaults), ", ".join(self.defaults) or "none"
                raise UsageError(f"{self.name} has no setting {name}.{near} Its settings: {there}.")
            if name == "epochs":
                check_epochs(value)
            value = taken[name] = fitting(name, split_help(hints[name])[0], value)
            if not all(math.isfinite(part) for part in numbers_in(value)):
                raise UsageError(f"{name} must be a finite number; got {value}.")
            if choices[name] and value not in choices[name]:
                known = [*map(str, choices[name])]
                near = did_you_mean(str(value), known)
                raise UsageError(f"{name} is one of {', '.join(known)}; got {value}.{near}")
        return taken

    def __getattr__(self, variant: str) -> Declaration:
        if variant.startswith("_"):
            raise AttributeError(variant)
        try:
            return find_declaration(f"{self.entry.given or self.entry.name}:{variant.replace('_', '-')}")
        except UsageError as error:
            raise AttributeError(str(error)) from None


def short_signature(function: Callable[..., Work]) -> inspect.Signature:
    """Without the help that stands in the annotations."""
    types = typing.get_type_hints(function)
    signature = inspect.signature(function)
    parameters = [each.replace(annotation=types[each.name]) for each in signature.parameters.values()]
    return signature.replace(parameters=parameters)


def find_declaration(name: str) -> Declaration:
    """The declaration of `mlp`, `mlp:deep` or `my_experiment.py:deep`. Raises UsageError with the nearest right
    names."""
    if (address := address_in(name)) is not None:
        return declared_in_file(address)
    entry, variant = find_entry(name)
    module = importlib.import_module(entry.module)
    return Declaration(entry, variant, getattr(module, variant.replace("-", "_") or "experiment"))


def declared_in_file(address: Address) -> Declaration:
    """The declaration in a user's own file, which is run for it."""
    source = read_source(address)
    name = source.choose(address.function)
    members = vars(load(source))
    if name not in members:
        raise source.lacks(name)
    made = members[name]
    return own_declaration(source, name, made.function if isinstance(made, Declaration) else made)


def own_declaration(source: Source, name: str, function: Callable[..., Work]) -> Declaration:
    return Declaration(source.entry, "" if name == MAIN else name, function)


def documentation(declaration: Declaration) -> str:
    """Title, description, settings with their defaults, variants."""
    parts = [declaration.introduction]
    if declaration.settings:
        lines = (f"    {each.name}: {each.kind} = {each.default!r}  {each.help}" for each in declaration.settings)
        parts.append("Settings:\n" + "\n".join(line.rstrip() for line in lines))
    if not declaration.variant and (variants := declaration.entry.variants):
        lines = (f"    .{name.replace('-', '_')}: {title}" for name, title in variants.items())
        parts.append("Variants:\n" + "\n".join(lines))
    return "\n\n".join(parts)


def numbers_in(value: Any) -> list[float]:
    """The floats among the values of a setting."""
    return [part for part in (value if isinstance(value, tuple | list) else (value,)) if isinstance(part, float)]
