"""The Transformer: an encoder and a decoder made of attention alone (Vaswani et al., 2017)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from dongshou.models.attention import MultiHeadAttention, SinusoidalPositions, kept_weights, length_mask
from dongshou.models.checks import check_counts, check_dropout, check_heads
from dongshou.models.encoder_decoder import EncoderDecoder
from dongshou.models.initialize import initialize


class Memory(NamedTuple):
    """What the encoder passes on."""

    outputs: Tensor  # (batch, source steps, num_hiddens)
    mask: Tensor  # (batch, 1, 1, source steps): True where there is a token


class Past(NamedTuple):
    """What one layer of the decoder has projected; (batch, heads, steps, head size) each."""

    keys: Tensor  # of the target so far
    values: Tensor
    memory_keys: Tensor  # of the source
    memory_values: Tensor


State = tuple[Past, ...]  # of all layers
Activation = Callable[[], nn.Module]


class AddNorm(nn.Module):
    """norm(x + dropout(y)): what a sublayer says is added to what it was given. He et al., 2016; Ba et al., 2016.

    x and y (batch, steps, num_hiddens) -> the same shape.
    """

    def __init__(self, num_hiddens: int, dropout: float, eps: float = 1e-5) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.norm = nn.LayerNorm(num_hiddens, eps)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return self.norm(x + self.dropout(y))


def feed_forward(num_hiddens: int, ffn_size: int, activation: Activation = nn.ReLU) -> nn.Sequential:
    """W_2 relu(W_1 x + b_1) + b_2, the same at every step. Section 3.3."""
    return nn.Sequential(nn.Linear(num_hiddens, ffn_size), activation(), nn.Linear(ffn_size, num_hiddens))


class EncoderBlock(nn.Module):
    """x = norm(x + attention(x, x, x));  x = norm(x + feed_forward(x)). (batch, steps, num_hiddens) -> the same"""

    def __init__(
        self,
        num_hiddens: int,
        num_heads: int,
        ffn_size: int,
        dropout: float,
        *,
        bias: bool = False,
        activation: Activation = nn.ReLU,
        eps: float = 1e-5,
        need_weights: bool = True,
    ) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(num_hiddens, num_heads, dropout, bias=bias, need_weights=need_weights)
        self.add_norm1 = AddNorm(num_hiddens, dropout, eps)
        self.feed_forward = feed_forward(num_hiddens, ffn_size, activation)
        self.add_norm2 = AddNorm(num_hiddens, dropout, eps)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.add_norm1(x, self.attention(x, x, x, mask))
        return self.add_norm2(x, self.feed_forward(x))


class DecoderBlock(nn.Module):
    """EncoderBlock with an attention to the memory between its two parts, and no attention to what comes later.

    x (batch, new steps, num_hiddens), memory, past -> the same shape, and the past that the next steps have.
    """

    def __init__(self, num_hiddens: int, num_heads: int, ffn_size: int, dropout: float) -> None:
        super().__init__()
        self.self_attention = MultiHeadAttention(num_hiddens, num_heads, dropout, causal=True, need_weights=True)
        self.add_norm1 = AddNorm(num_hiddens, dropout)
        self.memory_attention = MultiHeadAttention(num_hiddens, num_heads, dropout, need_weights=True)
        self.add_norm2 = AddNorm(num_hiddens, dropout)
        self.feed_forward = feed_forward(num_hiddens, ffn_size)
        self.add_norm3 = AddNorm(num_hiddens, dropout)

    def forward(self, x: Tensor, memory: Memory, past: Past | None = None) -> tuple[Tensor, Past]:
        past = self.extended(x, memory, past)
        x = self.add_norm1(x, self.self_attention.attend(x, past.keys, past.values))
        x = self.add_norm2(x, self.memory_attention.attend(x, past.memory_keys, past.memory_values, memory.mask))
        return self.add_norm3(x, self.feed_forward(x)), past

    def extended(self, x: Tensor, memory: Memory, past: Past | None) -> Past:
        """The past with the keys and values of x; the memory is projected once, before the first step."""
        keys, values = self.self_attention.project(x, x)
        if past is None:
            return Past(keys, values, *self.memory_attention.project(memory.outputs, memory.outputs))
        return past._replace(keys=torch.cat((past.keys, keys), 2), values=torch.cat((past.values, values), 2))


class TransformerEncoder(nn.Module):
    """Embeddings times sqrt(num_hiddens), positions, blocks. source (batch, steps), lengths (batch,) -> Memory"""

    def __init__(
        self,
        source_size: int,
        num_hiddens: int,
        num_heads: int,
        ffn_size: int,
        num_layers: int,
        dropout: float,
        max_len: int,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(source_size, num_hiddens)
        self.positions = SinusoidalPositions(num_hiddens, max_len, dropout)
        sizes = num_hiddens, num_heads, ffn_size, dropout
        self.blocks = nn.ModuleList([EncoderBlock(*sizes) for _ in range(num_layers)])

    def forward(self, source: Tensor, source_lengths: Tensor) -> Memory:
        mask = length_mask(source_lengths, source.size(1))[:, None, None]  # (batch, 1, 1, steps)
        x = self.positions(embedded(self.embedding, source))  # (batch, steps, num_hiddens)
        for block in self.blocks:
            x = block(x, mask)
        return Memory(x, mask)

    @property
    def attention_weights(self) -> list[Tensor]:
        """How much each source step looked at each other: (batch, heads, steps, steps), by layer."""
        return kept_weights(block.attention for block in self.blocks)


class TransformerDecoder(nn.Module):
    """Embeddings and positions as in the encoder, blocks, a linear layer.

    tokens (batch, new steps), memory, state -> logits (batch, new steps, target_size), state.
    """

    def __init__(
        self,
        target_size: int,
        num_hiddens: int,
        num_heads: int,
        ffn_size: int,
        num_layers: int,
        dropout: float,
        max_len: int,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(target_size, num_hiddens)
        self.positions = SinusoidalPositions(num_hiddens, max_len, dropout)
        sizes = num_hiddens, num_heads, ffn_size, dropout
        self.blocks = nn.ModuleList([DecoderBlock(*sizes) for _ in range(num_layers)])
        self.output = nn.Linear(num_hiddens, target_size)

    def forward(self, tokens: Tensor, memory: Memory, state: State | None = None) -> tuple[Tensor, State]:
        before = 0 if state is None else state[0].keys.size(2)
        x = self.positions(embedded(self.embedding, tokens), start=before)  # (batch, new steps, num_hiddens)
        pasts = [None] * len(self.blocks) if state is None else state
        now = []
        for block, past in zip(self.blocks, pasts, strict=True):
            x, past = block(x, memory, past)
            now.append(past)
        return self.output(x), tuple(now)

    def reorder(self, state: State, rows: Tensor) -> State:
        return tuple(Past(*(part[rows] for part in past)) for past in state)

    @property
    def attention_weights(self) -> list[Tensor]:
        """How much each target step looked at each source step: (batch, heads, new steps, source steps), by layer."""
        return kept_weights(block.memory_attention for block in self.blocks)

    @property
    def self_attention_weights(self) -> list[Tensor]:
        """How much each target step looked at those before it: (batch, heads, new steps, all steps), by layer."""
        return kept_weights(block.self_attention for block in self.blocks)


def embedded(embedding: nn.Embedding, tokens: Tensor) -> Tensor:
    """The tokens' vectors, scaled so that the positions added to them do not drown them. Section 3.4."""
    return embedding(tokens) * math.sqrt(embedding.embedding_dim)


def transformer(
    source_size: int,
    target_size: int,
    *,
    num_hiddens: int = 32,
    num_heads: int = 4,
    ffn_size: int = 64,
    num_layers: int = 2,
    dropout: float = 0.1,
    max_len: int = 1000,
) -> EncoderDecoder:
    """num_layers blocks in the encoder and as many in the decoder; every matrix of a linear layer starts by Xavier's.

    Raises UsageError for sizes below 1, or heads that do not share the features evenly.
    """
    check_counts(
        source_size=source_size, target_size=target_size, ffn_size=ffn_size, num_layers=num_layers, max_len=max_len
    )
    check_heads(num_hiddens, num_heads)
    check_dropout(dropout)
    sizes = num_hiddens, num_heads, ffn_size, num_layers, dropout, max_len
    return initialize(EncoderDecoder(TransformerEncoder(source_size, *sizes), TransformerDecoder(target_size, *sizes)))
