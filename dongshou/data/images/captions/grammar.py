"""A small language for pictures of one or two digits, and which of its sentences are kept for the test.

    a three | a large three                                     one digit
    a three left of a nine | a small three right of a large nine    two different ones
    two sevens | two sevens, the left one large                 twice the same one

Every word occurs in many captions to learn from; what is kept back are combinations: one in seven of the pairs of
different digits with their order, and two of ten digits in each sentence about two of the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from dongshou.errors import UsageError, did_you_mean

PAD, START = 0, 1  # tokens

Size = Literal["large", "small"]
SIZES: tuple[Size, ...] = ("large", "small")
SIDES = ("left", "right")
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
EXAMPLES = (  # of the captions that are kept for the test
    "a three left of a nine",
    "two sevens, the left one large",
    "a small zero right of a large two",
    "a large three left of a small two",
    "two eights, the right one large",
    "an eight left of a one",
)
PLURALS = ("zeros", "ones", "twos", "threes", "fours", "fives", "sixes", "sevens", "eights", "nines")


class Thing(NamedTuple):
    """A digit of a caption; without a size it may have any."""

    digit: int
    size: Size | None = None

    def __str__(self) -> str:
        words = [self.size, NUMBERS[self.digit]] if self.size else [NUMBERS[self.digit]]
        return " ".join(["an" if words[0] == "eight" else "a", *words])


class Caption(NamedTuple):
    """A sentence, and what it says: the digits from left to right.

    is_kept  for the test
    """

    text: str
    things: tuple[Thing, ...]
    is_kept: bool = False


@lru_cache
def captions(kept: bool) -> tuple[Caption, ...]:
    """All sentences of the language that are kept for the test, or all others."""
    every = itertools.chain(of_one(), of_two(), of_twice_the_same())
    return tuple(caption for caption in every if caption.is_kept == kept)


def of_one() -> Iterator[Caption]:
    for digit, size in itertools.product(range(10), (None, *SIZES)):
        yield Caption(str(Thing(digit, size)), (Thing(digit, size),))


def of_two() -> Iterator[Caption]:
    sizes: list[tuple[Size | None, Size | None]] = [(None, None), ("large", "small"), ("small", "large")]
    for first, second, side in itertools.product(range(10), range(10), (0, 1)):
        is_kept = (3 * first + second + 2 * side) % 7 == 4
        for one, other in sizes if first != second else ():
            things = Thing(first, one), Thing(second, other)
            text = f"{things[0]} {SIDES[side]} of {things[1]}"
            yield Caption(text, things if side == 0 else things[::-1], is_kept)


def of_twice_the_same() -> Iterator[Caption]:
    for digit in range(10):
        yield Caption(f"two {PLURALS[digit]}", (Thing(digit), Thing(digit)))
        for form, (side, size) in enumerate(itertools.product((0, 1), SIZES)):
            things = [Thing(digit), Thing(digit)]
            things[side] = Thing(digit, size)
            things[1 - side] = Thing(digit, SIZES[1 - SIZES.index(size)])  # one of two is large beside a small one
            text = f"two {PLURALS[digit]}, the {SIDES[side]} one {size}"
            yield Caption(text, (things[0], things[1]), (digit + 2 * form) % 5 == 2)


# Words


def words_of(text: str) -> list[str]:
    """Its words in small letters, commas by themselves."""
    return text.lower().replace(",", " , ").split()


@lru_cache
def vocabulary() -> tuple[str, ...]:
    """What fills up, what begins a caption, and all words of the language."""
    words = {word for kept in (False, True) for caption in captions(kept) for word in words_of(caption.text)}
    return ("<pad>", "<caption>", *sorted(words))


@lru_cache
def longest() -> int:
    """Tokens of the longest caption, with the one that begins it."""
    return 1 + max(len(words_of(caption.text)) for kept in (False, True) for caption in captions(kept))


def tokens_of(text: str) -> Tensor:
    """The numbers of its words, filled up, (1, longest). Raises UsageError for a caption that is no such sentence."""
    words, known = words_of(text), vocabulary()
    if not words:
        raise UsageError(f'A caption has words, as in "{EXAMPLES[0]}"; this one is empty.')
    for word in words:
        if word not in known[2:]:
            near = did_you_mean(word, known[2:])
            raise UsageError(f'The model knows no word "{word}".{near} It reads captions such as "{EXAMPLES[0]}".')
    if len(words) >= longest():
        raise UsageError(f"A caption has at most {longest() - 1} words, commas included; got {len(words)}.")
    numbers = [START, *map(known.index, words)]
    return torch.tensor([numbers + [PAD] * (longest() - len(numbers))])
