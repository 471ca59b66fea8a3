"""The parts of BERT: an encoder that reads in both directions at once, and the heads on top (Devlin et al., 2019)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import torch
from torch import Tensor, nn

from dongshou.models.attention import kept_weights, length_mask
from dongshou.models.checks import check_positions
from dongshou.models.transformer import EncoderBlock

AnyModule = TypeVar("AnyModule", bound=nn.Module)
Nonlinearity = Literal["gelu", "gelu-tanh", "relu"]
NONLINEARITIES: dict[str, Callable[[], nn.Module]] = {
    "gelu": nn.GELU,
    "gelu-tanh": lambda: nn.GELU("tanh"),
    "relu": nn.ReLU,
}
Pooling = Literal["first", "mean"]
EPS = 1e-12  # that of the published checkpoints; torch's own is 1e-5
NUM_SEGMENTS = 2


class BertEncoder(nn.Module):
    """x = norm(E_token + E_segment + E_position), then the blocks of a Transformer's encoder.

    tokens (batch, steps), segments (batch, steps), 0 or 1, and lengths (batch,) -> (batch, steps, num_hiddens).
    Without segments all tokens are in the first; without lengths none is padding. Section 3, figure 2.
    Raises DongshouError for more steps than positions.
    """

    def __init__(
        self,
        vocabulary_size: int,
        num_hiddens: int,
        num_heads: int,
        ffn_size: int,
        num_layers: int,
        dropout: float,
        max_len: int,
        activation: Nonlinearity,
        eps: float = EPS,
    ) -> None:
        super().__init__()
        self.max_len = max_len
        self.activation: Nonlinearity = activation
        self.token_embedding = nn.Embedding(vocabulary_size, num_hiddens)
        self.segment_embedding = nn.Embedding(NUM_SEGMENTS, num_hiddens)
        self.position_embedding = nn.Embedding(max_len, num_hiddens)
        self.norm = nn.LayerNorm(num_hiddens, eps)
        self.dropout = nn.Dropout(dropout)
        block: dict[str, Any] = dict(bias=True, activation=NONLINEARITIES[activation], eps=eps, need_weights=False)
        sizes = num_hiddens, num_heads, ffn_size, dropout
        self.blocks = nn.ModuleList([EncoderBlock(*sizes, **block) for _ in range(num_layers)])

    def forward(self, tokens: Tensor, segments: Tensor | None = None, lengths: Tensor | None = None) -> Tensor:
        mask = None if lengths is None else length_mask(lengths, tokens.size(1))[:, None, None]  # (batch, 1, 1, steps)
        x = self.embedded(tokens, torch.zeros_like(tokens) if segments is None else segments)
        for block in self.blocks:
            x = block(x, mask)
        return x  # (batch, steps, num_hiddens)

    def embedded(self, tokens: Tensor, segments: Tensor) -> Tensor:
        """(batch, steps) each -> (batch, steps, num_hiddens)"""
        num_steps = tokens.size(1)
        check_positions(num_steps, self.max_len, setting="max_len")
        positions = torch.arange(num_steps, device=tokens.device)
        x = self.token_embedding(tokens) + self.segment_embedding(segments) + self.position_embedding(positions)
        return self.dropout(self.norm(x))

    @property
    def attention_weights(self) -> list[Tensor]:
        """Of the last forward, (batch, heads, queries, keys) by layer; empty while `need_weights` is False."""
        return kept_weights(block.attention for block in self.blocks)


def pooler(num_hiddens: int) -> nn.Sequential:
    """tanh(W x + b) of the first step, [CLS]: what stands for the whole. (batch, num_hiddens) -> the same"""
    return nn.Sequential(nn.Linear(num_hiddens, num_hiddens), nn.Tanh())


class MaskedWordHead(nn.Module):
    """logits = E norm(gelu(W x + b)) + c, where E is the encoder's embedding of the tokens.

    (..., num_hiddens) -> (..., vocabulary_size)
    """

    def __init__(self, embedding: nn.Embedding, activation: Nonlinearity, eps: float) -> None:
        super().__init__()
        num_hiddens = embedding.embedding_dim
        self.transform = nn.Sequential(
            nn.Linear(num_hiddens, num_hiddens), NONLINEARITIES[activation](), nn.LayerNorm(num_hiddens, eps)
        )
        self.output = nn.Linear(num_hiddens, embedding.num_embeddings)
        self.output.weight = embedding.weight

    def forward(self, x: Tensor) -> Tensor:
        return self.output(self.transform(x))


class BERT(nn.Module):
    """The encoder with the two heads of its pre-training: which word is masked, and does the second sentence follow.

    tokens, segments, lengths as `BertEncoder`; positions (batch, slots) of the words asked for, without them every step
    -> logits of words (batch, slots or steps, vocabulary_size), logits of not next and next (batch, 2).
    """

    def __init__(self, encoder: BertEncoder, eps: float = EPS) -> None:
        super().__init__()
        num_hiddens = encoder.token_embedding.embedding_dim
        self.encoder = encoder
        self.pooler = pooler(num_hiddens)
        self.masked_words = MaskedWordHead(encoder.token_embedding, encoder.activation, eps)
        self.next_sentence = nn.Linear(num_hiddens, 2)

    def forward(
        self,
        tokens: Tensor,
        segments: Tensor | None = None,
        lengths: Tensor | None = None,
        positions: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        x = self.encoder(tokens, segments, lengths)  # (batch, steps, num_hiddens)
        next_logits = self.next_sentence(self.pooler(x[:, 0]))  # (batch, 2)
        if positions is not None:
            x = x.gather(1, positions[:, :, None].expand(-1, -1, x.size(2)))  # (batch, slots, num_hiddens)
        return self.masked_words(x), next_logits


class BertClassifier(nn.Module):
    """logits = W dropout(pooled) + b on the encoder of a BERT. Devlin et al., 2019, section 4.1.

    pooling  what stands for the whole: the pooler of [CLS] ("first"), or the mean of all tokens ("mean"), which BERTs
             that were trained on sentences have learnt with (Reimers and Gurevych, 2019)

    (tokens, lengths), or (tokens, lengths, segments, lengths) where there may be two texts -> (batch, num_classes)
    """

    def __init__(
        self, encoder: BertEncoder, num_classes: int, dropout: float = 0.1, pooling: Pooling = "first"
    ) -> None:
        super().__init__()
        num_hiddens = encoder.token_embedding.embedding_dim
        self.encoder = encoder
        self.pooler = pooler(num_hiddens) if pooling == "first" else None
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(num_hiddens, num_classes)

    def forward(self, inputs: tuple[Tensor, ...]) -> Tensor:
        tokens, lengths, *segments = inputs
        x = self.encoder(tokens, segments[0] if segments else None, lengths)  # (batch, steps, num_hiddens)
        pooled = mean_of_tokens(x, lengths) if self.pooler is None else self.pooler(x[:, 0])  # (batch, num_hiddens)
        return self.output(self.dropout(pooled))


def mean_of_tokens(x: Tensor, lengths: Tensor) -> Tensor:
    """(batch, steps, num_hiddens), lengths (batch,) -> (batch, num_hiddens)"""
    is_token = length_mask(lengths, x.size(1))[:, :, None]  # (batch, steps, 1)
    return (x * is_token).sum(1) / lengths[:, None]


def draw_weights(model: AnyModule, std: float = 0.02) -> AnyModule:
    """Matrices from N(0, std^2), biases 0, in place. Devlin et al., 2019, appendix A.2."""
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.Embedding)):
            nn.init.normal_(layer.weight, std=std)
        if isinstance(layer, nn.Linear):
            nn.init.zeros_(layer.bias)
    return model


def starting_std(num_hiddens: int) -> float:
    """That of the weights at the start: 0.02 for the 768 features of the published size, more for fewer of them, so
    that sums over the features are as large.

    >>> round(starting_std(128), 3)
    0.049
    """
    return 0.02 * math.sqrt(768 / num_hiddens)
