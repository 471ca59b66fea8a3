"""Counts of n-grams, and Zipf's law."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice

import numpy as np

from dongshou.errors import UsageError


def count_ngrams(tokens: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    """How often each sequence of n tokens occurs.

    >>> count_ngrams("abab", 2)
    Counter({('a', 'b'): 2, ('b', 'a'): 1})
    """
    return Counter(zip(*(islice(tokens, start, None) for start in range(n)), strict=False))


def by_rank(counts: Mapping[tuple[str, ...], int]) -> np.ndarray:
    """The counts, the largest first: entry r - 1 is how often the one of rank r occurs, int64 (different n-grams,)."""
    return np.sort(np.fromiter(counts.values(), np.int64, len(counts)))[::-1]


def zipf_exponent(frequencies: np.ndarray, first: int = 10, last: int = 1000) -> float:
    """a in frequency = c / rank^a (Zipf, 1935): the least-squares line through log frequency over log rank.

    Only the ranks from `first` to `last` are used: the few most frequent words and the many that occur once
    lie off the line. Raises UsageError where there are no two of these ranks.
    """
    if len(frequencies) <= first:
        raise UsageError(
            f"Zipf's law needs more than {first} different words; got {len(frequencies)}. Take a longer text."
        )
    ranks = np.arange(1, len(frequencies) + 1)
    chosen = slice(first - 1, last)
    slope, _ = np.polyfit(np.log(ranks[chosen]), np.log(frequencies[chosen]), deg=1)
    return -float(slope)
