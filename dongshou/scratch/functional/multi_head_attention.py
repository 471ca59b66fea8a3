"""Multi-head attention: several attentions side by side, each on features of its own."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from dongshou.scratch.functional.attention import masked, scaled_dot_product_attention
from dongshou.scratch.functional.attention_mask import merged_mask
from dongshou.scratch.functional.dropout import dropout
from dongshou.scratch.functional.linear import linear
from dongshou.scratch.functional.precision import precise, short_under_autocast
from dongshou.scratch.functional.softmax import softmax


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """W_o [head_1, ..., head_h] + b_o, head_i = attention(W_q query + b_q, W_k key + b_k, W_v value + b_v)_i.

    query (queries, batch, embed_dim), key and value (keys, batch, ...), or one example without the batch;
    in_proj_weight (3 embed_dim, embed_dim) holds W_q, W_k and W_v, which may stand alone. bias_k and bias_v are
    one more key and value to learn, add_zero_attn adds zeros; static_k and static_v (batch heads, keys, head_dim)
    stand for projected keys and values. Masks are as in `merged_mask`. Gives the output, and with need_weights
    the weights (batch, heads, queries, keys), or their mean over heads. Vaswani et al., 2017.
    Raises AssertionError and RuntimeError for sizes that do not fit.
    """
    require_sizes(query, key, value, embed_dim_to_check, not use_separate_proj_weight)
    if embed_dim_to_check % num_heads != 0:
        raise AssertionError(f"embed_dim must be divisible by num_heads; got {embed_dim_to_check} and {num_heads}")
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint")
    weights = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else in_proj_weight
    q, k, v = (_batch_first(x) for x in _project((query, key, value), weights, in_proj_bias))
    q = _in_heads(q, num_heads)  # (batch, heads, queries, head_dim)
    k, v = (_with_extra_key(x, bias) for x, bias in ((k, bias_k), (v, bias_v)))  # (batch, keys, embed_dim)
    k, v = (
        _in_heads(x, num_heads) if static is None else _static(static, q)
        for x, static in ((k, static_k), (v, static_v))
    )
    extra = (bias_k is not None) + add_zero_attn
    if add_zero_attn:
        k, v = (torch.cat([x, x.new_zeros(*x.shape[:2], 1, x.size(3))], 2) for x in (k, v))
    shape = (q.size(0), num_heads, q.size(2), k.size(2) - extra)
    mask = merged_mask(shape, attn_mask, key_padding_mask, query.dtype)  # (batch, heads, queries, keys)
    if mask is not None and extra:  # every query may look at what was added
        mask = torch.cat([mask, mask.new_zeros(*mask.shape[:-1], extra)], -1)
    attended, scores = _attend(q, k, v, mask, dropout_p if training else 0.0, need_weights)
    # laid out as torch lays it out: a dropout that follows fills its mask in the order of memory
    output = linear(attended.permute(2, 0, 1, 3).flatten(2), out_proj_weight, out_proj_bias)
    if scores is not None and average_attn_weights:
        scores = scores.mean(1)  # (batch, queries, keys)
    if query.dim() == 2:
        return output.squeeze(1), None if scores is None else scores.squeeze(0)
    return output, scores


def require_sizes(query: Tensor, key: Tensor, value: Tensor, embed_dim: int, is_one_size: bool) -> None:
    """Raises AssertionError unless query, key and value go together."""
    axes = query.dim(), key.dim(), value.dim()
    if axes not in ((2, 2, 2), (3, 3, 3)):
        raise AssertionError(f"query, key and value should all have 3 axes, or 2 without a batch; got {axes}")
    if query.size(-1) != embed_dim:
        raise AssertionError(f"was expecting embedding dimension of {embed_dim}, but got {query.size(-1)}")
    same = key.shape == value.shape if is_one_size else key.shape[:-1] == value.shape[:-1]
    if not same:
        raise AssertionError(f"key shape {tuple(key.shape)} does not match value shape {tuple(value.shape)}")


def _project(inputs: tuple[Tensor, ...], weight: Any, bias: Tensor | None) -> tuple[Tensor, ...]:
    """Query, key and value by their weights: one matrix of all three, or a tuple of three."""
    query, key, value = inputs
    if isinstance(weight, Tensor) and query is key and key is value:
        return linear(query, weight, bias).chunk(3, -1)  # self-attention: one matrix product
    weights: Any = weight.chunk(3) if isinstance(weight, Tensor) else weight
    biases: Any = (None, None, None) if bias is None else bias.chunk(3)
    return tuple(map(linear, inputs, weights, biases))


def _batch_first(x: Tensor) -> Tensor:
    """(batch, time, embed_dim), of (time, batch, embed_dim) or of one example without a batch."""
    return x.unsqueeze(0) if x.dim() == 2 else x.transpose(0, 1)


def _with_extra_key(x: Tensor, bias: Tensor | None) -> Tensor:
    """x (batch, keys, embed_dim) with the learnt bias (1, 1, embed_dim) behind the keys of every example."""
    return x if bias is None else torch.cat([x, bias.expand(len(x), 1, -1)], 1)


def _in_heads(x: Tensor, num_heads: int) -> Tensor:
    """(batch, time, embed_dim) -> (batch, heads, time, head_dim)"""
    return x.unflatten(-1, (num_heads, -1)).transpose(1, 2)


def _static(x: Tensor, q: Tensor) -> Tensor:
    """Given keys or values (batch heads, keys, head_dim) as (batch, heads, keys, head_dim)."""
    batch, heads, _, head_dim = q.shape
    if x.size(0) != batch * heads or x.size(2) != head_dim:
        raise AssertionError(f"expecting static ({batch * heads}, keys, {head_dim}), but got {tuple(x.shape)}")
    return x.unflatten(0, (batch, heads))


@short_under_autocast
def _attend(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, dropout_p: float, need_weights: bool
) -> tuple[Tensor, Tensor | None]:
    """`scaled_dot_product_attention` that can show its weights; they are NaN for a query that may look nowhere."""
    if not need_weights:
        return scaled_dot_product_attention(q, k, v, mask, dropout_p), None
    scores = masked((precise(q) * q.size(-1) ** -0.5) @ precise(k).mT, mask)  # (batch, heads, queries, keys)
    weights = dropout(softmax(scores, -1), dropout_p)
    return (weights @ precise(v)).to(v.dtype), weights.to(v.dtype)
