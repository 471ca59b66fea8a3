"""A sentence with holes, `{} must be a positive number; got {}.`, in both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from string import Formatter

WORD = re.compile(r"[^\W\d_]{2,}")
ANYTHING = "(.*?)"
NAMES = r"([^\s]*(?:, [^\s]+)*?)"  # or a list of them
END = r"((?:[ (].*?|[.,;:](?: .*?)?)?)"  # of a sentence, or nothing
WEAK = 9  # a template of less weight that begins with a hole, such as `{} and {}`, says little of what it fits


@dataclass(frozen=True)
class Template:
    """Both are in the syntax of `str.format`: a hole is {} or, where the other language has another order, {1} {0};
    a brace that is part of the sentence is doubled."""

    english: str
    chinese: str

    @cached_property
    def literals(self) -> list[str]:
        """What stands between the holes, one more than there are holes."""
        parts: list[str] = [""]
        for literal, field, _, _ in Formatter().parse(self.english):
            parts[-1] += literal
            if field is not None:
                parts.append("")
        return parts

    @cached_property
    def weight(self) -> int:
        """How much it says: of two that fit, the one with more is meant. A letter counts one, a mark four."""
        text = "".join(self.literals)
        return sum(1 if character.isalpha() else 4 for character in text if not character.isspace())

    @property
    def anchor(self) -> str:
        """Its longest word, which has to be in a text that it fits; empty where it has none."""
        return max((word for part in self.literals for word in WORD.findall(part)), key=len, default="")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What says little fits names only, not `cats and dogs.png`; a hole right behind another is the end of it."""
        first, *others = map(re.escape, self.literals)
        hole = ANYTHING if first or self.weight >= WEAK else NAMES
        parts = [first]
        for number, literal in enumerate(others):
            is_end = number > 0 and others[number - 1] in ("", re.escape("."))
            parts += [END if is_end else hole, literal]
        return re.compile("".join(parts), re.DOTALL)

    def fill(self, values: Sequence[str]) -> str:
        return self.chinese.format(*values)


def holes(sentence: str) -> list[int]:
    """The number of each hole of a sentence, sorted: of two translations they are the same.

    >>> holes("{1} of {0}"), holes("{} of {}")
    ([0, 1], [0, 1])
    """
    fields = [field for _, field, _, _ in Formatter().parse(sentence) if field is not None]
    return sorted(int(field) if field else number for number, field in enumerate(fields))
