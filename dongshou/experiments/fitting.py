"""Whether a value given from Python is one that a setting takes: the command line reads its words by the same types."""

from __future__ import annotations

import numbers
import types
import typing
from pathlib import Path
from typing import Any

from dongshou.errors import UsageError

WORDS = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    Path: "a path",
    bool: "True or False",
    type(None): "None",
}
SEVERAL = {int: "whole numbers", float: "numbers", str: "texts", bool: "values True or False"}


class Unfit(ValueError):
    """A value of another type."""


def fitting(name: str, kind: Any, value: Any) -> Any:
    """The value of a setting as its function takes it: a list as a tuple, a number of NumPy as Python's.

    kind  the type of the setting, as in its signature without the help

    Raises UsageError for a value of another type.
    """
    try:
        return converted(kind, value)
    except Unfit:
        raise UsageError(f"{name} is {in_words(kind)}; got {value!r}.") from None


def converted(kind: Any, value: Any) -> Any:
    """Raises Unfit for a value that is not of this type."""
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, (tuple, list)):
            raise Unfit
        return tuple(converted(part, one) for part, one in zip(parts_of(kind, len(value)), value, strict=True))
    if is_union(kind):
        return of_one(typing.get_args(kind), value)
    is_truth = isinstance(value, bool)
    if kind is int and isinstance(value, numbers.Integral) and not is_truth:
        return int(value)
    if kind is float and isinstance(value, numbers.Real) and not is_truth:
        return value if isinstance(value, int) else float(value)
    if kind is Path and isinstance(value, str):
        return Path(value)
    if kind in (int, float) or kind in WORDS and not isinstance(value, kind):
        raise Unfit
    return value  # a Literal's choices are checked as such


def parts_of(kind: Any, num: int) -> tuple[Any, ...]:
    """The types of so many parts of a tuple: one for all, or one for each. Raises Unfit for another number of them."""
    parts = typing.get_args(kind)
    if len(parts) == 2 and parts[1] is ...:
        return parts[:1] * num
    if len(parts) != num:
        raise Unfit
    return parts


def of_one(kinds: tuple[Any, ...], value: Any) -> Any:
    """The value as the first of the types that takes it."""
    for kind in kinds:
        try:
            return converted(kind, value)
        except Unfit:
            continue
    raise Unfit


def in_words(kind: Any) -> str:
    """
    >>> in_words(tuple[int, ...]), in_words(float | None), in_words(tuple[int, str])
    ('several whole numbers, such as (1, 2)', 'a number or None', '(a whole number, a text)')
    """
    if typing.get_origin(kind) is tuple:
        part, *others = typing.get_args(kind)
        if others != [...]:
            return f"({', '.join(map(in_words, (part, *others)))})"
        example = {int: " such as (1, 2)", float: " such as (0.1, 0.2)"}.get(part, " in parentheses")
        return f"several {SEVERAL.get(part, 'values')},{example}"
    if is_union(kind):
        return " or ".join(map(in_words, typing.get_args(kind)))
    return WORDS.get(kind, str(kind))


def is_union(kind: Any) -> bool:
    return typing.get_origin(kind) in (typing.Union, types.UnionType)
