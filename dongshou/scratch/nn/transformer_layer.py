"""One layer of the Transformer: attention, then the same small network at every place, each beside a way around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.nn.attention import Device, MultiheadAttention
from dongshou.scratch.nn.container import Layer, Module, torch_nn
from dongshou.scratch.nn.dropout import Dropout
from dongshou.scratch.nn.linear import Linear
from dongshou.scratch.nn.normalization import LayerNorm

Activation = str | Callable[[Tensor], Tensor]
Mask = Tensor | None


class TransformerEncoderLayer(Layer, torch_nn.TransformerEncoderLayer):
    """x = norm1(x + attention(x, x, x));  x = norm2(x + W_2 activation(W_1 x)), with dropout on what is added.

    With norm_first, x = x + attention(norm1(x)) and x = x + W_2 activation(W_1 norm2(x)) (Xiong et al., 2020).
    src (time, batch, d_model), or (batch, time, d_model) with batch_first, or without the batch -> the same shape.
    Masks as in `MultiheadAttention`. Vaswani et al., 2017. Raises RuntimeError for an unknown activation.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        settings: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, batch_first=batch_first, **settings)
        self.linear1 = Linear(d_model, dim_feedforward, **settings)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **settings)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, eps=layer_norm_eps, **settings)
        self.norm2 = LayerNorm(d_model, eps=layer_norm_eps, **settings)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        self.activation = _named(activation)
        self.activation_relu_or_gelu = _kind(self.activation)

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        masks = src_mask, src_key_padding_mask, is_causal
        x = src
        if self.norm_first:
            x = x + self._sa_block(self.norm1(x), *masks)
            return x + self._ff_block(self.norm2(x))
        x = self.norm1(x + self._sa_block(x, *masks))
        return self.norm2(x + self._ff_block(x))

    def _sa_block(self, x: Tensor, attn_mask: Mask, key_padding_mask: Mask, is_causal: bool = False) -> Tensor:
        return self.dropout1(_look(self.self_attn, x, x, attn_mask, key_padding_mask, is_causal))

    def _ff_block(self, x: Tensor) -> Tensor:
        return self.dropout2(_feed_forward(self, x))

    @property
    def activation_relu_or_gelu(self) -> int:
        """0, which keeps an encoder of torch's that holds this layer from its fused path; its tensors are not ours."""
        return 0

    @activation_relu_or_gelu.setter
    def activation_relu_or_gelu(self, kind: int) -> None:
        self.__dict__["activation_relu_or_gelu"] = kind  # for the day the layer becomes torch's again


class TransformerDecoderLayer(Layer, torch_nn.TransformerDecoderLayer):
    """The encoder's layer with an attention to the encoder's output, the memory, between its two parts.

    x = norm1(x + attention(x, x, x));  x = norm2(x + attention(x, memory, memory));  x = norm3(x + feed_forward(x))
    norm_first, shapes, masks, source and errors as in `TransformerEncoderLayer`.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        settings: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, batch_first=batch_first, **settings)
        self.multihead_attn = MultiheadAttention(d_model, nhead, dropout, batch_first=batch_first, **settings)
        self.linear1 = Linear(d_model, dim_feedforward, **settings)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **settings)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, eps=layer_norm_eps, **settings)
        self.norm2 = LayerNorm(d_model, eps=layer_norm_eps, **settings)
        self.norm3 = LayerNorm(d_model, eps=layer_norm_eps, **settings)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        self.dropout3 = Dropout(dropout)
        self.activation = _named(activation)

    __setstate__ = Module.__setstate__  # torch's puts ReLU in the place of an activation that is a layer

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        masks = tgt_mask, tgt_key_padding_mask, tgt_is_causal
        memory_masks = memory_mask, memory_key_padding_mask, memory_is_causal
        x = tgt
        if self.norm_first:
            x = x + self._sa_block(self.norm1(x), *masks)
            x = x + self._mha_block(self.norm2(x), memory, *memory_masks)
            return x + self._ff_block(self.norm3(x))
        x = self.norm1(x + self._sa_block(x, *masks))
        x = self.norm2(x + self._mha_block(x, memory, *memory_masks))
        return self.norm3(x + self._ff_block(x))

    def _sa_block(self, x: Tensor, attn_mask: Mask, key_padding_mask: Mask, is_causal: bool = False) -> Tensor:
        return self.dropout1(_look(self.self_attn, x, x, attn_mask, key_padding_mask, is_causal))

    def _mha_block(
        self, x: Tensor, mem: Tensor, attn_mask: Mask, key_padding_mask: Mask, is_causal: bool = False
    ) -> Tensor:
        return self.dropout2(_look(self.multihead_attn, x, mem, attn_mask, key_padding_mask, is_causal))

    def _ff_block(self, x: Tensor) -> Tensor:
        return self.dropout3(_feed_forward(self, x))


def _look(attention: Module, x: Tensor, memory: Tensor, mask: Mask, padding: Mask, is_causal: bool) -> Tensor:
    """What x finds in the memory, which is x itself in self-attention."""
    return attention(x, memory, memory, padding, need_weights=False, attn_mask=mask, is_causal=is_causal)[0]


def _feed_forward(layer: TransformerEncoderLayer | TransformerDecoderLayer, x: Tensor) -> Tensor:
    activation = _counterpart(layer.activation)
    return layer.linear2(layer.dropout(activation(layer.linear1(x))))


def _named(activation: Activation) -> Callable[[Tensor], Tensor]:
    if isinstance(activation, str):
        if activation not in ("relu", "gelu"):
            raise RuntimeError(f"activation should be relu/gelu, not {activation}")
        return F.relu if activation == "relu" else F.gelu
    return activation


def _counterpart(activation: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Our function for torch's, which layers built by torch carry as an attribute; any other stays."""
    name = getattr(activation, "__name__", "")
    is_torchs = activation in (getattr(torch.nn.functional, name, None), getattr(torch, name, None))
    return getattr(F, name, activation) if is_torchs else activation


def _kind(activation: Callable[[Tensor], Tensor]) -> int:
    """torch's number for the activation, 1 for ReLU and 2 for GELU; it picks its fast path by it."""
    function = _counterpart(activation)
    if function is F.relu or isinstance(activation, torch.nn.ReLU):
        return 1
    return 2 if function is F.gelu or isinstance(activation, torch.nn.GELU) else 0
