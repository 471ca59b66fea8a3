"""Guessing a masked word by counting: how frequent words are, and what followed the word before the gap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

from dongshou.data.text.masked import CLASSIFY, IGNORED, MASK, SEPARATOR, MaskedPairs, Sentences
from dongshou.training.events import Metrics


class Guess(NamedTuple):
    """Of masked words: log P of the right one, and whether it is the most probable. (words,) each"""

    log_probabilities: Tensor
    is_right: Tensor


class Counts:
    """The words of a training text, counted alone and after the word before them; sentences begin after [CLS].

    unigram  P(w) = (count(w) + 1) / (N + V)
    bigram   P(w | h) = max(count(h w) - d, 0) / count(h) + d N(h) / count(h) P(w), where N(h) different words followed
             h: what is taken from them goes to the unigram (Ney, Essen and Kneser, 1994). After [MASK] the unigram.
    """

    def __init__(self, sentences: Sentences, num_reserved: int, discount: float = 0.75) -> None:
        vocabulary, words = sentences.vocabulary, sentences.tokens.cpu()
        self.num_words = len(vocabulary)
        self.discount = discount
        self.begin, self.ends, self.mask = vocabulary[CLASSIFY], vocabulary[SEPARATOR], vocabulary[MASK]
        counts = torch.bincount(words, minlength=self.num_words).double()
        counts[1:num_reserved] = -1  # no word of a text: probability 0
        self.unigram = (counts + 1) / (counts + 1).sum()
        before = words.roll(1)
        before[sentences.starts] = self.begin
        self.seen, num_seen = (before * self.num_words + words).unique(return_counts=True)  # h V + w, ascending
        self.num_seen = num_seen.double()
        self.history = self.seen // self.num_words
        self.of_history = torch.bincount(before, minlength=self.num_words).double()
        num_different = torch.bincount(self.history, minlength=self.num_words)
        # the share of the unigram after each history; all of it after one that was never seen
        self.left_over = torch.where(self.of_history > 0, discount * num_different / self.of_history.clamp(min=1), 1.0)
        self.most_probable = self._most_probable()

    def by_unigram(self, targets: Tensor) -> Guess:
        return Guess(self.unigram[targets].log(), targets == self.unigram.argmax())

    def by_bigram(self, before: Tensor, targets: Tensor) -> Guess:
        """before (words,): what the model is shown in front of each."""
        before = torch.where(before == self.ends, self.begin, before)
        before = torch.where(before == self.mask, self.ends, before)  # nothing was counted after [SEP]
        key = before * self.num_words + targets
        place = torch.searchsorted(self.seen, key).clamp(max=len(self.seen) - 1)
        times = torch.where(self.seen[place] == key, self.num_seen[place] - self.discount, 0.0)
        probabilities = times / self.of_history[before].clamp(min=1) + self.left_over[before] * self.unigram[targets]
        return Guess(probabilities.log(), targets == self.most_probable[before])

    def _most_probable(self) -> Tensor:
        """After each history; where the best of those seen is no better than the most frequent word, that one."""
        words = self.seen % self.num_words
        shares = (self.num_seen - self.discount) / self.of_history[self.history]
        probabilities = shares + self.left_over[self.history] * self.unigram[words]
        order = probabilities.argsort(stable=True)  # the best of each history comes last, and stays
        best = torch.full((self.num_words,), int(self.unigram.argmax()))
        highest = self.left_over * self.unigram.max()
        better = order[probabilities[order] > highest[self.history[order]]]
        best[self.history[better]] = words[better]
        return best


def measured(counts: Counts, batches: Iterable[MaskedPairs]) -> Metrics:
    """Loss in nats and accuracy of both ways of guessing, over all masked words."""
    guesses: dict[str, list[Guess]] = {"unigram": [], "bigram": []}
    for pairs in batches:
        is_asked = pairs.targets != IGNORED
        before = pairs.tokens.gather(1, (pairs.positions - 1).clamp(min=0))[is_asked].cpu()
        targets = pairs.targets[is_asked].cpu()
        guesses["unigram"].append(counts.by_unigram(targets))
        guesses["bigram"].append(counts.by_bigram(before, targets))
    metrics: Metrics = {}
    for name, parts in guesses.items():
        metrics[f"{name}_loss"] = -float(torch.cat([part.log_probabilities for part in parts]).mean())
        metrics[f"{name}_accuracy"] = float(torch.cat([part.is_right for part in parts]).double().mean())
    return metrics
