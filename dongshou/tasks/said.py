"""What a task says of itself, and what holds of one that only steps and measures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from torch import nn

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing
    from dongshou.tasks.asking import AskedWith


def headline_of(task: Any) -> str:
    """The quantity that is shown first and chooses the best checkpoint: what `task.headline` says, else the loss."""
    return getattr(task, "headline", "loss")


def asked_with_of(task: Any, data: Splits) -> AskedWith | None:
    """What the trained model is asked with: what `task.asks(data)` says, else its `asked_with`; None of a task that has
    no `answer` or says neither."""
    if not hasattr(task, "answer"):
        return None
    asks = getattr(task, "asks", None)
    return getattr(task, "asked_with", None) if asks is None else asks(data)


def figures_of(task: Any, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
    """Pictures of what the model has learnt, by name: what `task.figures` draws, without it none."""
    draws = getattr(task, "figures", None)
    return iter(()) if draws is None else iter(draws(model, data))


def explanations_of(task: Any, *asked: Any) -> dict[str, Drawing]:
    """Pictures of what led to an answer, by name: what `task.explain` draws, without it none."""
    explains = getattr(task, "explain", None)
    return {} if explains is None else dict(explains(*asked))
