"""What every update rule needs before it can begin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer


def gradients(optimizer: Optimizer) -> Iterator[tuple[dict[str, Any], Tensor, Tensor]]:
    """(group, parameter, gradient) for every parameter with a gradient; to maximise, its negative."""
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None:
                yield group, parameter, -parameter.grad if group["maximize"] else parameter.grad


def require_real_and_dense(optimizer: Optimizer, gradient: Tensor) -> None:
    """Raises RuntimeError for gradients whose elements cannot simply be squared."""
    name = type(optimizer).__name__
    if gradient.is_sparse:
        raise RuntimeError(f"{name} does not support sparse gradients; use SGD, or an embedding with sparse=False")
    if gradient.is_complex():
        raise RuntimeError(f"{name} does not support complex parameters; hold them as view_as_real")


def evaluate(closure: Callable[[], float] | None) -> float | None:
    """The loss, where the caller gave a closure that computes it and its gradients."""
    if closure is None:
        return None
    with torch.enable_grad():
        return closure()


def refuse_negative(**values: float | Tensor) -> None:
    """Raises ValueError naming the hyper-parameter that is below 0."""
    for name, value in values.items():
        if not value >= 0:
            raise ValueError(f"Invalid {_WORDS.get(name, f'{name} value')}: {value}")


_WORDS = {"lr": "learning rate", "eps": "epsilon value"}
