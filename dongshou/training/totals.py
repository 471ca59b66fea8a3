"""From the quantities of single batches to the metrics of an epoch, without waiting for the device at each step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from dongshou.errors import DongshouError, kind_of
from dongshou.tasks import Accumulator, Measured, Quantity


class Summed(NamedTuple):
    """What a sum has come to: numbers, or arrays of them."""

    total: Any = 0.0
    weight: Any = 0.0


NOTHING = Summed()


class Sum:
    """One quantity, summed in double precision: on the host so far, and what has not been read from the device yet.

    An array adds up where it lies and is looked at once, at the end.
    """

    def __init__(self, kind: Quantity, start: Summed = NOTHING) -> None:
        self.kind = kind
        self.is_array = kind.total.dim() > 0
        self.total, self.weight = start
        self.waiting: list[Quantity] = []

    def add(self, quantity: Quantity) -> None:
        if not self.is_array:
            self.waiting.append(quantity)
            return
        self.total = self.total + wide(quantity.total)
        self.weight = self.weight + (0.0 if quantity.weight is None else wide(quantity.weight))

    def read(self) -> list[float | None]:
        """Fetch what waits, all at once; the mean of each batch. None for a batch without any weight, such as one of
        ignored labels alone, whose loss is 0/0: it adds nothing."""
        if not self.waiting:
            return []
        totals = torch.stack([quantity.total for quantity in self.waiting]).tolist()
        weights = weights_of(self.waiting)
        self.waiting.clear()
        self.total += math.fsum(total for total, weight in zip(totals, weights, strict=True) if weight)
        self.weight += math.fsum(weights)
        return [total / weight if weight else None for total, weight in zip(totals, weights, strict=True)]

    def value(self) -> Any:
        """The mean over all batches, or the sum of a quantity without weight: a number, or a tensor on the CPU."""
        self.read()
        if self.kind.weight is None:
            return self.total.cpu().double() if self.is_array else self.total
        if self.is_array:
            return self.total.cpu().double() / torch.as_tensor(self.weight).cpu().double()
        return self.total / self.weight if self.weight else math.nan


class Totals:
    """Sums of named quantities over batches, and the accumulators of one evaluation; `metrics()` finishes them.

    start  what an earlier attempt had summed of the same epoch
    """

    def __init__(
        self, accumulators: Mapping[str, Accumulator] | None = None, start: Mapping[str, Summed] | None = None
    ) -> None:
        self.sums: dict[str, Sum] = {}
        self.accumulators = dict(accumulators or {})
        self.start = dict(start or {})
        self.more_is_better: set[str] = set()  # the names of metrics, once they are finished

    def add(self, measured: Measured) -> None:
        """Add what one batch measured. Raises DongshouError for what is not a quantity by name."""
        if not isinstance(measured, Mapping):
            raise DongshouError(
                'The step and measure of a task return quantities by name, as in {"loss": Quantity(total, weight)};'
                f" got {kind_of(measured)}."
            )
        for name, value in measured.items():
            if name in self.sums:
                check_shape(name, self.sums[name], value)
                self.sums[name].add(value)
            elif name in self.accumulators:
                self.accumulators[name].update(value)
            else:
                self.sums[name] = Sum(checked(name, value), Summed(*self.start.get(name, NOTHING)))
                self.sums[name].add(value)

    def read(self) -> dict[str, list[float | None]]:
        """Fetch what waits on the device: for each number the mean of every batch since the last read."""
        return {name: sum.read() for name, sum in self.sums.items() if not sum.is_array}

    def metrics(self) -> dict[str, float]:
        """All quantities over all batches, finished as the task says; then the accumulators. To be called once."""
        metrics: dict[str, float] = {}
        for name, sum in self.sums.items():
            metrics |= self._noted(self.finished(name, sum.value()), sum.kind.higher_is_better)
        for name, accumulator in self.accumulators.items():
            metrics |= self._noted(by_name(name, accumulator.finish()), getattr(accumulator, "higher_is_better", False))
        return metrics

    def finished(self, name: str, value: Any) -> dict[str, float]:
        """What the task makes of a mean of this quantity, by name."""
        finish = self.sums[name].kind.finish
        is_nothing = isinstance(value, float) and math.isnan(value)
        return by_name(name, value if finish is None or is_nothing else finish(value))

    def merge(self, other: Totals) -> None:
        """Take in what another process has summed and accumulated."""
        for name, sum in other.sums.items():
            sum.read()
            own = self.sums.setdefault(name, Sum(sum.kind))
            own.total, own.weight = own.total + sum.total, own.weight + sum.weight
        for name, accumulator in other.accumulators.items():
            self.accumulators[name].merge(accumulator)

    def state(self) -> dict[str, Summed]:
        """What is summed so far, for `start`."""
        self.read()
        return self.start | {name: Summed(sum.total, sum.weight) for name, sum in self.sums.items()}

    def _noted(self, metrics: dict[str, float], higher_is_better: bool) -> dict[str, float]:
        if higher_is_better:
            self.more_is_better.update(metrics)
        return metrics


def checked(name: str, value: Any) -> Quantity:
    """The value, which has to be a quantity that can be summed. Raises DongshouError where it is not."""
    if not isinstance(value, Quantity):
        raise DongshouError(
            f"The task measures {name} as a {kind_of(value)}; what is measured is a sum over the batch with its weight,"
            f" for the last batch is smaller: return Quantity({name}.detach() * len(targets), len(targets)), or name an"
            f" accumulator {name} that takes it, which only an evaluation has."
        )
    if not isinstance(value.total, Tensor):
        raise DongshouError(
            f"The total of the quantity {name} is a tensor left where it is computed; got {kind_of(value.total)}: leave"
            " out .item()."
        )
    if value.total.dim() and value.finish is None:
        raise DongshouError(
            f"The quantity {name} is an array {tuple(value.total.shape)}: give it a finish that makes a number of it."
        )
    return value


def check_shape(name: str, sum: Sum, value: Quantity) -> None:
    """Raise DongshouError for an array of another shape than that of the batches before."""
    if sum.is_array and value.total.shape != sum.kind.total.shape:
        shapes = f"{tuple(sum.kind.total.shape)}, then {tuple(value.total.shape)}"
        raise DongshouError(f"The quantity {name} is an array of one shape in all batches; got {shapes}.")


def by_name(name: str, finished: float | Mapping[str, float]) -> dict[str, float]:
    """One number under its own name, or several under theirs. Raises DongshouError for what is no number."""
    several = finished if isinstance(finished, Mapping) else {name: finished}
    return {key: number(key, value) for key, value in several.items()}


def number(name: str, value: Any) -> float:
    """The value of a metric, that of a tensor or array of one element too."""
    if isinstance(value, int | float):
        return value
    try:
        return float(value.item())
    except (AttributeError, RuntimeError, ValueError, TypeError) as error:  # no tensor, or one of several elements
        shape = f" {tuple(value.shape)}" if isinstance(value, Tensor) else ""
        raise DongshouError(
            f"The metric {name} has to be finished as one number, or several by name; got {kind_of(value)}{shape}."
        ) from error


def wide(value: Tensor | float) -> Tensor | float:
    """In a type in which long sums lose nothing: whole numbers in int64, others in float64 if the device has it."""
    if not isinstance(value, Tensor):
        return value
    widest = torch.float32 if value.device.type == "mps" else torch.float64
    return value.detach().to(widest if value.is_floating_point() else torch.int64)


def weights_of(quantities: list[Quantity]) -> list[float]:
    """Of each batch; 1 for a quantity without weight."""
    if isinstance(quantities[0].weight, Tensor):
        return torch.stack([torch.as_tensor(quantity.weight) for quantity in quantities]).tolist()
    return [1.0 if quantity.weight is None else float(quantity.weight) for quantity in quantities]
