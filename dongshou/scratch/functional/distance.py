"""How far apart two vectors lie, and how much they point the same way."""

from __future__ import annotations

import torch
from torch import Tensor


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """a . b / (max(|a|, eps) max(|b|, eps)) along dim: the cosine of the angle, from -1 to 1. dim goes."""
    x1, x2 = torch.broadcast_tensors(x1, x2)
    unit1, unit2 = (x / torch.linalg.vector_norm(x, dim=dim, keepdim=True).clamp(min=eps) for x in (x1, x2))
    return (unit1 * unit2).sum(dim)


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """(sum |a - b + eps|^p)^(1/p) over the last axis, which goes unless keepdim.

    eps keeps the derivative finite where a = b.
    """
    return torch.linalg.vector_norm(x1 - x2 + eps, p, dim=-1, keepdim=keepdim)
