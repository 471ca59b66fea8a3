"""Negative sampling: each true word among words drawn at random, to be told from them (Mikolov et al., 2013)."""

from __future__ import annotations

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

    def ask(self, words: Tensor, avoided: Tensor, generator: torch.Generator) -> Asked:
        """For each word (pairs,) and the words (pairs, n) that are no wrong answers; -1 stands for none."""
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

    def ask(self, words: Tensor, avoided: Tensor, generator: torch.Generator) -> Asked:
        negatives = self.noise.draw((len(words), self.num_negatives), generator).to(words.device)
        hits = is_among(negatives, avoided).nonzero(as_tuple=True)  # some in a thousand
        negatives[hits] = self.noise.draw(hits[0].shape, generator).to(words.device)
        asked = torch.cat([words[:, None], negatives], 1)
        counts = torch.ones_like(asked, dtype=torch.bool)
        counts[hits[0], 1 + hits[1]] = (negatives[hits][:, None] != avoided[hits[0]]).all(1)
        labels = torch.zeros(asked.shape, device=words.device)
        labels[:, 0] = 1
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
        self.share, self.alias = torch.ones(len(heights), dtype=torch.double), torch.arange(len(heights))
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

    def draw(self, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """Outcomes, int64."""
        at = torch.rand(shape, generator=generator, dtype=torch.double) * len(self.share)  # 53 bits for both parts
        column = at.long()
        return torch.where(at - column < self.share[column], column, self.alias[column])


def is_among(words: Tensor, others: Tensor) -> Tensor:
    """Whether each word (pairs, words) is one of the others (pairs, n) of its row."""
    return (words[:, :, None] == others[:, None]).any(-1)
