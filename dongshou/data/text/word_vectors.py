"""Word vectors: a vector for each of many words, and what lies near what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from dongshou.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from dongshou.data.text.vocabulary import Vocabulary

SLIPS = 2  # letters by which a word that is suggested differs, about


@dataclass(frozen=True, eq=False, repr=False)
class WordVectors:
    """Words, as a rule the most frequent first, and the vector of each, (words, size).

    Similarity is the cosine: cos(u, v) = u . v / (|u| |v|), 0 where a vector is 0.

    >>> vectors = WordVectors(["east", "north", "northeast"], torch.tensor([[2.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    >>> [(word, round(cosine, 3)) for word, cosine in vectors.nearest("east", 2).items()]
    [('northeast', 0.707), ('north', 0.0)]

    Raises UsageError when words and vectors do not go together, or a word stands there twice.
    """

    words: Sequence[str]
    vectors: Tensor

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or len(self.vectors) != len(self.words):
            raise UsageError(
                f"Vectors (words, size) are needed for {len(self.words):,} words; got {tuple(self.vectors.shape)}."
            )
        if len(self.rows) != len(self.words):
            twice = next(word for row, word in enumerate(self.words) if self.rows[word] != row)
            raise UsageError(f'The word "{twice}" has two vectors; each word has one.')

    def __repr__(self) -> str:
        return f"WordVectors({len(self):,} words, {self.size} numbers each: {', '.join(self.words[:5])}, ...)"

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self.rows

    def __getitem__(self, word: str) -> Tensor:
        """The vector of a word (size,). Raises UsageError, with words spelled alike, for one that is not there."""
        return self.vectors[self.row(word)]

    @property
    def size(self) -> int:
        return self.vectors.shape[1]

    @cached_property
    def rows(self) -> dict[str, int]:
        """Where the vector of each word stands."""
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def lengths(self) -> Tensor:
        """|v| of each vector (words,)."""
        return self.vectors.norm(dim=1)

    def row(self, word: str) -> int:
        """Where a word stands. Raises UsageError for one that is not there."""
        row = self.rows.get(word)
        if row is None:
            raise UsageError(
                f'There is no vector for "{word}" among those of {len(self):,} words.{self.spelled_alike(word)}'
            )
        return row

    def spelled_alike(self, word: str) -> str:
        """Words that are there, as the end of a message about one that is not."""
        return did_you_mean(word, self._spelled_like(word))

    def find(self, words: Iterable[str]) -> Tensor:
        """Where each word stands, as it is written or else in small letters; -1 for one that is not there. (n,)"""
        rows = self.rows
        return torch.tensor([rows.get(word, rows.get(word.lower(), -1)) for word in words], dtype=torch.long)

    def directions(self, rows: Tensor) -> Tensor:
        """Vectors of length 1 (n, size)."""
        return self.vectors[rows] / self.lengths[rows].clamp(min=torch.finfo(self.vectors.dtype).tiny)[:, None]

    def nearest(self, asked: str | Tensor, k: int = 10, without: Collection[str] = ()) -> dict[str, float]:
        """The k words whose vectors are most similar to a word's, or to a vector (size,), with their cosines, the most
        similar first. The word itself and those of `without` are left out."""
        vector = self[asked] if isinstance(asked, str) else asked
        left_out = {asked, *without} if isinstance(asked, str) else {*without}
        cosines = self.vectors @ vector / (self.lengths * vector.norm()).clamp(min=torch.finfo(vector.dtype).tiny)
        cosines[[self.rows[word] for word in left_out]] = -torch.inf
        top = cosines.topk(min(k, len(self) - len(left_out)))
        return {
            self.words[int(row)]: cosine for row, cosine in zip(top.indices.tolist(), top.values.tolist(), strict=True)
        }

    def analogy(self, a: str, b: str, c: str, k: int = 1) -> dict[str, float]:
        """a is to b as c is to what: the k words nearest to b/|b| - a/|a| + c/|c|, but none of the three (3CosAdd).

        Mikolov et al., 2013, "Linguistic Regularities in Continuous Space Word Representations"
        """
        return self.nearest(self.sum([b, c], [a]), k, {a, b, c})

    def sum(self, plus: Sequence[str], minus: Sequence[str] = ()) -> Tensor:
        """Directions added and subtracted (size,): each word weighs the same, however long its vector is."""
        rows = torch.tensor([self.row(word) for word in (*plus, *minus)])
        signs = torch.tensor([1.0] * len(plus) + [-1.0] * len(minus), dtype=self.vectors.dtype)
        return signs @ self.directions(rows)

    def for_vocabulary(self, vocabulary: Vocabulary) -> tuple[Tensor, Tensor]:
        """Weights of an embedding (tokens, size), 0 where there is no vector, and where there is one (tokens,)."""
        rows = self.find(vocabulary.to_list())
        found = rows >= 0
        weights = self.vectors.new_zeros(len(rows), self.size)
        weights[found] = self.vectors[rows[found]]
        return weights, found

    def _spelled_like(self, word: str) -> list[str]:
        """Words of about the same letters: a quick choice, for the edit distance to hundreds of thousands is slow."""
        letters = set(word.lower())
        return [
            other
            for other in self.words
            if abs(len(other) - len(word)) <= SLIPS and len(letters.symmetric_difference(other.lower())) <= SLIPS
        ]
