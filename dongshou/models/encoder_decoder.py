"""Encoder and decoder: one network reads a sequence, another writes one (Sutskever et al., 2014; Cho et al., 2014)."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn

from dongshou.models.attention import AdditiveAttention, DotProductAttention, length_mask
from dongshou.models.checks import check_choice, check_counts
from dongshou.models.recurrent_layers import recurrent_layers, run_lengths

Attention = Literal["additive", "dot"]


class EncoderDecoder(nn.Module):
    """Encoder-decoder: memory = encode(source); logits = decode(target so far, memory). The Transformer is one as well.

    source (batch, source steps), source_lengths (batch,), decoder_input (batch, steps) -> logits (batch, steps,
    target_size). Teacher forcing is one forward; to write a sequence, encode once and decode a token at a time.
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder: Any = decoder  # it has `reorder` and `attention_weights`, too

    def forward(self, source: Tensor, source_lengths: Tensor, decoder_input: Tensor) -> Tensor:
        logits, _ = self.decode(decoder_input, self.encode(source, source_lengths))
        return logits

    def encode(self, source: Tensor, source_lengths: Tensor) -> Any:
        """The memory: what the decoder has to know of the source."""
        return self.encoder(source, source_lengths)

    def decode(self, tokens: Tensor, memory: Any, state: Any = None) -> tuple[Tensor, Any]:
        """tokens (batch, new steps), and the state that the tokens before them left -> logits, state."""
        return self.decoder(tokens, memory, state)

    def reorder(self, state: Any, rows: Tensor) -> Any:
        """The state of a batch made of these rows of the batch, as beam search needs it. The memory stays."""
        return self.decoder.reorder(state, rows)

    @property
    def attention_weights(self) -> list[Tensor]:
        """How much each target step looked at each source step in the last call: (batch, heads, queries, keys), by
        layer. Empty for a model without attention."""
        return self.decoder.attention_weights


class Memory(NamedTuple):
    """What an encoder of recurrent layers passes on."""

    outputs: Tensor  # (batch, source steps, num_hiddens): the last layer's h of every step
    mask: Tensor  # (batch, 1, source steps): True where there is a token
    state: Tensor  # (num_layers, batch, num_hiddens): every layer's h at the end


class Encoder(nn.Module):
    """h_t = GRU(x_t, h_(t-1)) over the embedded source, each to its own length.

    source (batch, source steps), source_lengths (batch,) -> Memory. Raises DongshouError for an empty source.
    """

    def __init__(
        self, source_size: int, embedding_size: int, num_hiddens: int, num_layers: int, dropout: float
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(source_size, embedding_size)
        self.recurrent = recurrent_layers("gru", embedding_size, num_hiddens, num_layers=num_layers, dropout=dropout)

    def forward(self, source: Tensor, source_lengths: Tensor) -> Memory:
        outputs, (state,) = run_lengths(self.recurrent, self.embedding(source), source_lengths)
        return Memory(outputs, length_mask(source_lengths, source.size(1))[:, None], state)


class Decoder(nn.Module):
    """s_t = GRU([c, y_(t-1)], s_(t-1)), logits_t = W s_t + b: c is the encoder's last h, s_0 its last state.

    tokens y (batch, steps), memory, state s -> logits (batch, steps, target_size), state (num_layers, batch,
    num_hiddens). Cho et al., 2014, where c goes into every step as well.
    """

    def __init__(
        self, target_size: int, embedding_size: int, num_hiddens: int, num_layers: int, dropout: float
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(target_size, embedding_size)
        num_inputs = num_hiddens + embedding_size
        self.recurrent = recurrent_layers("gru", num_inputs, num_hiddens, num_layers=num_layers, dropout=dropout)
        self.output = nn.Linear(num_hiddens, target_size)
        self.attention_weights: list[Tensor] = []

    def forward(self, tokens: Tensor, memory: Memory, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        embedded = self.embedding(tokens)  # (batch, steps, embedding_size)
        context = memory.state[-1][:, None].expand(-1, tokens.size(1), -1)  # (batch, steps, num_hiddens)
        s, end = self.recurrent(torch.cat((context, embedded), -1), memory.state if state is None else state)
        return self.output(s), end

    def reorder(self, state: Tensor, rows: Tensor) -> Tensor:
        return state[:, rows]


class AttentionDecoder(nn.Module):
    """Decoder, with a context of its own for every step: c_t = attention(s_(t-1), h, h) over all h of the encoder.

    The query is the last layer's s. Shapes as in Decoder. Bahdanau et al., 2015, section 3.1.
    """

    def __init__(
        self,
        target_size: int,
        embedding_size: int,
        num_hiddens: int,
        num_layers: int,
        dropout: float,
        attention: AdditiveAttention | DotProductAttention,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(target_size, embedding_size)
        num_inputs = num_hiddens + embedding_size
        self.attention = attention
        self.recurrent = recurrent_layers("gru", num_inputs, num_hiddens, num_layers=num_layers, dropout=dropout)
        self.output = nn.Linear(num_hiddens, target_size)
        self.attention_weights: list[Tensor] = []

    def forward(self, tokens: Tensor, memory: Memory, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        end = memory.state if state is None else state  # (num_layers, batch, num_hiddens)
        outputs, weights = [], []
        for y in self.embedding(tokens).split(1, dim=1):  # (batch, 1, embedding_size)
            query = end[-1][:, None]  # (batch, 1, num_hiddens)
            context = self.attention(query, memory.outputs, memory.outputs, memory.mask)
            s, end = self.recurrent(torch.cat((context, y), -1), end)  # (batch, 1, num_hiddens)
            outputs.append(s)
            weights.append(self.attention.attention_weights)
        self.attention_weights = [torch.stack(weights, 2)]  # of one layer, (batch, 1 head, steps, source steps)
        return self.output(torch.cat(outputs, 1)), end

    def reorder(self, state: Tensor, rows: Tensor) -> Tensor:
        return state[:, rows]


def seq2seq(
    source_size: int,
    target_size: int,
    *,
    embedding_size: int = 32,
    num_hiddens: int = 32,
    num_layers: int = 2,
    dropout: float = 0.1,
    attention: Attention | None = None,
) -> EncoderDecoder:
    """Two stacks of GRUs; `attention` lets the decoder look back at every step, "additive" or by "dot" products.

    Raises UsageError for sizes below 1 or an unknown attention.
    """
    check_counts(source_size=source_size, target_size=target_size, embedding_size=embedding_size)
    encoder = Encoder(source_size, embedding_size, num_hiddens, num_layers, dropout)
    sizes = target_size, embedding_size, num_hiddens, num_layers, dropout
    if attention is None:
        return EncoderDecoder(encoder, Decoder(*sizes))
    check_choice("attention", attention, ("additive", "dot"))
    if attention == "additive":
        return EncoderDecoder(
            encoder, AttentionDecoder(*sizes, AdditiveAttention(num_hiddens, num_hiddens, num_hiddens, dropout))
        )
    return EncoderDecoder(encoder, AttentionDecoder(*sizes, DotProductAttention(dropout)))
