"""Whether what a generator makes is as varied as what it has learnt from, or it has collapsed to a few modes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

MOST = 1000  # examples of each kind whose neighbours are looked for
ALIKE = 0.15  # of the real distance to a neighbour: below it made examples are copies of each other
FEW_CLASSES = 0.5  # of the real number of classes


class Seen(NamedTuple):
    """What a classifier sees of a batch: features (batch, d) and classes (batch,)."""

    features: Tensor
    classes: Tensor


class Variety:
    """An accumulator: updated with what a classifier sees of real examples and of made ones.

    diversity        the median distance of a made example to its nearest neighbour among those made, over the same of
                     as many real ones: 0 for one picture made again and again
    class_diversity  exp(entropy) of the classes that made examples are taken for, over that of real ones: 1 where all
                     classes occur as often as they do there
    """

    higher_is_better = True

    def __init__(self, num_classes: int) -> None:
        self.counts = torch.zeros(2, num_classes, dtype=torch.int64)  # real, made
        self.features: tuple[list[Tensor], list[Tensor]] = ([], [])

    def update(self, outputs: tuple[Seen, Seen]) -> None:
        for kind, seen in enumerate(outputs):
            self.counts[kind] += torch.bincount(seen.classes, minlength=self.counts.shape[1]).cpu()
            if (room := MOST - self.num_kept(kind)) > 0:
                self.features[kind].append(seen.features[:room].float().cpu())

    def merge(self, other: Variety) -> None:
        self.counts += other.counts
        for kind in range(2):
            self.features[kind].extend(other.features[kind])

    def finish(self) -> dict[str, float]:
        num = min(self.num_kept(0), self.num_kept(1), MOST)
        real, made = (torch.cat(kept)[:num] for kept in self.features)
        diversity = nearest_distance(made) / nearest_distance(real) if num > 1 else 1.0
        effective = [effective_number(counts) for counts in self.counts]
        return {"diversity": diversity, "class_diversity": effective[1] / effective[0]}

    def num_kept(self, kind: int) -> int:
        return sum(map(len, self.features[kind]))


def nearest_distance(features: Tensor) -> float:
    """The median distance to the nearest other example, of features (n, d)."""
    distances = torch.cdist(features, features).fill_diagonal_(torch.inf)  # (n, n)
    return max(float(distances.amin(1).median()), 1e-12)


def effective_number(counts: Tensor) -> float:
    """exp(-sum p ln p): how many classes of one size would be as uncertain, of counts (classes,)."""
    shares = counts[counts > 0] / counts.sum()
    return float((-(shares * shares.log()).sum()).exp())


def has_collapsed(metrics: Mapping[str, float]) -> bool:
    """Whether these metrics of an evaluation, `test_diversity` and others, are those of few modes."""
    diversity, classes = metrics.get("test_diversity", 1.0), metrics.get("test_class_diversity", 1.0)
    return diversity < ALIKE or classes < FEW_CLASSES
