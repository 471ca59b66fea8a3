"""Which experiments there are, read from the files without running them: no torch is imported for a list."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from dongshou.errors import UsageError, did_you_mean
from dongshou.experiments.chapters import Place

ROOT = Path(__file__).parent
WORK = ("Experiment", "Series", "Procedure", "Work")
PLACE = "PLACE"  # what a unit's own file calls its place in the course
SECTIONS, LECTURE = "SECTIONS", "LECTURE"  # what an experiment's file calls its place in the book


@dataclass(frozen=True)
class Entry:
    """One file of a unit's folder, or a user's own.

    name      `mlp`, as on the command line
    unit      the folder, a unit of the course
    title     first line of the file's docstring
    variants  the other public functions, with their titles: `mlp:deep`
    file      of a user's own: where it lies
    given     of a user's own: its path as it was typed
    is_whole  whether the file alone names one: a user's may have variants only
    text      of a user's own: what stands in it
    place     its sections of the book and its lecture
    """

    name: str
    unit: str
    title: str
    variants: dict[str, str]
    file: Path | None = None
    given: str = ""
    is_whole: bool = True
    text: bytes = field(default=b"", repr=False)
    place: Place = field(default_factory=Place)

    @property
    def addresses(self) -> dict[str, str]:
        """What is typed to name the experiment and each of its variants, with their titles."""
        base = self.given or self.name
        whole = {base: self.title} if self.is_whole else {}
        return whole | {f"{base}:{variant}": title for variant, title in self.variants.items()}

    @property
    def module(self) -> str:
        return f"dongshou.experiments.{self.unit}.{self.name.replace('-', '_')}"


@lru_cache(maxsize=1)
def units() -> tuple[str, ...]:
    """The folders that are units of the course, by the place that each gives itself."""
    places = {
        file.parent.name: float(place)
        for file in ROOT.glob("[!_]*/__init__.py")
        if (place := constant_in(parsed(file), PLACE)) is not None
    }
    return tuple(sorted(places, key=lambda unit: (places[unit], unit)))


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def constant_in(tree: ast.Module, name: str) -> Any:
    """The value of `PLACE = 3` in a file, read without running it; None where it has none of that name."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]:
            return ast.literal_eval(node.value)
    return None


@lru_cache(maxsize=1)
def list_experiments() -> tuple[Entry, ...]:
    """All experiments, by unit and name."""
    files = [path for unit in units() for path in sorted((ROOT / unit).glob("[!_]*.py"))]
    return tuple(entry for path in files if (entry := read_entry(path)) is not None)


def read_entry(path: Path) -> Entry | None:
    """What a file declares; None for one that holds no experiment."""
    tree = parsed(path)
    functions = {
        node.name.replace("_", "-"): first_line(ast.get_docstring(node))
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and declares_work(node)
    }
    if "experiment" not in functions:
        return None
    del functions["experiment"]
    name, title = path.stem.replace("_", "-"), first_line(ast.get_docstring(tree))
    place = Place(constant_in(tree, SECTIONS) or {}, constant_in(tree, LECTURE))
    return Entry(name, path.parent.name, title, functions, place=place)


def declares_work(node: ast.FunctionDef) -> bool:
    """Whether a function can be called by name alone, and says that it returns work."""
    can_be_called = len(node.args.defaults) == len(node.args.args)
    return can_be_called and isinstance(node.returns, ast.Name) and node.returns.id in WORK


def first_line(docstring: str | None) -> str:
    return (docstring or "").partition("\n")[0]


def find_entry(name: str) -> tuple[Entry, str]:
    """The entry and the variant ("" for none) of `mlp` or `mlp:deep`.

    Raises UsageError with the nearest right names.
    """
    base, _, variant = name.partition(":")
    entries = {entry.name: entry for entry in list_experiments()}
    if base not in entries:
        near = own_files(base) or did_you_mean(name, [*entries, *names_of_variants(entries.values())])
        raise UsageError(f"There is no experiment called {base}.{near} `dongshou list` shows all of them.")
    entry = entries[base]
    if variant and variant not in entry.variants:
        there = ", ".join(f"{base}:{known}" for known in entry.variants) or "none"
        raise UsageError(
            f"{base} has no variant {variant}.{did_you_mean(variant, entry.variants)} Its variants: {there}."
        )
    return entry, variant


def names_of_variants(entries: Iterable[Entry]) -> list[str]:
    """`mlp:deep`, ... of all of them."""
    return [f"{entry.name}:{variant}" for entry in entries for variant in entry.variants]


def own_files(name: str) -> str:
    """That a file of one's own may be meant, where it lies under that name: its ending, or the file, was left out."""
    if Path(f"{name}.py").is_file():
        return f" Did you mean {name}.py?"
    return f" {name} is a directory: name a file in it, {name}/NAME.py." if Path(name).is_dir() else ""
