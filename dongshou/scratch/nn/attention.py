"""Multi-head attention; the arithmetic stands in `functional/multi_head_attention.py`."""

from __future__ import annotations

import torch
from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch import init
from dongshou.scratch.functional.attention_mask import merged_mask
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
        if self.batch_first and query.dim() == key.dim() == value.dim() == 3:
            query, key, value = _time_first(query, key, value)
        output, weights = F.multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            training=self.training,
            key_padding_mask=key_padding_mask,
            need_weights=need_weights,
            attn_mask=attn_mask,
            use_separate_proj_weight=not self._qkv_same_embed_dim,
            q_proj_weight=self.q_proj_weight,
            k_proj_weight=self.k_proj_weight,
            v_proj_weight=self.v_proj_weight,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )
        return (output.transpose(0, 1) if self.batch_first and output.dim() == 3 else output), weights

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


def _time_first(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(time, batch, features), of (batch, time, features); the same tensor stays the same one."""
    turned = query.transpose(0, 1)
    if query is key and key is value:
        return turned, turned, turned
    return turned, key.transpose(0, 1), value.transpose(0, 1)


def _require_heads(embed_dim: int, num_heads: int) -> None:
    if embed_dim <= 0 or num_heads <= 0:
        raise ValueError(f"embed_dim and num_heads must be greater than 0; got {embed_dim} and {num_heads}")
    if embed_dim % num_heads != 0:
        raise AssertionError(f"embed_dim must be divisible by num_heads; got {embed_dim} and {num_heads}")
