"""Attention: a weighted mean of values, weighted by how well each key answers a query."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dongshou.scratch.functional.dropout import dropout
from dongshou.scratch.functional.precision import precise, short_under_autocast


@short_under_autocast
def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Scaled dot-product attention.

    softmax(Q K^T / sqrt(d) + mask) V. Vaswani et al., Attention is all you need, 2017, equation 1.

    query (..., queries, d), key (..., keys, d), value (..., keys, v) -> (..., queries, v)
    attn_mask (..., queries, keys): booleans, True where a query may look, or numbers to add to the scores.
    is_causal: query i looks at no key after i. A query that may look nowhere gets 0. enable_gqa: fewer heads of
    keys than of queries, each used by a group.
    """
    if enable_gqa:
        key, value = _for_every_query_head(key, query), _for_every_query_head(value, query)
    scale = 1 / math.sqrt(query.size(-1)) if scale is None else scale
    # scores of few digits would be weights of fewer
    scores = masked((precise(query) * scale) @ precise(key).mT, attn_mask)  # (..., queries, keys)
    if is_causal:
        scores = masked(scores, causal_mask(query.size(-2), key.size(-2), query.device))
    weights = dropout(_softmax_or_zeros(scores), dropout_p)
    return (weights @ precise(value)).to(value.dtype)


def causal_mask(queries: int, keys: int, device: torch.device | None = None) -> Tensor:
    """True where query i may look at key j: j <= i, nothing that comes later."""
    return torch.arange(queries, device=device)[:, None] >= torch.arange(keys, device=device)


def masked(scores: Tensor, mask: Tensor | None) -> Tensor:
    """The scores, with -inf where a boolean mask is False, or with the numbers of a mask added."""
    if mask is None:
        return scores
    return torch.where(mask, scores, -math.inf) if mask.dtype == torch.bool else scores + mask


def _softmax_or_zeros(scores: Tensor) -> Tensor:
    """softmax over the keys; where every score is -inf, zeros in place of 0 / 0."""
    largest = scores.detach().amax(-1, keepdim=True).clamp(min=torch.finfo(scores.dtype).min)
    exponentials = torch.exp(scores - largest)
    total = exponentials.sum(-1, keepdim=True)
    return exponentials / torch.where(total == 0, 1, total)


def _for_every_query_head(heads: Tensor, query: Tensor) -> Tensor:
    """heads (..., key heads, keys, d) -> (..., query heads, keys, d): each repeated for its group."""
    return heads.repeat_interleave(query.size(-3) // heads.size(-3), -3)
