"""`dongshou list`: the experiments of the course, by unit, each with its variants."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from dongshou.cli.flags import Switch, call
from dongshou.cli.words import padded
from dongshou.errors import UsageError, did_you_mean
from dongshou.experiments.catalog import Entry, list_experiments, names_of_variants
from dongshou.experiments.own import address_in, read_source
from dongshou.languages import translate

if TYPE_CHECKING:
    from dongshou.experiments.registry import Declaration
    from dongshou.experiments.setting import Setting


WIDEST = len("zh 13.14, en 14.14")  # of the places in the book


def main(arguments: Sequence[str]) -> int:
    call(show, arguments, "dongshou list")
    return 0


def show(name: str = "", /, *, json: Switch = False, markdown: Switch = False, formulas: Switch = False) -> None:
    """The experiments of the course, by unit, each with its variants.

    Args:
        name: only those with this in their name, such as mlp; or those of a file of your own, my_experiment.py
        json: print them as one JSON object, each setting with its type, choices, default and help
        markdown: print them as the page that docs/experiments.md is
        formulas: print where each term of the field stands as a formula: the page that docs/formulas.md is
    """
    if formulas:
        from dongshou.cli.formulas import as_markdown as index_of_formulas

        print(index_of_formulas())
        return
    chosen = entries_of(name)
    if not chosen:
        there = list_experiments()
        near = did_you_mean(name, [*(entry.name for entry in there), *names_of_variants(there)])
        raise UsageError(f"no experiment has {name} in its name.{near} `dongshou list` shows all of them.")
    if json:
        from dongshou.cli.tables import print_json

        print_json({"experiments": [described(entry) for entry in chosen]})
    elif markdown:
        print(as_markdown(chosen))
    else:
        print("\n\n".join(unit_in_words(unit, list(entries)) for unit, entries in groupby(chosen, unit_of)))


def entries_of(name: str) -> list[Entry]:
    """The experiments of the course with this in their name, or those of a user's own file."""
    if (address := address_in(name)) is not None:
        source = read_source(address)
        source.choose(address.function or next(iter(source.functions), ""))  # it has to hold some
        return [source.entry]
    return [entry for entry in list_experiments() if any(name in address for address in entry.addresses)]


def unit_of(entry: Entry) -> str:
    return entry.unit


def unit_in_words(unit: str, entries: Sequence[Entry]) -> str:
    """The name of the unit, then a line for each experiment, with its section in both editions of the book or its
    lecture, and, indented, for each variant."""
    lines = [
        ("  " * (1 + (is_variant := ":" in name.removeprefix(entry.given))) + name, is_variant, entry, title)
        for entry in entries
        for name, title in entry.addresses.items()
    ]
    width = max(len(name) for name, *_ in lines)
    has_places = any(entry.place.short() for entry in entries)  # a user's own file has none
    told = [translate(unit.replace("_", " "))]
    for name, is_variant, entry, title in lines:
        place = "" if is_variant else translate(entry.place.short())
        told.append(f"{name:<{width}}  {f'{padded(place, WIDEST)}  ' if has_places else ''}{translate(title)}")
    return "\n".join(told)


def described(entry: Entry) -> dict[str, Any]:
    """An experiment as plain data; the settings of it and of each variant by its full name."""
    return {
        "name": entry.name,
        "unit": entry.unit,
        "title": entry.title,
        **entry.place.plain(),
        "variants": entry.variants,
        "settings": {
            declaration.name: [setting.plain() for setting in declaration.settings]
            for declaration in declarations_of(entry)
        },
    }


def declarations_of(entry: Entry) -> list[Declaration]:
    """The experiment and its variants, with their functions: from here on torch is imported."""
    from dongshou.experiments.registry import find_declaration

    return [find_declaration(name) for name in entry.addresses]


def as_markdown(entries: Sequence[Entry]) -> str:
    """A section for each unit; for each experiment its title, its variants and a table of its settings."""
    parts = ["# Experiments and their settings\n\nWritten by `dongshou list --markdown`."]
    for unit, of_unit in groupby(entries, unit_of):
        parts.append(f"## {unit.replace('_', ' ').capitalize()}")
        parts.extend(section(entry) for entry in of_unit)
    return "\n\n".join(parts)


def section(entry: Entry) -> str:
    """One experiment: what a variant sets is what it has in place of the settings of the experiment itself."""
    main, *_ = declarations_of(entry)
    variants = [f"- `{entry.name}:{variant}`: {title}" for variant, title in entry.variants.items()]
    rows = [
        f"| `--{each.name.replace('_', '-')}` | `{each.default!r}` | {each.help}{choices_in_words(each)} |"
        for each in main.settings
    ]
    table = ["| setting | default | |", "|---|---|---|", *rows] if rows else []
    places = " · ".join(entry.place.titles())
    blocks = ["### " + entry.name, entry.title, places, "\n".join(variants), "\n".join(table)]
    return "\n\n".join(block for block in blocks if block)


def choices_in_words(setting: Setting) -> str:
    """`: sigmoid or relu`; nothing where any value will do."""
    *others, last = map(str, setting.choices or ("",))
    return f": {', '.join(others)} or {last}" if others else ""
