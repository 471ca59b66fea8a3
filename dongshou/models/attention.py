"""Attention: a mean of values, weighted by how well each key answers a query (Bahdanau et al., 2015).

A mask is True where a query may look; it has the shape of the scores (..., queries, keys), or one that becomes it by
repetition. `length_mask` and `causal_mask` make the two kinds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dongshou.models.checks import check_dropout, check_heads, check_positions


def length_mask(lengths: Tensor, num_steps: int) -> Tensor:
    """True for the steps before the end of each sequence. lengths (batch,) -> (batch, num_steps)"""
    return torch.arange(num_steps, device=lengths.device) < lengths[:, None]


def causal_mask(num_queries: int, num_keys: int, device: torch.device | None = None) -> Tensor:
    """Causal mask.

    True for the keys up to a query's own place, where the queries are the last of the keys. (queries, keys)"""
    places = torch.arange(num_keys, device=device)
    return places <= places[num_keys - num_queries :, None]


def softmax_over_keys(scores: Tensor) -> Tensor:
    """exp(s_j) / sum over all keys k of exp(s_k)."""
    return torch.softmax(scores, -1)


def masked_softmax(
    scores: Tensor, mask: Tensor | None = None, softmax: Callable[[Tensor], Tensor] = softmax_over_keys
) -> Tensor:
    """exp(s_j) / sum over the keys k in sight of exp(s_k); 0 for all others, and where no key is in sight.

    scores (..., queries, keys) -> weights of the same shape.
    """
    if mask is None:
        return softmax(scores)
    lowest = torch.finfo(scores.dtype).min  # not -inf, which divides 0 by 0 where no key is in sight
    return softmax(scores.masked_fill(~mask, lowest)) * mask


class AdditiveAttention(nn.Module):
    """Additive attention.

    score(q, k) = w_v^T tanh(W_q q + W_k k); weights = softmax(scores); output = sum of weights times values.

    queries (batch, queries, query_size), keys (batch, keys, key_size), values (batch, keys, value_size)
    -> (batch, queries, value_size). `attention_weights` holds the last weights. Bahdanau et al., 2015, appendix A.1.2.
    """

    def __init__(self, query_size: int, key_size: int, num_hiddens: int, dropout: float = 0.0) -> None:
        super().__init__()
        check_dropout(dropout)
        self.W_q = nn.Linear(query_size, num_hiddens, bias=False)
        self.W_k = nn.Linear(key_size, num_hiddens, bias=False)
        self.w_v = nn.Linear(num_hiddens, 1, bias=False)
        self.tanh = nn.Tanh()
        self.softmax = nn.Softmax(dim=-1)
        self.dropout = nn.Dropout(dropout)
        self.attention_weights: Tensor | None = None

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None = None) -> Tensor:
        features = self.tanh(self.W_q(queries)[:, :, None] + self.W_k(keys)[:, None])  # (batch, queries, keys, hiddens)
        scores = self.w_v(features).squeeze(-1)  # (batch, queries, keys)
        weights = masked_softmax(scores, mask, self.softmax)
        self.attention_weights = weights.detach()
        return self.dropout(weights) @ values  # (batch, queries, value_size)


class DotProductAttention(nn.Module):
    """Scaled dot-product attention.

    softmax(Q K^T / sqrt(d)) V: the root keeps the scores' variance at 1 for features of variance 1.

    queries (..., queries, d), keys (..., keys, d), values (..., keys, v) -> (..., queries, v). `causal`: no query sees
    a key after its own place, queries being the last of the keys. `need_weights` writes the formula out and keeps the
    last weights in `attention_weights`; without it torch's fused kernel gives the same in one pass, unless the softmax
    is no longer torch's. Vaswani et al., 2017, equation 1.
    """

    def __init__(self, dropout: float = 0.0, *, causal: bool = False, need_weights: bool = True) -> None:
        super().__init__()
        check_dropout(dropout)
        self.softmax = nn.Softmax(dim=-1)
        self.dropout = nn.Dropout(dropout)
        self.causal = causal
        self.need_weights = need_weights
        self.attention_weights: Tensor | None = None

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None = None) -> Tensor:
        if self.need_weights or type(self.softmax) is not nn.Softmax:
            return self.written_out(queries, keys, values, mask)
        return self.fused(queries, keys, values, mask)

    def written_out(self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
        scores = queries @ keys.mT / math.sqrt(queries.size(-1))  # (..., queries, keys)
        weights = masked_softmax(scores, self.in_sight(queries, keys, mask), self.softmax)
        self.attention_weights = weights.detach() if self.need_weights else None
        return self.dropout(weights) @ values  # (..., queries, v)

    def fused(self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
        self.attention_weights = None
        is_causal = self.causal and mask is None and queries.size(-2) == keys.size(-2)  # half of the work is left out
        mask = None if is_causal else self.in_sight(queries, keys, mask)
        dropout = self.dropout.p if self.training else 0.0
        return F.scaled_dot_product_attention(queries, keys, values, mask, dropout, is_causal)

    def in_sight(self, queries: Tensor, keys: Tensor, mask: Tensor | None) -> Tensor | None:
        """The mask; where attention is causal, cut down to what has been."""
        num_queries, num_keys = queries.size(-2), keys.size(-2)
        if not self.causal or num_queries == 1:  # a single query is the last: nothing comes after it
            return mask
        past = causal_mask(num_queries, num_keys, queries.device)
        return past if mask is None else past & mask


class MultiHeadAttention(nn.Module):
    """Multi-head attention: num_heads attentions side by side, each on its own projection of queries, keys and values.

    head_i = attention(W_q queries, W_k keys, W_v values), of which it sees the i-th slice of num_hiddens / num_heads
    features; output = W_o [head_1, ..., head_h]. queries (batch, queries, num_hiddens), keys and values (batch, keys,
    num_hiddens), mask (batch, 1, 1, keys) or (queries, keys) -> as queries. Vaswani et al., 2017, section 3.2.2.
    Raises UsageError unless num_heads divides num_hiddens.
    """

    def __init__(
        self,
        num_hiddens: int,
        num_heads: int,
        dropout: float = 0.0,
        *,
        bias: bool = False,
        causal: bool = False,
        need_weights: bool = False,
    ) -> None:
        super().__init__()
        check_heads(num_hiddens, num_heads)
        self.num_heads = num_heads
        self.W_q = nn.Linear(num_hiddens, num_hiddens, bias)
        self.W_k = nn.Linear(num_hiddens, num_hiddens, bias)
        self.W_v = nn.Linear(num_hiddens, num_hiddens, bias)
        self.attention = DotProductAttention(dropout, causal=causal, need_weights=need_weights)
        self.W_o = nn.Linear(num_hiddens, num_hiddens, bias)

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None = None) -> Tensor:
        return self.attend(queries, *self.project(keys, values), mask)

    def project(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """What the heads look at, (batch, heads, keys, head size) each: worth keeping while the queries change."""
        return split_heads(self.W_k(keys), self.num_heads), split_heads(self.W_v(values), self.num_heads)

    def attend(self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None = None) -> Tensor:
        """Attention to keys and values that are projected already."""
        heads = self.attention(split_heads(self.W_q(queries), self.num_heads), keys, values, mask)
        return self.W_o(merge_heads(heads))  # (batch, queries, num_hiddens)


def split_heads(x: Tensor, num_heads: int) -> Tensor:
    """(batch, steps, num_hiddens) -> (batch, num_heads, steps, num_hiddens / num_heads)"""
    return x.unflatten(-1, (num_heads, -1)).transpose(1, 2)


def merge_heads(heads: Tensor) -> Tensor:
    """(batch, num_heads, steps, head size) -> (batch, steps, num_heads head size)"""
    return heads.transpose(1, 2).flatten(2)


def kept_weights(layers: Iterable[Any]) -> list[Tensor]:
    """The last attention weights, (batch, heads, queries, keys), of each layer that keeps them."""
    weights = [layer.attention.attention_weights for layer in layers]
    return [of_layer for of_layer in weights if of_layer is not None]


class SinusoidalPositions(nn.Module):
    """Positional encoding.

    x + P, P[i, 2j] = sin(i / 10000^(2j/d)), P[i, 2j+1] = cos(i / 10000^(2j/d)): a clock of d/2 hands.

    P[i + n] is a rotation of P[i] by an angle that depends on n alone. x (batch, steps, d), whose first step is number
    `start` -> the same shape. Vaswani et al., 2017, section 3.5. Raises DongshouError beyond max_len.
    """

    positions: Tensor

    def __init__(self, num_hiddens: int, max_len: int = 1000, dropout: float = 0.0) -> None:
        super().__init__()
        self.max_len = max_len
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("positions", sinusoids(max_len, num_hiddens), persistent=False)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        end = start + x.size(1)
        check_positions(end, self.max_len, setting="max_len")
        return self.dropout(x + self.positions[start:end])


def sinusoids(num_positions: int, num_hiddens: int) -> Tensor:
    """The table P (num_positions, num_hiddens)."""
    rates = 10000 ** -(torch.arange(0, num_hiddens, 2) / num_hiddens)
    angles = torch.arange(num_positions)[:, None] * rates  # (num_positions, half of num_hiddens, rounded up)
    return torch.stack((angles.sin(), angles.cos()), -1).flatten(1)[:, :num_hiddens]
