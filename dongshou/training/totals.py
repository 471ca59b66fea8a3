"""From the quantities of single batches to the metrics of an epoch, without waiting for the device at each step."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

from dongshou.tasks import Quantities, Quantity


@dataclass
class Sum:
    """One quantity, summed: on the host so far, and what has not been read from the device yet."""

    total: float = 0.0
    weight: float = 0.0
    waiting: list[Quantity] = field(default_factory=list)

    def read(self) -> list[float]:
        """Fetch what waits, all at once; the mean of each batch."""
        if not self.waiting:
            return []
        totals = torch.stack([quantity.total for quantity in self.waiting]).tolist()
        weights = weights_of(self.waiting)
        self.waiting.clear()
        self.total += math.fsum(totals)
        self.weight += math.fsum(weights)
        return [total / weight if weight else math.nan for total, weight in zip(totals, weights, strict=True)]


class Totals:
    """Sums of named quantities over batches; `means()` gives the metrics."""

    def __init__(self) -> None:
        self.sums: dict[str, Sum] = {}
        self.finish = {}

    def add(self, quantities: Quantities) -> None:
        for name, quantity in quantities.items():
            if name not in self.sums:
                self.sums[name] = Sum()
                self.finish[name] = quantity.finish
            self.sums[name].waiting.append(quantity)

    def read(self) -> dict[str, list[float]]:
        """Fetch what waits on the device: for each quantity the mean of every batch since the last read."""
        return {name: sum.read() for name, sum in self.sums.items()}

    def means(self) -> dict[str, float]:
        """The mean of each quantity over all batches, finished as the task says."""
        self.read()
        return {name: self._mean(name, sum) for name, sum in self.sums.items()}

    def _mean(self, name: str, sum: Sum) -> float:
        return self.finished(name, sum.total / sum.weight) if sum.weight else math.nan

    def finished(self, name: str, mean: float) -> float:
        """What the task makes of a mean of this quantity."""
        finish = self.finish[name]
        return mean if finish is None else finish(mean)


def weights_of(quantities: list[Quantity]) -> list[float]:
    if isinstance(quantities[0].weight, Tensor):
        return torch.stack([torch.as_tensor(quantity.weight) for quantity in quantities]).tolist()
    return [float(quantity.weight) for quantity in quantities]
