"""By what it is judged what a network has made: which accumulators take it in, beside examples of the same number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from torch import Tensor

from dongshou.tasks.generative.frechet import Frechet
from dongshou.tasks.quantity import Accumulator


class Judge(Protocol):
    """An interface.

    headline  the quantity that chooses the best epoch
    """

    headline: str

    def accumulators(self) -> dict[str, Accumulator]:
        """New ones for an evaluation."""
        ...

    def measure(self, real: Tensor, made: Tensor, labels: Tensor | None) -> Mapping[str, Any]:
        """What each accumulator is updated with, by its name.

        labels  (batch,) the classes of the real examples, which were asked of those made; None where there are none
        """
        ...


class PointJudge:
    """Points (batch, d): the Fréchet distance of the points themselves."""

    headline = "frechet_distance"

    def accumulators(self) -> dict[str, Accumulator]:
        return {"frechet_distance": Frechet()}

    def measure(self, real: Tensor, made: Tensor, labels: Tensor | None) -> Mapping[str, Any]:
        return {"frechet_distance": (real, made)}
