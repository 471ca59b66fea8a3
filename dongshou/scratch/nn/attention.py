"""Multi-head attention; the formula of attention stands in `functional/attention.py`."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch import init
from dongshou.scratch.functional.attention import masked
from dongshou.scratch.nn.attention_mask import merged_mask
from dongshou.scratch.nn.container import Layer, Parameter, torch_nn
from dongshou.scratch.nn.linear import NonDynamicallyQuantizableLinear

Device = torch.device | str | int | None


class MultiheadAttention(Layer, torch_nn.MultiheadAttention):
    """num_heads attentions side by side, each on head_dim = embed_dim / num_heads features of its own.

    head_i = attention(W_q query + b_q, W_k key + b_k, W_v value + b_v), of which it sees the i-th slice;
    output = W_o [head_1, ..., head_h] + b_o
    query (queries, batch, embed_dim), key (keys, batch, kdim), value (keys, batch, vdim) -> output as query, and
    weights (batch, queries, keys) averaged over the heads. The batch is the first axis with batch_first, and may
    be left out. add_bias_kv and add_zero_attn offer a learnt key and value, and a zero, beside the given ones.
    Vaswani et al., 2017. Raises ValueError and AssertionError for sizes that do not fit.
    """

    in_proj_weight: Parameter | None
    q_proj_weight: Parameter | None
    k_proj_weight: Parameter | None
    v_proj_weight: Parameter | None
    in_proj_bias: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        _require_heads(embed_dim, num_heads)
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        self.add_zero_attn = add_zero_attn

        def weight(*shape: int, wanted: bool = True) -> Parameter | None:
            return Parameter(torch.empty(shape, device=device, dtype=dtype)) if wanted else None

        same = self._qkv_same_embed_dim  # then the three projections are one matrix
        self.register_parameter("in_proj_weight", weight(3 * embed_dim, embed_dim, wanted=same))
        for name, size in (("q", embed_dim), ("k", self.kdim), ("v", self.vdim)):
            self.register_parameter(f"{name}_proj_weight", weight(embed_dim, size, wanted=not same))
        self.register_parameter("in_proj_bias", weight(3 * embed_dim, wanted=bias))
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias, device, dtype)
        self.bias_k = weight(1, 1, embed_dim, wanted=add_bias_kv)
        self.bias_v = weight(1, 1, embed_dim, wanted=add_bias_kv)
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        for bias in (self.in_proj_bias, self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """The output, and with need_weights the weights, (batch, heads, queries, keys) unless they are averaged.

        key_padding_mask (batch, keys) and attn_mask (queries, keys) or (batch heads, queries, keys): True where
        nothing may look, or numbers to add. is_causal says that attn_mask is the causal one.
        """
        self._require_sizes(query, key, value)
        if is_causal and attn_mask is None:
            raise RuntimeError("Need attn_mask if specifying the is_causal hint")
        q, k, v = (self._batch_first(projected) for projected in self._project(query, key, value))
        shape = (len(q), self.num_heads, q.size(1), k.size(1))
        mask = merged_mask(shape, attn_mask, key_padding_mask, query.dtype)  # (batch, heads, queries, keys)
        k, v, mask = self._with_extra_keys(k, v, mask)
        # (batch, heads, time, head_dim) each
        q, k, v = (x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for x in (q, k, v))
        dropout = self.dropout if self.training else 0.0
        if need_weights:
            attended, weights = _attend(q, k, v, mask, dropout)
        else:
            attended, weights = F.scaled_dot_product_attention(q, k, v, mask, dropout), None
        # laid out as torch lays it out: a dropout that follows fills its mask in the order of memory
        output = self.out_proj(attended.permute(2, 0, 1, 3).flatten(2))  # (queries, batch, embed_dim)
        if weights is not None and average_attn_weights:
            weights = weights.mean(1)  # (batch, queries, keys)
        if query.dim() == 2:
            return output.squeeze(1), weights if weights is None else weights.squeeze(0)
        return (output.transpose(0, 1) if self.batch_first else output), weights

    def merge_masks(
        self, attn_mask: Tensor | None, key_padding_mask: Tensor | None, query: Tensor
    ) -> tuple[Tensor | None, int | None]:
        """The two masks of a self-attention as one, and torch's number for its kind.

        A layer of torch's that holds this one asks for it: 1 is a key_padding_mask alone, 2 any other mask.
        """
        if attn_mask is None:
            return key_padding_mask, None if key_padding_mask is None else 1
        batch, time, _ = query.shape
        shape = (batch, self.num_heads, time, time)
        mask = merged_mask(shape, attn_mask, key_padding_mask, query.dtype)
        return None if mask is None else mask.expand(shape), 2

    def _project(self, query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, ...]:
        """Query, key and value as this layer sees them, (..., embed_dim) each."""
        weight, bias = self.in_proj_weight, self.in_proj_bias
        if weight is not None and query is key and key is value:
            return F.linear(query, weight, bias).chunk(3, -1)  # self-attention: one matrix product
        separate = self.q_proj_weight, self.k_proj_weight, self.v_proj_weight
        weights: tuple[Any, ...] = separate if weight is None else weight.chunk(3)
        biases: tuple[Any, ...] = (None, None, None) if bias is None else bias.chunk(3)
        return tuple(map(F.linear, (query, key, value), weights, biases))

    def _batch_first(self, x: Tensor) -> Tensor:
        """(batch, time, embed_dim), of that, of (time, batch, embed_dim), or of one example without a batch."""
        if x.dim() == 2:
            return x.unsqueeze(0)
        return x if self.batch_first else x.transpose(0, 1)

    def _with_extra_keys(self, k: Tensor, v: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor, Tensor | None]:
        """Keys, values and mask with the learnt key and value, and the zeros, that every query may look at."""
        extra_keys, extra_values = [], []
        if self.bias_k is not None and self.bias_v is not None:
            extra_keys.append(self.bias_k.expand(len(k), 1, -1))
            extra_values.append(self.bias_v.expand(len(v), 1, -1))
        if self.add_zero_attn:
            extra_keys.append(k.new_zeros(len(k), 1, k.size(2)))
            extra_values.append(v.new_zeros(len(v), 1, v.size(2)))
        if not extra_keys:
            return k, v, mask
        if mask is not None:
            mask = torch.cat([mask, mask.new_zeros(*mask.shape[:-1], len(extra_keys))], -1)
        return torch.cat([k, *extra_keys], 1), torch.cat([v, *extra_values], 1), mask

    def _require_sizes(self, query: Tensor, key: Tensor, value: Tensor) -> None:
        axes = query.dim(), key.dim(), value.dim()
        if axes not in ((2, 2, 2), (3, 3, 3)):
            raise AssertionError(f"query, key and value should all have 3 axes, or 2 without a batch; got {axes}")
        if query.size(-1) != self.embed_dim:
            raise AssertionError(f"was expecting embedding dimension of {self.embed_dim}, but got {query.size(-1)}")
        same = key.shape == value.shape if self._qkv_same_embed_dim else key.shape[:-1] == value.shape[:-1]
        if not same:
            raise AssertionError(f"key shape {tuple(key.shape)} does not match value shape {tuple(value.shape)}")


def _attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, dropout: float) -> tuple[Tensor, Tensor]:
    """`scaled_dot_product_attention` that shows its weights; they are NaN for a query that may look nowhere."""
    scores = masked((q * q.size(-1) ** -0.5) @ k.mT, mask)  # (batch, heads, queries, keys)
    weights = F.dropout(F.softmax(scores, -1), dropout)
    return weights @ v, weights


def _require_heads(embed_dim: int, num_heads: int) -> None:
    if embed_dim <= 0 or num_heads <= 0:
        raise ValueError(f"embed_dim and num_heads must be greater than 0; got {embed_dim} and {num_heads}")
    if embed_dim % num_heads != 0:
        raise AssertionError(f"embed_dim must be divisible by num_heads; got {embed_dim} and {num_heads}")
