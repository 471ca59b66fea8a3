"""Byte-pair encoding by its definition: the merges of the book's page, and those of the fast way."""

from __future__ import annotations

from random import Random

from dongshou.data.text.subwords import learning
from dongshou.data.text.subwords.plain import count_pairs, learn_merges, merge, segment

BOOK = {"fast_": 4, "faster_": 3, "tall_": 5, "taller_": 4}
PRINTED = ["ta", "tal", "tall", "fa", "fas", "fast", "er", "er_", "tall_", "fast_"]


def test_the_merges_of_the_book_in_their_order():
    assert ["".join(pair) for pair in learn_merges(BOOK, 10)] == PRINTED
    assert ["".join(pair) for pair in learn_merges(BOOK, 2)] == PRINTED[:2]


def test_it_ends_when_every_word_is_one_symbol():
    merges = learn_merges(BOOK, 100)
    assert [*map("".join, merges)][-2:] == ["taller_", "faster_"] and len(merges) == 12


def test_new_words_are_cut_as_in_the_book():
    known = {*"abcdefghijklmnopqrstuvwxyz_", *PRINTED}
    assert segment("tallest_", known) == ["tall", "e", "s", "t", "_"]
    assert segment("fatter_", known) == ["fa", "t", "t", "er_"]
    assert segment("ta11", known) == ["ta", "[UNK]"]


def test_the_fast_way_merges_a_most_frequent_pair_each_time():
    random = Random(0)
    for _ in range(60):
        alphabet = "abcd"[: random.choice([1, 2, 4])]
        words = {"".join(random.choices(alphabet, k=random.randint(1, 8))): random.randint(1, 9) for _ in range(6)}
        tokens, merges = learning.learn_merges(words, sorted({*"".join(words)}), 12)
        symbols = {word: list(word) for word in words}
        for left, right in merges:
            counts = count_pairs(symbols, words)
            pair = tokens[left], tokens[right]
            lowest = min((tokens.index(a), tokens.index(b)) for a, b in counts if counts[a, b] == max(counts.values()))
            assert counts[pair] == max(counts.values()) and lowest == (left, right)
            symbols = {word: merge(symbols[word], pair) for word in words}
