"""What is measured: a sum that batches add to, or an account that is kept over a whole set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from torch import Tensor

Finished = float | Mapping[str, float]  # one number, or several by name


class Quantity(NamedTuple):
    """What one batch adds to a sum, still on the device: sum of totals / sum of weights, then `finish`.

    total             the sum over the batch: a number, or an array of counts such as a confusion matrix
    weight            examples, tokens or pixels that it was taken over, of an array perhaps one for each entry;
                      None where the sum itself is wanted
    finish            makes one number of it, or several by name, once all batches are in: `math.exp` makes a
                      perplexity of a loss. An array comes as a float64 tensor on the CPU and has to be finished
    higher_is_better  whether more of what comes out is better
    """

    total: Tensor
    weight: Tensor | float | None = None
    finish: Callable[[Any], Finished] | None = None
    higher_is_better: bool = False


class Accumulator(Protocol):
    """A metric of a whole set that is no sum over its batches: average precision, BLEU of a corpus, a distance
    between distributions. Made for one evaluation, updated by each batch, finished once.

    higher_is_better  whether more of what comes out is better
    """

    higher_is_better: bool

    def update(self, outputs: Any) -> None:
        """Take in one batch: what `measure` returned under the name of this accumulator."""
        ...

    def merge(self, other: Any) -> None:
        """Take in what another one of the same kind has, as of another process."""
        ...

    def finish(self) -> Finished:
        """The metric over all that was taken in: one number, or several by name."""
        ...


Quantities = dict[str, Quantity]
Measured = Mapping[str, Any]  # by name: a Quantity, or what the accumulator of that name is updated with
