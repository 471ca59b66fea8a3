"""The Transformer: stacks of its layers, and the encoder and decoder together. Vaswani et al., 2017."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch import init
from dongshou.scratch.functional.attention_mask import square_subsequent_mask
from dongshou.scratch.nn.attention import Device
from dongshou.scratch.nn.container import Layer, Module, ModuleList, torch_nn
from dongshou.scratch.nn.normalization import LayerNorm
from dongshou.scratch.nn.transformer_layer import Activation, TransformerDecoderLayer, TransformerEncoderLayer


class TransformerEncoder(Layer, torch_nn.TransformerEncoder):
    """num_layers copies of a layer, one after the other, and a norm at the end.

    src (time, batch, d_model) -> the same. enable_nested_tensor and mask_check choose a faster way of torch's
    that leaves zeros where src is padding; here padding is computed as everything else is.
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = ModuleList([copy.deepcopy(encoder_layer) for _ in range(num_layers)])
        self.num_layers = num_layers
        self.norm = norm
        self.enable_nested_tensor = enable_nested_tensor
        self.use_nested_tensor = False
        self.mask_check = mask_check

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        output = src
        for layer in self.layers:
            output = layer(output, src_mask=mask, src_key_padding_mask=src_key_padding_mask, is_causal=bool(is_causal))
        return output if self.norm is None else self.norm(output)


class TransformerDecoder(Layer, torch_nn.TransformerDecoder):
    """num_layers copies of a layer, each looking at the encoder's output, and a norm at the end.

    tgt (time, batch, d_model), memory (source time, batch, d_model) -> as tgt.
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = ModuleList([copy.deepcopy(decoder_layer) for _ in range(num_layers)])
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        output = tgt
        for layer in self.layers:
            output = layer(
                output,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=bool(tgt_is_causal),
                memory_is_causal=memory_is_causal,
            )
        return output if self.norm is None else self.norm(output)


class Transformer(Layer, torch_nn.Transformer):
    """An encoder that reads src, and a decoder that writes tgt while looking at what was read.

    src (source time, batch, d_model), tgt (target time, batch, d_model) -> as tgt. Every matrix starts by Xavier
    (Glorot and Bengio, 2010). Raises RuntimeError for sizes that do not fit.
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        custom_encoder: Module | None = None,
        custom_decoder: Module | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        sizes = d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps
        flags = batch_first, norm_first, bias, device, dtype

        def norm() -> LayerNorm:
            return LayerNorm(d_model, eps=layer_norm_eps, bias=bias, device=device, dtype=dtype)

        def encoder() -> Module:
            return TransformerEncoder(TransformerEncoderLayer(*sizes, *flags), num_encoder_layers, norm())

        def decoder() -> Module:
            return TransformerDecoder(TransformerDecoderLayer(*sizes, *flags), num_decoder_layers, norm())

        self.encoder = _given_or(custom_encoder, encoder)
        self.decoder = _given_or(custom_decoder, decoder)
        self._reset_parameters()
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first

    def _reset_parameters(self) -> None:
        for parameter in self.parameters():
            if parameter.dim() > 1:
                init.xavier_uniform_(parameter)

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        batch_axis = 0 if self.batch_first else 1
        if src.dim() == 3 and src.size(batch_axis) != tgt.size(batch_axis):
            raise RuntimeError("the batch number of src and tgt must be equal")
        if src.size(-1) != self.d_model or tgt.size(-1) != self.d_model:
            raise RuntimeError("the feature number of src and tgt must be equal to d_model")
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal)
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )

    @staticmethod
    def generate_square_subsequent_mask(
        sz: int, device: torch.device | None = None, dtype: torch.dtype | None = None
    ) -> Tensor:
        """The causal mask as numbers: 0 for what has been, -inf for what comes later. (sz, sz)."""
        return square_subsequent_mask(sz, device, dtype)


def _given_or(given: Module | None, build: Callable[[], Module]) -> Module:
    return build() if given is None else given
