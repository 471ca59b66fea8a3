"""How often words stand near each other, counted in one pass over the text as arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from scipy.sparse import csr_matrix
from torch import Tensor

from dongshou.data.batches import Batches
from dongshou.data.sets.corpora import read_corpus
from dongshou.data.text.splits import TextSplits
from dongshou.data.text.tokens import words
from dongshou.data.text.word_contexts import MARKS, cut, frequent, numbered
from dongshou.errors import UsageError


def cooccurrences(ids: Tensor, lines: Tensor, num_words: int, window: int, weighted: bool = True) -> csr_matrix:
    """X (words, words), float64: for each pair of places on one line at most `window` apart 1 / distance is added, in
    both directions; 1 where not weighted. ids and lines are (tokens,), a line's tokens beside each other.

    Pennington et al., 2014, section 4.2. Raises UsageError for a window below 1.
    """
    if window < 1:
        raise UsageError(f"A window reaches at least to the next word; got {window}.")
    words, line = ids.numpy(), lines.numpy()
    counts = csr_matrix((num_words, num_words))
    for distance in range(1, min(window, len(words) - 1) + 1):
        together = line[:-distance] == line[distance:]
        one, other = words[:-distance][together], words[distance:][together]
        weights = np.full(len(one), 1 / distance if weighted else 1.0)
        counts += csr_matrix((weights, (one, other)), shape=counts.shape)  # what is there twice is added up
    return (counts + counts.T).tocsr()


def mutual_information(counts: csr_matrix, smoothing: float = 0.75) -> csr_matrix:
    """Positive pointwise mutual information: max(0, log P(w, c) / (P(w) P'(c))), P'(c) ~ count(c)^smoothing.

    The power makes rare contexts less surprising than they are (Levy, Goldberg and Dagan, 2015).
    """
    pairs = counts.tocoo()
    words = np.asarray(counts.sum(1)).ravel()  # (words,)
    contexts = np.asarray(counts.sum(0)).ravel() ** smoothing
    information = np.log(pairs.data * contexts.sum() / (words[pairs.row] * contexts[pairs.col]))
    return csr_matrix((information.clip(min=0), (pairs.row, pairs.col)), shape=counts.shape)


def load_cooccurrences(
    name: str = "python-manual",
    batch_size: int = 1024,
    *,
    window: int = 10,
    min_frequency: int = 5,
    encoding: str = "utf-8",
) -> CooccurrenceSplits:
    """A text by its name or path as the pairs of words that stand near each other: batches of words and contexts
    (batch,), int64, and how often, weighted by distance (batch,), float32.

    Rarer words than min_frequency and <unk> are left out: the words around them become neighbours. Raises
    FilesNotFound where there is no such text, UsageError where too few words are left, or none lie together.
    """
    corpus = read_corpus(name, encoding)
    tokens = cut(corpus.train, corpus.spaced)
    vocabulary = frequent(tokens, min_frequency, Path(name).name)
    counts = cooccurrences(*numbered(tokens, vocabulary), len(vocabulary), window)
    pairs = counts.tocoo()
    if not pairs.nnz:
        raise UsageError(f"No two words of {Path(name).name} stand near each other: a longer text is needed.")
    row, column = (torch.from_numpy(index.astype(np.int64)) for index in (pairs.row, pairs.col))
    batches = Batches(
        row, column, torch.from_numpy(pairs.data).float(), batch_size=min(batch_size, pairs.nnz), shuffle=True
    )
    return CooccurrenceSplits(
        batches,
        counts=counts,
        name=Path(name).name,
        vocabulary=vocabulary,
        tokenize=words,
        join=" ".join,
        files=corpus.files,
    )


class CooccurrenceSplits(TextSplits):
    """Pairs of words, and `counts`, the sparse matrix (words, words) of all of them."""

    def __init__(self, train: Batches, *, counts: csr_matrix, **about) -> None:
        super().__init__(train, **about)
        self.counts = counts

    def known(self) -> list[int]:
        """The numbers of the words: all of the vocabulary but its marks."""
        return [id for id, word in enumerate(self.vocabulary.to_list()) if word not in MARKS]
