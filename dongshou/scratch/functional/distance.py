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


def pdist(input: Tensor, p: float = 2.0) -> Tensor:
    """The p-norm of a - b for every pair of rows a and b, the first with all that follow, then the second, ...

    input (n, features) -> (n (n - 1) / 2). Raises RuntimeError for another shape and for a negative p.
    """
    if input.dim() != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.dim()}D")
    if p < 0:
        raise RuntimeError(f"pdist only supports non-negative p values, got {p}")
    numbers = torch.arange(input.size(0), device=input.device)
    followers = input.size(0) - 1 - numbers
    first = numbers.repeat_interleave(followers)
    before = (followers.cumsum(0) - followers).index_select(0, first)  # pairs of the rows above
    second = torch.arange(len(first), device=input.device) - before + first + 1
    difference = input.index_select(0, first) - input.index_select(0, second)
    if p == 0:  # how many features differ: with a derivative, of 0
        return (difference != 0).sum(-1) + difference.abs().clamp(max=0).sum(-1)
    return torch.linalg.vector_norm(difference, p, dim=-1)


def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: Tensor | None = None) -> Tensor:
    """x / max(|x|_p, eps) along dim: vectors of length 1, and 0 where there is none. The shape stays."""
    output = input / torch.linalg.vector_norm(input, p, dim, keepdim=True).clamp(min=eps)
    return output if out is None else out.copy_(output)
