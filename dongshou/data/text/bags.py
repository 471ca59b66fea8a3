"""Texts as bags: how often each word, or each run of words, occurs in them, in whatever order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from dongshou.data.text.labelled import LabelledTexts, Text, sides
from dongshou.data.text.tokens import treebank_words
from dongshou.data.text.vocabulary import Vocabulary

Sparse = Any  # a csr_matrix of scipy.sparse, whose stubs do not know its methods


@dataclass(frozen=True)
class NGramTokenizer:
    """The words of a text, and after them the runs of up to `longest` words, each as one token: `not good`.

    >>> NGramTokenizer(longest=2)("Not good!")
    ['not', 'good', '!', 'not good', 'good !']
    """

    longest: int = 2
    words: Callable[[str], Sequence[str]] = treebank_words

    def __call__(self, text: str) -> list[str]:
        words = self.words(text)
        runs = (zip(*(words[start:] for start in range(n)), strict=False) for n in range(1, self.longest + 1))
        return list(map(" ".join, chain.from_iterable(runs)))


def vocabulary_of_bags(texts: LabelledTexts, tokenize: NGramTokenizer, min_frequency: int = 1) -> Vocabulary:
    """The n-grams of the texts to train on, <unk> the only one reserved."""
    return texts.vocabulary(tokenize, min_frequency, reserved=())


def counts_of(texts: Sequence[Text], vocabulary: Vocabulary, tokenize: NGramTokenizer) -> Sparse:
    """How often each n-gram occurs in each text, (texts, vocabulary), float64; the column of <unk> stays empty.

    The two sides of a pair are counted together.
    """
    from scipy.sparse import csr_matrix

    rows = [list(chain.from_iterable(map(vocabulary.ids, map(tokenize, sides(text))))) for text in texts]
    known = [[id for id in row if id != vocabulary.unknown] for row in rows]
    starts = np.cumsum([0, *map(len, known)])
    columns = np.fromiter(chain.from_iterable(known), np.int64, starts[-1])
    counts = csr_matrix((np.ones(len(columns)), columns, starts), (len(texts), len(vocabulary)))
    counts.sum_duplicates()
    return counts
