"""Targets that move with their pictures: what a step has to offer, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor

from dongshou.data.targets import Boxes, Mask, check_plain
from dongshou.errors import UsageError

Several = tuple[Any, ...]  # targets of the same pictures: boxes, a mask, and labels that have no place
T = TypeVar("T", Boxes, Mask, Several)


@runtime_checkable
class Together(Protocol):
    """A step that changes pictures and their boxes or masks by the same random numbers."""

    def together(self, images: Tensor, target: T, generator: torch.Generator) -> tuple[Tensor, T]: ...


def moved_target(
    target: T, move: Callable[[Tensor, int], Tensor], linear: Tensor, shift: Tensor, size: tuple[int, int]
) -> T:
    """The target of pictures of size (height, width), moved as these are.

    move           of a mask as pictures (batch, 1, height, width), by the nearest pixel; what comes from outside has
                   the class that is its second argument
    linear, shift  of the corners of boxes (batch, 2, 2) and (batch, 2): p' = linear p + shift for points (x, y)
    """
    if isinstance(target, Mask):
        return target.moved(lambda classes: move(classes, target.void))
    if isinstance(target, Boxes):
        return target.moved(linear, shift, size)
    has_place = (isinstance(one, Boxes | Mask) for one in target)
    return tuple(
        moved_target(one, move, linear, shift, size) if moves else one  # pyright: ignore[reportArgumentType]
        for one, moves in zip(target, has_place, strict=True)
    )


def diagonal(x: Tensor, y: Tensor) -> Tensor:
    """Points stretched along x and y, each (batch,): (batch, 2, 2)."""
    return torch.diag_embed(torch.stack([x, y], -1).double())


def check_target(target: Any, images: Tensor, steps: tuple[Any, ...]) -> None:
    """Raise UsageError for a step that cannot move the target, and for a target of other pictures; for plain tensors
    that may have a place in them."""
    if isinstance(target, tuple):
        for one in target:
            check_target(one, images, steps)
        return
    if not isinstance(target, Boxes | Mask):
        check_plain(target)
    for step in steps:
        if not isinstance(step, Together):
            why = getattr(step, "stays", "it has no method together(images, target, generator)")
            kind = "boxes" if isinstance(target, Boxes) else "a mask" if isinstance(target, Mask) else "several targets"
            name = getattr(step, "__name__", type(step).__name__)
            raise UsageError(f"{name} cannot move {kind}; {why}. Leave it out here.")
    if len(target) != len(images):
        raise UsageError(f"A batch needs a target for each picture; got {len(target)} for {len(images)} pictures.")
    if isinstance(target, Mask) and target.classes.shape[1:] != images.shape[2:]:
        raise UsageError(
            f"A mask has the size of its picture, {tuple(images.shape[2:])}; got {tuple(target.classes.shape[1:])}."
        )
