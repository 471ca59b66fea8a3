"""The character n-grams of words, as fastText makes vectors of them (Bojanowski et al., 2017)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dongshou.data.text.contexts import NONE
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import UsageError

BEGIN, END = "<", ">"  # of a word: "<her>" is the word, "her" a part of "where"
FNV_OFFSET, FNV_PRIME, BITS = 2166136261, 16777619, 0xFFFFFFFF


class CharacterNgrams:
    """Each word is its own row, where it is in the vocabulary, and a row for each of its n-grams.

    vocabulary       whose words have the first rows
    shortest, longest  characters of an n-gram, the marks of begin and end among them
    num_buckets      rows that n-grams share, each by its hash: so there need be no list of n-grams, and one that was
                     never seen has a row too

    Raises UsageError for lengths or a number that make no n-grams.
    """

    def __init__(
        self, vocabulary: Vocabulary, *, shortest: int = 3, longest: int = 6, num_buckets: int = 2_000_000
    ) -> None:
        if not 1 <= shortest <= longest or num_buckets < 1:
            raise UsageError(
                f"n-grams need 1 <= shortest <= longest and num_buckets of 1 or more; got {shortest}, {longest} and"
                f" {num_buckets}."
            )
        self.vocabulary = vocabulary
        self.shortest, self.longest = shortest, longest
        self.num_buckets = num_buckets

    @property
    def num_rows(self) -> int:
        return len(self.vocabulary) + self.num_buckets

    def rows(self, word: str) -> list[int]:
        """The rows of a word, seen or not; of one that is not and too short for an n-gram there are none."""
        hashes = (fnv1a(ngram.encode()) for ngram in ngrams(word, self.shortest, self.longest))
        own = [self.vocabulary[word]] if word in self.vocabulary else []
        return own + [len(self.vocabulary) + hash % self.num_buckets for hash in hashes]

    def of_words(self, words: Sequence[str]) -> Tensor:
        """The rows of each word, (words, most), padded with -1."""
        rows = [torch.tensor(self.rows(word), dtype=torch.long) for word in words]
        return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=NONE)


def ngrams(word: str, shortest: int, longest: int) -> list[str]:
    """Every piece of "<word>" of so many characters, the whole among them, but for a mark alone.

    >>> ngrams("as", 2, 3)
    ['<a', '<as', 'as', 'as>', 's>']
    """
    marked = f"{BEGIN}{word}{END}"
    pieces = [
        marked[start : start + size]
        for start in range(len(marked))
        for size in range(shortest, longest + 1)
        if start + size <= len(marked)
    ]
    return [piece for piece in pieces if piece not in (BEGIN, END)]


def fnv1a(text: bytes) -> int:
    """A hash of 32 bits (Fowler, Noll, Vo), as fastText has it: bytes from 128 on are negative numbers there."""
    hash = FNV_OFFSET
    for byte in text:
        hash = ((hash ^ (byte if byte < 128 else byte | 0xFFFFFF00)) * FNV_PRIME) & BITS
    return hash
