"""Learning byte-pair merges fast: pairs are counted once, and after each merge only what it has changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush

Pair = tuple[int, int]
Changes = Iterator[tuple[Pair, int]]


def learn_merges(
    words: Mapping[str, int], alphabet: Sequence[str], num_tokens: int, min_frequency: int = 0
) -> tuple[list[str], list[Pair]]:
    """The tokens by their numbers, and the pairs of numbers to merge, in this order; as Hugging Face's tokenizers.

    words       distinct words and how often each occurs; each of their characters is in the alphabet
    alphabet    the tokens to begin with
    num_tokens  to end with; fewer where the words are used up, or no pair occurs min_frequency times

    Each time it is the most frequent pair, of several the one with the lowest numbers. No two merges make the same
    token: how a string is merged does not depend on what stands around it.
    """
    tokens = list(alphabet)
    numbers = {token: number for number, token in enumerate(tokens)}
    symbols = [[numbers[character] for character in word] for word in words]
    frequencies = list(words.values())
    counts, places = count_pairs(symbols, frequencies)
    queue = [(-total, pair, places[pair]) for pair, total in counts.items()]  # each pair once: no sets are compared
    heapify(queue)
    merges: list[Pair] = []
    while queue and len(tokens) < num_tokens:
        total, pair, where = heappop(queue)
        if -total != counts[pair]:  # merges have taken some of them since
            heappush(queue, (-counts[pair], pair, where))
            continue
        if -total < max(1, min_frequency):
            break
        new = add_token(tokens[pair[0]] + tokens[pair[1]], tokens, numbers)
        merges.append(pair)
        for created, words_with_it in merge_everywhere(pair, new, where, symbols, frequencies, counts).items():
            if counts[created] > 0:
                heappush(queue, (-counts[created], created, words_with_it))
    return tokens, merges


def count_pairs(
    symbols: Sequence[Sequence[int]], frequencies: Sequence[int]
) -> tuple[defaultdict[Pair, int], defaultdict[Pair, set[int]]]:
    """How often each pair occurs, and in which words."""
    counts: defaultdict[Pair, int] = defaultdict(int)
    places: defaultdict[Pair, set[int]] = defaultdict(set)
    for index, (word, frequency) in enumerate(zip(symbols, frequencies, strict=True)):
        for pair in zip(word, word[1:], strict=False):
            counts[pair] += frequency
            places[pair].add(index)
    return counts, places


def add_token(token: str, tokens: list[str], numbers: dict[str, int]) -> int:
    """The number of a token, a new one unless a special token is spelt the same."""
    if token not in numbers:
        numbers[token] = len(tokens)
        tokens.append(token)
    return numbers[token]


def merge_everywhere(
    pair: Pair,
    new: int,
    where: set[int],
    symbols: list[list[int]],
    frequencies: Sequence[int],
    counts: defaultdict[Pair, int],
) -> dict[Pair, set[int]]:
    """Merge a pair in these words, and count the neighbors it gains and loses; the pairs gained, with their words."""
    created: defaultdict[Pair, set[int]] = defaultdict(set)
    for index in where:
        frequency = frequencies[index]
        for neighbors, change in merge(symbols[index], pair, new):
            counts[neighbors] += change * frequency
            if change > 0:
                created[neighbors].add(index)
    return created


def merge(word: list[int], pair: Pair, new: int) -> Changes:
    """Merge a pair in a word, in place, from left to right: the pairs of neighbors that go (-1) and come (+1)."""
    left, right = pair
    place = 0
    while place < len(word) - 1:
        if word[place] == left and word[place + 1] == right:
            if place > 0:
                yield (word[place - 1], left), -1
                yield (word[place - 1], new), 1
            word[place : place + 2] = [new]
            if place + 1 < len(word):
                yield (right, word[place + 1]), -1
                yield (new, word[place + 1]), 1
        place += 1
