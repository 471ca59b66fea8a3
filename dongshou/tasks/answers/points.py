"""Points that a model has made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import Tensor

from dongshou.drawing import new_axes
from dongshou.errors import UsageError
from dongshou.tasks.answers.answer import SHOWN, Answer

if TYPE_CHECKING:
    from dongshou.drawing import Drawing


@dataclass(frozen=True, eq=False)
class Points(Answer):
    """Points (n, 2) of a plane. Raises UsageError for tensors of other shapes."""

    points: Tensor

    def __post_init__(self) -> None:
        if self.points.dim() != 2 or self.points.shape[1] != 2:
            raise UsageError(f"Points of a plane are (n, 2); got {tuple(self.points.shape)}.")

    @property
    def picture_name(self) -> str:
        return "picture"

    def lines(self) -> list[str]:
        """The first of them."""
        shown = [f"  ({x:.3f}, {y:.3f})" for x, y in self.points[:SHOWN].tolist()]
        return shown + ["  ..."] * (len(self.points) > SHOWN)

    def as_json(self) -> dict[str, Any]:
        return {"points": self.points.tolist()}

    def draw(self) -> Drawing:
        axes = new_axes(xlabel="$x_1$", ylabel="$x_2$", title="Points that the model has made")
        axes.scatter(*self.points.mT.tolist(), s=12)
        return axes.figure  # pyright: ignore[reportReturnType]
