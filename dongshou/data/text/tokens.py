"""Text to tokens and back: characters, or words, in English and in Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Literal

from dongshou.errors import UsageError

Level = Literal["character", "subword", "word"]
Clean = Literal["letters", "none"]

PAD, BEGIN, END, UNKNOWN = "<pad>", "<bos>", "<eos>", "<unk>"

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese characters, in a character class
CHINESE = f"{HAN}，。！？；：、"


def combining() -> str:
    """What belongs to the letter before it, for a character class: Unicode's marks, as are the vowel signs of Hindi
    and Thai, those of Arabic and Hebrew and the accents of decomposed Latin, and the two joiners of letters."""
    planes = [*range(0x0300, 0x20000), *range(0xE0100, 0xE01F0)]  # the only ones that have marks
    marks = [place for place in planes if unicodedata.category(chr(place)).startswith("M")]
    runs = groupby(enumerate(marks), key=lambda counted: counted[1] - counted[0])  # one key for neighbours
    ranges = [[place for _, place in run] for _, run in runs]
    return "\u200c\u200d" + "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in ranges)


MARK = combining()

_LETTERS = rf"[^\W{HAN}]+(?:[{MARK}]+[^\W{HAN}]*)*"
_WORD = re.compile(rf"[{HAN}][{MARK}]*|{_LETTERS}(?:['’]{_LETTERS})*")
_WORD_OR_MARK = re.compile(rf"{_WORD.pattern}|[^\w\s][{MARK}]*")
_SHORTENED = r"n't|'(?:s|m|d|re|ve|ll)"  # not, is, am, would, are, have, will
_SHORTENED_END = re.compile(rf"(?<=[^\W\d_])({_SHORTENED})(?!\w)")
_TREEBANK = re.compile(
    rf"(?:{_SHORTENED})(?!\w)|{_LETTERS}(?:[-']{_LETTERS})*|[{HAN}][{MARK}]*|\.\.+|--+|[^\w\s][{MARK}]*"
)
_TREEBANK_MARKS = {"-lrb-": "(", "-rrb-": ")", "``": '"', "''": '"'}
_CHINESE = re.compile(f"([{CHINESE}])")
_SPACE_AT_CHINESE = re.compile(f"(?<=[{CHINESE}]) | (?=[{CHINESE}])")
_NO_LETTERS = re.compile(rf"\A[\W\d_]+|(?:[^\w{MARK}]|[\d_])[\W\d_]*")


def characters(text: str) -> list[str]:
    """Every character a token, spaces and line ends included."""
    return list(text)


def words(text: str, punctuation: bool = True) -> list[str]:
    """The words of running text in lower case; each Chinese character, and each mark if asked for, by itself.

    Accents and vowel signs stay with their letters. What is written without spaces, as Thai, is one word.

    >>> words("It's 5 o'clock, 你好!")
    ["it's", '5', "o'clock", ',', '你', '好', '!']
    """
    return (_WORD_OR_MARK if punctuation else _WORD).findall(text.lower())


def sentence_words(text: str) -> list[str]:
    """The words of a sentence as translation cuts it: lower case, before , . ! and ? a space is put.

    Each Chinese character or mark is a token by itself.

    >>> sentence_words("It's 5 o'clock, Tom!")
    ["it's", '5', "o'clock", ',', 'tom', '!']
    """
    for mark in ",.!?":
        text = text.replace(mark, f" {mark}")
    if _CHINESE.search(text):
        text = _CHINESE.sub(r" \1 ", text)
    return text.lower().split()


def treebank_words(text: str) -> list[str]:
    """The words of running text in lower case, what is shortened by itself, as the Penn Treebank has it.

    Each mark and each Chinese character is a token. A text that has been cut in this way stays as it is, but that the
    Treebank's names for brackets and quotes become these.

    >>> treebank_words("It isn't well-made ... we'd said so!")
    ['it', 'is', "n't", 'well-made', '...', 'we', "'d", 'said', 'so', '!']
    """
    return [word for piece in text.lower().replace("’", "'").split() for word in _treebank_piece(piece)]


@lru_cache(2**17)  # most words come many times
def _treebank_piece(piece: str) -> tuple[str, ...]:
    """What stands between two spaces."""
    return tuple(_TREEBANK.findall(_SHORTENED_END.sub(r" \1", _TREEBANK_MARKS.get(piece, piece))))


def spaced_words(text: str) -> list[str]:
    """The tokens of a text that comes with a space between any two of them; each line ends with <eos>."""
    return text.replace("\n", f" {END} ").split()


def only_letters(text: str) -> str:
    """Whatever is not a letter becomes a single space; all in lower case: how the book reads The Time Machine.

    A letter's accents and vowel signs are part of it.

    >>> only_letters("The Time Machine, by H. G. Wells [1898]")
    'the time machine by h g wells '
    """
    return _NO_LETTERS.sub(" ", text).lower()


@dataclass(frozen=True)
class Tokenizer:
    """One way to cut text into tokens: a prompt has to be cut as the text was that a model has learnt from.

    level   characters or words
    clean   "letters" leaves letters and single spaces only
    spaced  the text comes cut into words by spaces (see `spaced_words`)

    Raises UsageError for another level or another way to clean.
    """

    level: Literal["character", "word"] = "character"
    clean: Clean = "none"
    spaced: bool = False

    def __post_init__(self) -> None:
        if self.level not in ("character", "word"):
            raise UsageError(f'The level of tokens is "character", "subword" or "word"; got "{self.level}".')
        check_clean(self.clean)

    def __call__(self, text: str) -> Sequence[str]:
        """The tokens of a text. A str is the sequence of its characters: none of them is made an object."""
        text = cleaned(text, self.clean)
        if self.level == "character":
            return text
        return spaced_words(text) if self.spaced else words(text)

    def join(self, tokens: Iterable[str]) -> str:
        """Tokens as text: words with spaces between them, but beside Chinese characters."""
        return "".join(tokens) if self.level == "character" else join_words(tokens)

    def num_characters(self, token: str) -> int:
        """How many characters of a text a token stands for: a word for the space beside it, too, <eos> for one."""
        return 1 if self.level == "character" or token == END else len(token) + 1


def cleaned(text: str, clean: Clean) -> str:
    return only_letters(text) if clean == "letters" else text


def check_clean(clean: str) -> None:
    if clean not in ("letters", "none"):
        raise UsageError(f'A text is cleaned down to "letters", or not at all ("none"); got "{clean}".')


def join_words(tokens: Iterable[str]) -> str:
    """Words as text, with a space between them but beside Chinese characters; <eos> ends the line.

    >>> join_words(["2026", "年", "in", "words"])
    '2026年in words'
    """
    return _SPACE_AT_CHINESE.sub("", " ".join(tokens)).replace(f" {END} ", "\n").removesuffix(f" {END}")
