"""Negative sampling: each true word among words drawn at random, to be told from them (Mikolov et al., 2013)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from dongshou.errors import UsageError

POWER = 0.75  # of the frequencies: between how words are distributed and all alike


class Asked(NamedTuple):
    """What the output layer is asked of each pair: rows of it, whether the answer is yes, and what each weighs."""

    outputs: Tensor  # (pairs, asked)
    labels: Tensor  # (pairs, asked), 0. or 1.
    weights: Tensor  # (pairs, asked)


class Questions(Protocol):
    """How a word is asked for without a sum over the whole vocabulary.

    num_outputs  rows of the output layer
    """

    num_outputs: int

    def ask(self, words: Tensor, group: Tensor, avoided: Tensor, generator: torch.Generator) -> Asked:
        """For each word (pairs,). The words that are no wrong answers to its group (pairs,) are avoided (n, groups),
        where -1 stands for none."""
        ...

    def to(self, device: torch.device) -> None: ...


class NegativeSampling:
    """A word first, label 1, then `num_negatives` from the noise, label 0: P(w) = f(w)^0.75 / sum of f^0.75.

    A pair weighs 1, shared by what is asked of it. A negative that is among the words to avoid is drawn once more; one
    that still is does not count.
    frequencies  of each word (vocabulary,); those with 0 are never drawn
    """

    def __init__(self, frequencies: Tensor, num_negatives: int = 5) -> None:
        if num_negatives < 1:
            raise UsageError(f"Negative sampling needs num_negatives of 1 or more; got {num_negatives}.")
        self.num_outputs = len(frequencies)
        self.num_negatives = num_negatives
        self.noise = AliasTable(frequencies.double() ** POWER)

    def ask(self, words: Tensor, group: Tensor, avoided: Tensor, generator: torch.Generator) -> Asked:
        negatives = self.noise.draw((self.num_negatives, len(words)), generator).to(words.device)  # (negatives, pairs)
        place, pair = hits = is_avoided(negatives, group, avoided).nonzero(as_tuple=True)  # some in a thousand
        negatives[hits] = again = self.noise.draw(pair.shape, generator).to(words.device)
        counts = torch.ones(len(words), 1 + self.num_negatives, device=words.device)
        counts[pair, 1 + place] = (again != avoided[:, group[pair]]).all(0).float()
        labels = torch.zeros_like(counts)
        labels[:, 0] = 1
        asked = torch.empty(counts.shape, dtype=torch.int32, device=words.device)
        asked[:, 0], asked[:, 1:] = words, negatives.T
        return Asked(asked, labels, counts / counts.sum(1, keepdim=True))

    def to(self, device: torch.device) -> None:
        """Draws are made on the CPU, so that they are the same on every device."""


class AliasTable:
    """Draws from a discrete distribution with one random number and two look-ups, however many outcomes there are.

    n columns of equal width share the distribution out so that none holds more than two outcomes: its own, up to its
    `share`, and above it its `alias` (Walker, 1977; built as Vose does, 1991).
    """

    def __init__(self, weights: Tensor) -> None:
        heights = (weights.double() / weights.double().sum() * len(weights)).tolist()
        self.share, self.alias = torch.ones(len(heights)), torch.arange(len(heights), dtype=torch.int32)
        small = [i for i, height in enumerate(heights) if height < 1]
        large = [i for i, height in enumerate(heights) if height >= 1]
        while small and large:
            low, high = small.pop(), large[-1]
            self.share[low], self.alias[low] = heights[low], high
            heights[high] -= 1 - heights[low]
            if heights[high] < 1:
                small.append(large.pop())
        for i in small:  # all but rounding errors; an outcome of weight 0 was given an alias before
            self.share[i] = 1 if weights[i] > 0 else 0
            self.alias[i] = i if weights[i] > 0 else int(weights.argmax())

    def draw(self, shape: Sequence[int], generator: torch.Generator) -> Tensor:
        """Outcomes, int32."""
        size = torch.Size(shape).numel()
        column = torch.randint(len(self.share), (size,), generator=generator, dtype=torch.int32)
        is_own = torch.rand(size, generator=generator) < self.share.index_select(0, column)
        return torch.where(is_own, column, self.alias.index_select(0, column)).view(shape)


def is_avoided(words: Tensor, group: Tensor, avoided: Tensor) -> Tensor:
    """Whether each word (n, pairs) is one of those to avoid (m, groups) of its group (pairs,)."""
    found = torch.zeros_like(words, dtype=torch.bool)
    for some in avoided:  # pairs last: whole vectors are compared at a time, a few words of each pair are not
        found |= words == some.index_select(0, group)
    return found
