"""GPT: a Transformer that only decodes, each token from those before it (Radford et al., 2018 and 2019)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from dongshou.models.attention import DotProductAttention, kept_weights, merge_heads
from dongshou.models.checks import check_counts, check_dropout, check_heads, check_positions

Past = tuple[Tensor, Tensor]  # keys and values of one layer, (batch, heads, steps so far, head size) each
Cache = tuple[Past, ...]  # of all layers


class CausalSelfAttention(nn.Module):
    """Self-attention: multi-head attention of a sequence to its own past; one matrix holds W_q, W_k and W_v.

    x (batch, steps, num_hiddens), the keys and values before it -> the same shape, and those that now are before.
    """

    def __init__(self, num_hiddens: int, num_heads: int, dropout: float) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.W_qkv = nn.Linear(num_hiddens, 3 * num_hiddens)
        self.attention = DotProductAttention(dropout, causal=True, need_weights=False)
        self.W_o = nn.Linear(num_hiddens, num_hiddens)

    def forward(self, x: Tensor, past: Past | None = None) -> tuple[Tensor, Past]:
        batch_size, num_steps, _ = x.shape
        parts = self.W_qkv(x).view(batch_size, num_steps, 3, self.num_heads, -1)  # one view costs less than four
        queries, keys, values = parts.permute(2, 0, 3, 1, 4).unbind()  # (batch, heads, steps, head size) each
        if past is not None:
            keys = torch.cat((past[0], keys), 2)  # (batch, heads, all steps, head size)
            values = torch.cat((past[1], values), 2)
        heads = self.attention(queries, keys, values)  # (batch, heads, steps, head size)
        return self.W_o(merge_heads(heads)), (keys, values)


class Block(nn.Module):
    """x = x + attention(norm(x));  x = x + W_2 gelu(W_1 norm(x)), with dropout on what is added.

    x (batch, steps, num_hiddens), past -> the same shape, and the past that the next steps have. Nothing stands in the
    way of x, so that deep stacks train without a careful start (Xiong et al., 2020).
    """

    def __init__(self, num_hiddens: int, num_heads: int, dropout: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(num_hiddens)
        self.attention = CausalSelfAttention(num_hiddens, num_heads, dropout)
        self.norm2 = nn.LayerNorm(num_hiddens)
        self.feed_forward = nn.Sequential(
            nn.Linear(num_hiddens, 4 * num_hiddens), nn.GELU("tanh"), nn.Linear(4 * num_hiddens, num_hiddens)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, past: Past | None = None) -> tuple[Tensor, Past]:
        seen, now = self.attention(self.norm1(x), past)
        x = x + self.dropout(seen)
        return x + self.dropout(self.feed_forward(self.norm2(x))), now


class GPT(nn.Module):
    """Token and position embeddings, blocks, a norm, and the token embedding once more for the logits.

    tokens (batch, steps) -> logits (batch, steps, vocabulary_size), and the cache of all keys and values, with which
    the next tokens go on where these end. Matrices start at N(0, 0.02^2); those that add to x are divided by the root
    of how many there are, 2 num_layers (Radford et al., 2019, section 2.3).
    """

    def __init__(
        self, vocabulary_size: int, num_layers: int, num_heads: int, num_hiddens: int, context: int, dropout: float
    ) -> None:
        super().__init__()
        self.context = context
        self.token_embedding = nn.Embedding(vocabulary_size, num_hiddens)
        self.position_embedding = nn.Embedding(context, num_hiddens)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList([Block(num_hiddens, num_heads, dropout) for _ in range(num_layers)])
        self.norm = nn.LayerNorm(num_hiddens)
        self.output = nn.Linear(num_hiddens, vocabulary_size, bias=False)
        self.output.weight = self.token_embedding.weight
        draw_weights(self, num_layers)

    def forward(self, tokens: Tensor, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """Raises DongshouError when cache and tokens together are longer than the context."""
        before = 0 if cache is None else cache[0][0].size(2)
        end = before + tokens.size(1)
        check_positions(end, self.context, setting="context")
        positions = torch.arange(before, end, device=tokens.device)
        x = self.dropout(self.token_embedding(tokens) + self.position_embedding(positions))  # (batch, steps, hiddens)
        pasts = [None] * len(self.blocks) if cache is None else cache
        now = []
        for block, past in zip(self.blocks, pasts, strict=True):
            x, past = block(x, past)
            now.append(past)
        return self.output(self.norm(x)), tuple(now)

    @property
    def attention_weights(self) -> list[Tensor]:
        """Of the last forward, (batch, heads, queries, keys) by layer; empty while `need_weights` is False."""
        return kept_weights(block.attention for block in self.blocks)


def draw_weights(model: GPT, num_layers: int) -> None:
    """The weights that a GPT starts from."""
    for name, parameter in model.named_parameters():
        if name.endswith(("W_o.weight", "feed_forward.2.weight")):
            nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * num_layers))
        elif parameter.dim() > 1:
            nn.init.normal_(parameter, std=0.02)
        elif name.endswith("bias"):
            nn.init.zeros_(parameter)


def gpt(
    vocabulary_size: int,
    *,
    num_layers: int = 4,
    num_heads: int = 4,
    num_hiddens: int = 128,
    context: int = 64,
    dropout: float = 0.0,
) -> GPT:
    """(batch, steps) -> logits (batch, steps, vocabulary_size) and the cache; at most `context` steps.

    gpt(50257, num_layers=12, num_heads=12, num_hiddens=768, context=1024) is the smallest GPT-2.
    Raises UsageError for sizes below 1, or heads that do not share the features evenly.
    """
    check_counts(vocabulary_size=vocabulary_size, num_layers=num_layers, context=context)
    check_heads(num_hiddens, num_heads)
    check_dropout(dropout)
    return GPT(vocabulary_size, num_layers, num_heads, num_hiddens, context, dropout)
