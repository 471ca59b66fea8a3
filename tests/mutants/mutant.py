"""A mutant: one line of the package made wrong on purpose, and the tests that have to notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """
    what   what is wrong with it, in a few words
    file   the file to change, from the root of the repository
    old    the text as it is, which stands in the file exactly once
    new    the text that takes its place
    tests  what pytest runs: files, or single tests
    """

    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
