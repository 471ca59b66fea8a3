"""Gradient clipping as the course defines it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer


class Clipping:
    """Before each step of an optimiser: g <- min(1, max_norm / |g|) g, all parameters as one vector.

    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013).
    """

    def __init__(self, max_norm: float) -> None:
        self.max_norm = max_norm
        self.waiting: list[Tensor] = []  # norms before clipping that have not been read from the device yet

    def __call__(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        gradients = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        if gradients:
            self.waiting.append(scale_down(gradients, self.max_norm))

    def read(self) -> list[float]:
        """Fetch what waits, all at once: the norm of each gradient since the last read, before it was clipped."""
        norms = torch.stack(self.waiting).tolist() if self.waiting else []
        self.waiting.clear()
        return norms


def clip_gradients(optimizer: Optimizer, max_norm: float) -> Clipping:
    """From now on, the optimiser's gradients are clipped; what knows their norms."""
    clipping = Clipping(max_norm)
    optimizer.register_step_pre_hook(clipping)
    return clipping


@torch.no_grad()
def scale_down(gradients: list[Tensor], max_norm: float) -> Tensor:
    """Scale the gradients in place so that their common norm is at most max_norm; the norm before."""
    norm = torch.stack([torch.linalg.vector_norm(values_of(gradient)) for gradient in gradients]).norm()
    scale = torch.clamp(max_norm / norm, max=1.0)
    for gradient in gradients:
        gradient.mul_(scale)
    return norm


def values_of(gradient: Tensor) -> Tensor:
    """The numbers in it; of a sparse one, those that are not zero, each place once."""
    return gradient.coalesce().values() if gradient.layout == torch.sparse_coo else gradient
