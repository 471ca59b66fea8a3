"""Gradient clipping as the course defines it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer


def clip_gradients(optimizer: Optimizer, max_norm: float) -> None:
    """From now on, before each step of the optimiser: g <- min(1, max_norm / |g|) g, all parameters as one vector.

    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013).
    """

    def clip(optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        gradients = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        if gradients:
            scale_down(gradients, max_norm)

    optimizer.register_step_pre_hook(clip)


@torch.no_grad()
def scale_down(gradients: list[Tensor], max_norm: float) -> Tensor:
    """Scale the gradients in place so that their common norm is at most max_norm; the norm before."""
    norm = torch.stack([torch.linalg.vector_norm(gradient) for gradient in gradients]).norm()
    scale = torch.clamp(max_norm / norm, max=1.0)
    for gradient in gradients:
        gradient.mul_(scale)
    return norm
