"""How good word vectors are: by what people think of pairs of words, and by analogies."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from dongshou.data.sets.word_similarity import Analogy, read_analogies, read_judgements
from dongshou.data.text.word_vectors import WordVectors

SCORES = 1 << 26  # similarities that are computed at a time: 256 MB


class Similarity(NamedTuple):
    """How the cosines rank the pairs of a set, beside people.

    spearman  rank correlation, from -1 to 1; nan for fewer than two pairs
    pairs     of which both words have a vector, among `of`
    """

    spearman: float
    pairs: int
    of: int


class Share(NamedTuple):
    """Analogies that were completed right, of those whose four words have vectors, of all."""

    right: int
    asked: int
    of: int

    @property
    def accuracy(self) -> float:
        return self.right / self.asked if self.asked else float("nan")


def word_similarities(vectors: WordVectors, num_seen: int | None = None) -> dict[str, Similarity]:
    """Spearman's correlation of the cosines with people's judgements, for each set of `word_similarity.SETS`.

    num_seen  only pairs with a word that is not among the first so many: those whose vectors come from parts of words

    A word is looked for as it is written, then in small letters; a pair with a word that has no vector is left out.
    """
    similarities = {}
    for name, (one, other, scores) in read_judgements().items():
        rows = torch.stack([vectors.find(one), vectors.find(other)])  # (2, pairs)
        found = (rows >= 0).all(0)  # (pairs,)
        found &= (rows >= (num_seen or 0)).any(0)
        u, v = vectors.directions(rows[:, found].flatten()).unflatten(0, (2, -1))  # (found, size) each
        judged = torch.tensor(scores, dtype=torch.float64)[found]
        similarities[name] = Similarity(spearman((u * v).sum(1).double(), judged), int(found.sum()), len(scores))
    return similarities


def spearman(x: Tensor, y: Tensor) -> float:
    """Pearson's correlation of the ranks, equal values sharing the mean of theirs. x, y: (n,)

    nan for fewer than two values, or where all of one kind are equal (Spearman, 1904).
    """
    if len(x) < 2:
        return float("nan")
    r, s = (ranks - ranks.mean() for ranks in (mean_ranks(x), mean_ranks(y)))
    return float((r @ s) / (r.norm() * s.norm()))


def mean_ranks(x: Tensor) -> Tensor:
    """The place of each value among all, from 1, float64 (n,); equal values have the mean of their places."""
    _, which, counts = x.unique(return_inverse=True, return_counts=True)
    last = counts.cumsum(0)  # the last place of each value
    return (last - (counts - 1) / 2.0).double()[which]


def analogies(vectors: WordVectors, among: int | None = None) -> dict[str, Share]:
    """How many analogies of each section are completed right: the word whose direction is nearest to b - a + c, the
    three given ones left out (3CosAdd; Levy and Goldberg, 2014).

    among  the answer is one of the first so many words, by default of all
    """
    directions = vectors.directions(torch.arange(len(vectors))[:among])  # (words, size)
    shares = {}
    for section, questions in read_analogies().items():
        rows = vectors.find([word for question in questions for word in question]).view(-1, len(Analogy._fields))
        asked = rows[((rows >= 0) & (rows < len(directions))).all(1)]  # (asked, 4)
        answers = completed(directions, asked[:, :3])
        shares[section] = Share(int((answers == asked[:, 3]).sum()), len(asked), len(rows))
    return shares


def completed(directions: Tensor, given: Tensor) -> Tensor:
    """The rows of the words that complete a, b, c (questions, 3): (questions,). Directions are (words, size)."""
    answers = [given.new_empty(0)]
    for rows in given.split(max(1, SCORES // len(directions))):
        a, b, c = directions[rows].unbind(1)  # (block, size) each
        scores = (b - a + c) @ directions.T  # (block, words)
        scores.scatter_(1, rows, -torch.inf)
        answers.append(scores.argmax(1))
    return torch.cat(answers)


def all_sections(shares: dict[str, Share]) -> Share:
    """The sections as one."""
    return Share(*(sum(counts) for counts in zip(*shares.values(), strict=True)))


def word_metrics(vectors: WordVectors, among: int | None = None) -> dict[str, float]:
    """Everything in numbers: `wordsim_353` and `wordsim_353_pairs`, ..., `analogies` and `analogies_asked`.

    What has no value, for too few words have vectors, is left out.
    """
    metrics: dict[str, float] = {}
    for name, (value, pairs, _) in word_similarities(vectors).items():
        if value == value:
            metrics |= {name: value, f"{name}_pairs": pairs}
    whole = all_sections(analogies(vectors, among))
    return metrics | ({"analogies": whole.accuracy, "analogies_asked": whole.asked} if whole.asked else {})
