"""`dongshou list`: the experiments of the course, by unit, each with its variants."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from dongshou.cli.flags import Switch, call
from dongshou.errors import UsageError, did_you_mean
from dongshou.experiments.catalogue import Entry, list_experiments


def main(arguments: Sequence[str]) -> int:
    call(show, arguments, "dongshou list")
    return 0


def show(name: str = "", /, *, json: Switch = False) -> None:
    """The experiments of the course, by unit, each with its variants.

    Args:
        name: only those with this in their name, such as mlp
        json: print them as one JSON object
    """
    chosen = [entry for entry in list_experiments() if name in entry.name]
    if not chosen:
        near = did_you_mean(name, [entry.name for entry in list_experiments()])
        raise UsageError(f"no experiment has {name} in its name.{near} `dongshou list` shows all of them.")
    if json:
        from dongshou.cli.tables import print_json

        print_json({"experiments": [described(entry) for entry in chosen]})
    else:
        print("\n\n".join(unit_in_words(unit, list(entries)) for unit, entries in groupby(chosen, unit_of)))


def unit_of(entry: Entry) -> str:
    return entry.unit


def unit_in_words(unit: str, entries: Sequence[Entry]) -> str:
    """The name of the unit, then a line for each experiment and, indented, for each variant."""
    lines = [
        line
        for entry in entries
        for line in (
            (f"  {entry.name}", entry.title),
            *((f"    {entry.name}:{variant}", title) for variant, title in entry.variants.items()),
        )
    ]
    width = max(len(name) for name, _ in lines)
    return "\n".join([unit.replace("_", " "), *(f"{name:<{width}}  {title}" for name, title in lines)])


def described(entry: Entry) -> dict[str, object]:
    return {"name": entry.name, "unit": entry.unit, "title": entry.title, "variants": entry.variants}
