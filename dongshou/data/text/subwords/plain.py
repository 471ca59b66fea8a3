"""Byte-pair encoding as it is defined, a line for each thought (Sennrich et al., 2016).

All pairs are counted again after each merge; `learning` has the same for large texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

Pair = tuple[str, str]


def learn_merges(words: Mapping[str, int], num_merges: int) -> list[Pair]:
    """The pairs to merge, in this order, from words and how often each occurs.

    Each time it is the most frequent pair of neighbors, of several the one seen first. It ends sooner where
    every word is one symbol.

    >>> learn_merges({"fast_": 4, "faster_": 3, "tall_": 5, "taller_": 4}, 4)
    [('t', 'a'), ('ta', 'l'), ('tal', 'l'), ('f', 'a')]
    """
    symbols = {word: list(word) for word in words}
    merges = []
    for _ in range(num_merges):
        counts = count_pairs(symbols, words)
        if not counts:
            break
        best = max(counts, key=lambda pair: counts[pair])  # the first of several
        merges.append(best)
        symbols = {word: merge(symbols[word], best) for word in words}
    return merges


def count_pairs(symbols: Mapping[str, Sequence[str]], words: Mapping[str, int]) -> Counter[Pair]:
    """How often two symbols stand side by side within a word."""
    counts: Counter[Pair] = Counter()
    for word, frequency in words.items():
        for pair in zip(symbols[word], symbols[word][1:], strict=False):
            counts[pair] += frequency
    return counts


def merge(symbols: Sequence[str], pair: Pair) -> list[str]:
    """The symbols with each such pair, from left to right, as one.

    >>> merge(["a", "a", "a", "b"], ("a", "a"))
    ['aa', 'a', 'b']
    """
    merged, place = [], 0
    while place < len(symbols):
        is_pair = tuple(symbols[place : place + 2]) == pair
        merged.append("".join(pair) if is_pair else symbols[place])
        place += 2 if is_pair else 1
    return merged


def segment(word: str, known: set[str]) -> list[str]:
    """The longest known sub-words from left to right, as the book cuts a new word; what is not known is [UNK].

    >>> segment("tallest_", {"tall", "e", "s", "t", "_"})
    ['tall', 'e', 's', 't', '_']
    """
    start, found = 0, []
    while start < len(word):
        ends = [end for end in range(len(word), start, -1) if word[start:end] in known]
        if not ends:
            return [*found, "[UNK]"]
        found.append(word[start : ends[0]])
        start = ends[0]
    return found
