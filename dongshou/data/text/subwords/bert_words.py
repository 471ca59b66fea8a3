"""A text as the words that BERT knows: cleaned, perhaps in lower case, marks and Chinese characters by themselves."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

CHINESE = (  # as Hugging Face has it, who begin extension E 256 characters late
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)
ASCII_MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")  # more than Unicode's punctuation: $ + < = > ^ ` | ~
SPACES = "\t\n\r"  # control characters that are kept as a space


class Table(dict[int, str]):
    """What `str.translate` puts in the place of each character, asked of a function the first time."""

    def __init__(self, replaced: Callable[[str], str]) -> None:
        self.replaced = replaced

    def __missing__(self, code: int) -> str:
        self[code] = self.replaced(chr(code))
        return self[code]


class BertWords:
    """A text to words, as BERT was trained on them (Devlin et al., 2019).

    lowercase       all in lower case, character by character
    strip_accents   "é" becomes "e"; None does so where there is lower case, too
    split_chinese   each Chinese character is a word

    >>> BertWords()("Crème brûlée, 你好!")
    ['creme', 'brulee', ',', '你', '好', '!']
    """

    def __init__(self, lowercase: bool = True, strip_accents: bool | None = None, split_chinese: bool = True) -> None:
        self.lowercase = lowercase
        self.strip_accents = lowercase if strip_accents is None else strip_accents
        self.split_chinese = split_chinese
        self._cleaned, self._spaced = Table(self._clean), Table(self._space)

    def __call__(self, text: str) -> list[str]:
        text = text.translate(self._cleaned)
        if self.strip_accents:
            text = unicodedata.normalize("NFD", text)  # each accent a character of its own
        return text.translate(self._spaced).split()

    def _clean(self, character: str) -> str:
        if character in SPACES:
            return " "
        if character == "\ufffd" or unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs"):
            return ""
        if character.isspace():
            return " "
        return f" {character} " if self.split_chinese and is_chinese(character) else character

    def _space(self, character: str) -> str:
        if self.strip_accents and unicodedata.category(character) == "Mn":
            return ""
        if is_mark(character):
            return f" {character} "
        # one by one: in a whole text Python writes the sigma that ends a word otherwise
        return character.lower() if self.lowercase else character


def is_chinese(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in CHINESE)


def is_mark(character: str) -> bool:
    return character in ASCII_MARKS or unicodedata.category(character).startswith("P")
