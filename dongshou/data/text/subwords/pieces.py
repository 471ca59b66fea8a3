"""A text cut into pieces that no sub-word reaches across: words with the space before them, numbers, marks, spaces."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import groupby

# as it is written for an engine that has \p{L}, the letters, and \p{N}, the numbers (Radford et al., 2019)
GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

WHITE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # Python's \s has 1c to 1f, too
BEYOND = r"\U00010000-\U0010ffff"


def pieces(text: str) -> list[str]:
    """The pieces of a text; joined they are the text.

    >>> pieces("it's 5 o'clock,  你好!")
    ['it', "'s", ' 5', ' o', "'", 'clock', ',', ' ', ' 你好', '!']
    """
    return pattern().findall(text)


@cache
def pattern() -> re.Pattern[str]:
    """`GPT2` in the terms of Python's `re`, which has no \\p{L}.

    A set of characters below number 65,536 is one look-up in a table, ten times as fast as \\w without the others;
    beyond it there are few of them in a text.
    """
    letters, numbers = characters("L", range(0x10000)), characters("N", range(0x10000))
    far_letters, far_numbers = (characters(kind, range(0x10000, 0x40000)) for kind in ("L", "N"))
    letter = f"(?:[{letters}]|(?=[{BEYOND}])[{far_letters}])"
    number = f"(?:[{numbers}]|(?=[{BEYOND}])[{far_numbers}])"
    other = f"(?:[^{letters}{numbers}{WHITE}{BEYOND}]|(?=[{BEYOND}])[^{far_letters}{far_numbers}])"
    # only "other" could take the apostrophe of 's: letters come first, as most pieces are words
    words = rf" ?{letter}+|'(?:[sdmt]|ll|ve|re)| ?{number}+| ?{other}+"
    return re.compile(rf"{words}|[{WHITE}]+(?![^{WHITE}])|[{WHITE}]+")


def characters(kind: str, places: range) -> str:
    """Those of a general category of Unicode, as ranges for a character class."""
    kinds = groupby(places, key=lambda place: unicodedata.category(chr(place)).startswith(kind))
    ranges = [list(run) for is_one, run in kinds if is_one]
    return "".join(f"\\U{run[0]:08x}-\\U{run[-1]:08x}" for run in ranges)
